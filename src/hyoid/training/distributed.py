"""A fit by several processes, each with a device of its own, that share every batch."""

from __future__ import annotations

import logging
import os
import socket
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import cloudpickle
import torch
from torch import nn
from torch.multiprocessing.spawn import spawn

from hyoid.networks.runtime import keep_freed_memory
from hyoid.progress import set_quiet
from hyoid.training.checkpoint import load_checkpoint
from hyoid.training.fit import FitTask, fit_network, make_optimizer
from hyoid.training.machine import Machine

PATIENCE = timedelta(hours=12)
"""How long a process waits for the others: the first one selects alone, which takes long on large images."""


def fit_on(machine: Machine, task: FitTask, network: nn.Module, folder: Path) -> dict[str, Any]:
    """Fit the network on the machine's devices, as `fit_network` does on one, and return what was fitted.

    With several, as many processes are started; each holds the whole network and works on its share of every batch
    (PyTorch's distributed data parallel). Their mean gradient is that of the batch, whatever their number.

    Raises
    ------
    HyoidError
        If the loss is no longer a number.
    """
    if machine.devices == 1:
        return fit_network(task, network, folder, machine.fabric)
    folder.mkdir(parents=True, exist_ok=True)
    payload = cloudpickle.dumps((task, network, folder, machine.compute.device, machine.precision))
    threads = max(1, torch.get_num_threads() // machine.devices)
    spawn(_process, (machine.devices, _free_port(), threads, payload), nprocs=machine.devices)  # type: ignore[no-untyped-call]
    progress = load_checkpoint(folder / "last.ckpt", network, make_optimizer(task.training.optimizer, network))
    return progress.summary(folder / "metrics.jsonl")


def _process(rank: int, world: int, port: int, threads: int, payload: bytes) -> None:
    from lightning_fabric import Fabric
    from lightning_fabric.plugins.environments import LightningEnvironment
    from lightning_fabric.strategies import DDPStrategy

    os.environ |= {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": str(world),
        "NODE_RANK": "0",
        "LOCAL_RANK": str(rank),
    }
    warnings.filterwarnings("ignore", message=r"torch\.distributed\.nn\.functional\.all_gather is deprecated")
    keep_freed_memory()
    torch.set_num_threads(threads)
    set_quiet(rank > 0)
    logging.getLogger("lightning_fabric").setLevel(logging.ERROR)
    task, network, folder, device, precision = cloudpickle.loads(payload)
    strategy = DDPStrategy(
        cluster_environment=LightningEnvironment(),
        process_group_backend="nccl" if device == "cuda" else "gloo",
        timeout=PATIENCE,
    )
    fabric = Fabric(accelerator=device, devices=world, strategy=strategy, precision=precision)
    fabric.launch()
    fit_network(task, network, folder, fabric)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
