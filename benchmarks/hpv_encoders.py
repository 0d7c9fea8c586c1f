"""Time and peak memory of one training step of each image encoder at full size, without a GPU.

Two channels, a clinical branch and one head of two classes. ResNet-18 with a strided stem and instance normalisation
sees 192 voxels an edge one image at a time; all encoders see 96 voxels an edge in batches of four, of which
`--micro-batch` images at a time are in memory and their gradients added up. A step is forward, backward and AdamW; the
first step does not count. Each encoder runs in a process of its own, whose peak memory is then its own.

Run: python benchmarks/hpv_encoders.py [--micro-batch N] [--steps N] [--only NAME ...] [--out FILE] (prints JSON)
"""

from __future__ import annotations

import argparse
import concurrent.futures
import datetime as dt
import json
import multiprocessing
import os
import platform
import resource
import statistics
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyoid.files import write_json

if TYPE_CHECKING:
    from hyoid.networks.fusion import FusionNetwork

CLINICAL, CHANNELS = 8, 2
RUNS: dict[str, dict[str, Any]] = {
    "resnet18, strided stem, 192": {
        "encoder": {"name": "resnet18", "stem_stride": 2, "norm": "instance"},
        "edge": 192,
        "batch": 1,
    },
    "resnet18": {"encoder": {"name": "resnet18"}, "edge": 96, "batch": 4},
    "densenet121": {"encoder": {"name": "densenet121", "out_features": 512}, "edge": 96, "batch": 4},
    "seresnet50": {"encoder": {"name": "seresnet50", "out_features": 512}, "edge": 96, "batch": 4},
    "efficientnet_b0": {"encoder": {"name": "efficientnet_b0", "out_features": 512}, "edge": 96, "batch": 4},
    "vit": {"encoder": {"name": "vit", "out_features": 512}, "edge": 96, "batch": 4},
}


def build(settings: dict[str, Any], edge: int) -> FusionNetwork:
    """Build the encoder of these settings with a clinical branch, presence flags and one head."""
    from pydantic import TypeAdapter
    from torch import nn

    from hyoid.networks.branch import ClinicalBranch, Fusion
    from hyoid.networks.encoders import ImageEncoder
    from hyoid.networks.fusion import FusionNetwork

    encoder = TypeAdapter(ImageEncoder).validate_python(settings)
    branch, fusion = ClinicalBranch(), Fusion()
    joined = encoder.features + branch.features(CLINICAL) + CHANNELS
    return FusionNetwork(
        encoder.build(CHANNELS, (edge, edge, edge)),
        branch.build(CLINICAL),
        fusion.build(joined),
        {"hpv": nn.Linear(fusion.features(joined), 2)},
        flags=True,
    )


def measure(name: str, micro_batch: int, steps: int) -> dict[str, Any]:
    """Train for some steps on noise; meant for a process of its own."""
    import torch

    from hyoid.losses import CrossEntropy
    from hyoid.networks.batch import Batch
    from hyoid.networks.multihead import count_parameters
    from hyoid.networks.runtime import keep_freed_memory

    keep_freed_memory()
    torch.manual_seed(0)
    run = RUNS[name]
    edge, batch, micro = run["edge"], run["batch"], min(micro_batch, run["batch"])
    network = build(run["encoder"], edge).train()
    optimiser, loss = torch.optim.AdamW(network.parameters(), lr=1e-4), CrossEntropy()
    seconds = []
    for _ in range(steps + 1):
        start = time.perf_counter()
        for first in range(0, batch, micro):
            size = min(micro, batch - first)
            images = torch.randn(size, CHANNELS, edge, edge, edge)
            inputs = Batch(images, torch.ones(size, CHANNELS), torch.randn(size, CLINICAL))
            labels, known = torch.arange(first, first + size) % 2, torch.ones(size, dtype=torch.bool)
            (loss(network(inputs)["hpv"], labels, known) * size / batch).backward()
        optimiser.step()
        optimiser.zero_grad()
        seconds.append(time.perf_counter() - start)
    return {
        **run,
        "micro_batch": micro,
        "parameters_of_the_encoder": count_parameters(network.get_submodule("encoder")),
        "parameters": count_parameters(network),
        "seconds_per_step": round(statistics.median(seconds[1:]), 2),
        "peak_memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "threads": torch.get_num_threads(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def main() -> None:
    """Measure the encoders one after the other, print and optionally keep the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--micro-batch", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=list(RUNS), default=list(RUNS))
    parser.add_argument("--out", type=Path, help="write the JSON here too")
    arguments = parser.parse_args()
    # A fresh interpreter each: a forked one would begin with the memory of this one.
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool:
        runs = {n: pool.submit(measure, n, arguments.micro_batch, arguments.steps).result() for n in arguments.only}
    result = {
        "benchmark": "hpv_encoders",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "hardware": f"{platform.machine()}, {os.cpu_count()} cores, no GPU",
        "versions": {name: version(name) for name in ("torch", "monai")} | {"python": platform.python_version()},
        "steps": arguments.steps,
        "runs": runs,
    }
    print(json.dumps(result, indent=2))
    if arguments.out:
        write_json(arguments.out, result)


if __name__ == "__main__":
    main()
