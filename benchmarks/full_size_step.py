"""Time and peak memory of one full-size training step of each network of a paper, without a GPU.

The recipe as it ships: its patch, its batch, its heads, losses and optimiser; `--micro-batch` samples at a time are in
memory and their gradients added up, which for survival losses takes two passes. Images are noise and labels are drawn,
so that reading and augmentation are not counted. A step is forward, backward and the optimiser; the first one does not
count where there are more. Processor seconds tell the cost on a busy machine. Each recipe runs in a process of its own,
whose peak memory is then its own.

Run: python benchmarks/full_size_step.py [--recipes A,B,...] [--micro-batch N] [--steps N] [--out FILE] (prints JSON)
With --out, a second call adds recipes to what is in the file.
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
from typing import Any

from hyoid.files import read_json, write_json
from hyoid.recipe import load_recipe, recipe_names

COLUMNS = 9
"""Width of an encoded record."""


def measure(name: str, micro_batch: int, steps: int) -> dict[str, Any]:
    """Train for some steps on noise; meant for a process of its own."""
    import torch

    from hyoid.networks.multihead import count_parameters
    from hyoid.recipe.heads import ClassificationHead
    from hyoid.training.batch import Loading
    from hyoid.training.fit import FitTask, make_optimizer
    from hyoid.training.machine import Machine
    from hyoid.training.step import take_step

    recipe = load_recipe(name, overrides=[f"stages.0.training.micro_batch={micro_batch}"])
    training = recipe.network_stage.training
    heads = {
        key: head.model_copy(update={"loss": head.loss.fitted(1, 1)}) if isinstance(head, ClassificationHead) else head
        for key, head in recipe.network_stage.network.heads.items()
    }
    task = FitTask(
        training=training,
        heads=heads,
        seed=(0,),
        loading=Loading(recipe.inputs.images, (-1024.0, 0.0), (), recipe.merged, recipe.segmentation_head),
        batches=lambda _, __: iter(()),
        select=lambda _: {},
        title=recipe.title,
    )
    machine = Machine.of(recipe, "cpu")
    torch.manual_seed(0)
    network = recipe.build_network(COLUMNS).train()
    model, optimizer = machine.fabric.setup(network, make_optimizer(training.optimizer, network))
    samples = training.batch_size * training.patches_per_case
    batch = noise(recipe.patch_voxels, samples, {key: head.name for key, head in heads.items()}, len(recipe.labels))
    seconds, processor_seconds = [], []
    for step in range(steps):
        start, processor_start = time.perf_counter(), time.process_time()
        take_step(task, model, optimizer, machine.fabric, batch, (0, step))
        seconds.append(time.perf_counter() - start)
        processor_seconds.append(time.process_time() - processor_start)
    return {
        "patch": recipe.patch_voxels,
        "samples": samples,
        "micro_batch": micro_batch,
        "parameters": count_parameters(network),
        "precision": machine.precision,
        "seconds_per_step": round(statistics.median(seconds[1:] or seconds), 1),
        "processor_seconds_per_step": round(statistics.median(processor_seconds[1:] or processor_seconds), 1),
        "peak_memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "threads": torch.get_num_threads(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def noise(patch: tuple[int, int, int], samples: int, heads: dict[str, str], labels: int) -> Any:
    """Return a batch of noise with drawn labels for every head."""
    import numpy as np

    from hyoid.training.batch import TrainingBatch

    rng = np.random.default_rng(0)
    drawn: dict[str, Any] = {
        "hpv": np.arange(samples) % 2,
        "rfs": np.stack([1.0 + np.arange(samples), np.arange(samples) % 2], axis=1).astype(np.float32),
    }
    known = np.ones(samples, bool)
    return TrainingBatch(
        images=rng.standard_normal((samples, 2, *patch), np.float32),
        present=np.ones((samples, 2), bool),
        augmentation=[],
        masks=(rng.integers(0, labels + 1, (samples, *patch), np.uint8), known),
        clinical=rng.standard_normal((samples, COLUMNS), np.float32),
        labels={key: (drawn[task], known) for key, task in heads.items() if task in drawn},
    )


def main() -> None:
    """Measure the recipes one after the other, print and optionally keep the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    every = [name for name in recipe_names() if load_recipe(name).segments]
    parser.add_argument("--recipes", default=",".join(every))
    parser.add_argument("--micro-batch", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the JSON here too")
    arguments = parser.parse_args()
    found = read_json(arguments.out) if arguments.out and arguments.out.is_file() else {}
    runs = found.get("runs", {})
    # A fresh interpreter each: a forked one would begin with the memory of this one.
    spawn = multiprocessing.get_context("spawn")
    for name in arguments.recipes.split(","):
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool:
            runs[name] = pool.submit(measure, name, arguments.micro_batch, arguments.steps).result()
        result = {
            "benchmark": "full_size_step",
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "hardware": f"{platform.machine()}, {os.cpu_count()} cores, no GPU",
            "versions": {name: version(name) for name in ("torch", "monai")} | {"python": platform.python_version()},
            "steps": arguments.steps,
            "runs": runs,
        }
        if arguments.out:
            write_json(arguments.out, result)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
