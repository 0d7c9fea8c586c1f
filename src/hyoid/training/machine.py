"""Where a run computes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from hyoid.errors import HyoidError
from hyoid.inference.segment import Compute
from hyoid.networks.runtime import keep_freed_memory, resolve_device, resolve_precision, resolve_training_precision
from hyoid.recipe import NetworkStage, Recipe

if TYPE_CHECKING:
    from lightning_fabric import Fabric


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a run computes: Fabric for training, `compute` for inference, and the resolved precision.

    With several `devices` (GPUs, or processes on a CPU) a network's batches are shared by as many processes.
    """

    fabric: Fabric
    compute: Compute
    precision: str
    devices: int = 1

    @classmethod
    def of(cls, recipe: Recipe, device: str, devices: int = 1) -> Machine:
        """Choose the device ('auto', 'cpu', 'cuda') and the precision that the recipe asks for.

        Raises
        ------
        HyoidError
            If there is no such device, or not so many.
        """
        from lightning_fabric import Fabric  # seconds that a prediction need not wait

        keep_freed_memory()
        device = resolve_device(device)
        check_devices(device, devices)
        stage = recipe.stages[-1]
        asked = stage.training.precision if isinstance(stage, NetworkStage) else "32-true"
        precision = resolve_training_precision(asked, device)
        logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it greets on every start
        fabric = Fabric(accelerator=device, devices=1, precision=precision)
        # what is chosen and reported is computed as `predict` will
        bf16 = resolve_precision(asked, device) == "bf16-mixed"
        return cls(fabric, Compute(device, bf16), precision, devices)


def check_devices(device: str, count: int) -> None:
    """Raise HyoidError where there are not so many devices of a kind ('cpu', 'cuda'); a CPU takes any number."""
    there = torch.cuda.device_count() if device == "cuda" else max(1, count)
    if not 1 <= count <= there:
        raise HyoidError.of(
            f"--devices {count}", "1" if there == 1 else f"1 to {there}", "Ask for as many as there are."
        )
