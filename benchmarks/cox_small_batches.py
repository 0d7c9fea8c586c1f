"""What a Cox loss learns where few patients fit into memory at once: alone, gathered, or beside remembered risks.

A network of one hidden layer learns the log hazard of synthetic patients: 20 columns of which 5 matter, two of them by
their product; about half have an event. All ways let as many patients pass forward and backward, with batches of as
many patients with an event as without or drawn at random, and the learning rate of each is chosen on other patients
than those that it is reported on.

- `alone`: each batch of four patients compares its own patients only.
- `gathered`: the network sees four at a time, the loss compares 16 or 64 of them (`micro_batch`). A first pass
  without gradients stands before it, which is counted as a third more.
- `remembered`: the batch is compared with the last 64 or 256 risks too, as they were when they were computed, and only
  the batch's own risks have a gradient.
- `everyone`: the whole cohort in every step, the ceiling.

The figure is the concordance of the risk with the true log hazard among 2,000 new patients, of which 1,000 choose the
learning rate and 1,000 are reported; mean over seeds with its 95 % interval, and the paired difference from `alone`.

Run: python benchmarks/cox_small_batches.py [--seeds N] [--out FILE] (prints JSON)
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
from collections import deque
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from hyoid.files import write_json
from hyoid.losses.survival.cox import cox_loss
from hyoid.metrics.survival import Observed, concordance

COLUMNS, PATIENTS, NEW = 20, 400, 2000
PASSES = 20
"""How often each patient of the cohort passes forward and backward."""
RATES = (0.003, 0.01)
BATCH = 4
"""What both papers with three tasks let into memory at once."""


class Cohort(NamedTuple):
    """Columns (n, 20), days (n,), event (n,) of bool, and the true log hazard (n,)."""

    columns: torch.Tensor
    days: torch.Tensor
    event: torch.Tensor
    hazard: torch.Tensor


class Way(NamedTuple):
    """How a loss is computed: patients at a time, patients compared, remembered risks, whether events are balanced."""

    batch: int
    compared: int
    memory: int
    balanced: bool


def ways() -> dict[str, Way]:
    """Return every way under its name."""
    found = {"everyone": Way(PATIENTS, PATIENTS, 0, False)}
    for balanced in (False, True):
        drawn = "balanced" if balanced else "random"
        found[f"alone, {drawn}"] = Way(BATCH, BATCH, 0, balanced)
        for compared in (16, 64):
            found[f"gathered {compared}, {drawn}"] = Way(BATCH, compared, 0, balanced)
        for memory in (64, 256):
            found[f"remembered {memory}, {drawn}"] = Way(BATCH, BATCH, memory, balanced)
    return found


def cohort(rng: np.random.Generator, patients: int) -> Cohort:
    """Draw patients whose times are exponential and whose follow-up ends by chance."""
    columns = rng.normal(size=(patients, COLUMNS))
    hazard = columns[:, :4] @ np.array([0.6, -0.5, 0.4, 0.3]) + 0.5 * columns[:, 0] * columns[:, 4]
    times = rng.exponential(3000 * np.exp(-hazard))
    ends = rng.uniform(200, 2500, patients)
    return Cohort(
        torch.tensor(columns, dtype=torch.float32),
        torch.tensor(np.ceil(np.minimum(times, ends))),
        torch.tensor(times <= ends),
        torch.tensor(hazard),
    )


def batches(way: Way, event: torch.Tensor, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the patients of each step until as many have passed as are allowed."""
    # the first pass of gathered batches has no gradient: a third of what forward and backward cost
    cost = way.compared * (4 / 3 if way.compared > way.batch else 1)
    for _ in range(int(PASSES * PATIENTS / cost)):
        if way.balanced:
            half = way.compared // 2
            yield np.concatenate(
                [rng.choice(np.flatnonzero(event.numpy() == kind), half, replace=False) for kind in (False, True)]
            )
        else:
            yield rng.choice(PATIENTS, way.compared, replace=False)


def learn(way: Way, rate: float, known: Cohort, seed: int) -> torch.nn.Module:
    """Train one network in one way."""
    rng = np.random.default_rng([seed, 1])
    torch.manual_seed(seed)
    network = torch.nn.Sequential(torch.nn.Linear(COLUMNS, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
    optimizer = torch.optim.Adam(network.parameters(), lr=rate, weight_decay=1e-4)
    remembered: deque[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = deque(maxlen=max(1, way.memory // way.batch))
    for chosen in batches(way, known.event, rng):
        # to compare all at once has the gradient of two passes over parts, as the tests of the step show
        risk, days, event = network(known.columns[chosen])[:, 0], known.days[chosen], known.event[chosen]
        own = (risk.detach(), days, event)
        if way.memory and remembered:
            risk, days, event = (
                torch.cat([now, *before]) for now, *before in zip((risk, days, event), *remembered, strict=True)
            )
        optimizer.zero_grad()
        cox_loss(risk, days, event).backward()
        optimizer.step()
        remembered.append(own)
    return network


def concordances(network: torch.nn.Module, new: Cohort) -> tuple[float, float]:
    """Return the concordance with the true hazard on the half that chooses and on the half that is reported."""
    with torch.no_grad():
        risk = network(new.columns)[:, 0].double().numpy()
    # the higher the hazard the sooner: the order of the hazards themselves, nobody censored
    observed = Observed(np.argsort(np.argsort(-new.hazard.numpy())) + 1.0, np.ones(NEW, bool))
    chosen, reported = (
        concordance(Observed(observed.days[half], observed.event[half]), risk[half]).index
        for half in (slice(0, NEW // 2), slice(NEW // 2, NEW))
    )
    return chosen, reported


def interval(values: np.ndarray) -> dict[str, float]:
    """Return mean and 95 % interval of the mean over seeds."""
    margin = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    return {
        "mean": round(values.mean(), 4),
        "lower": round(values.mean() - margin, 4),
        "upper": round(values.mean() + margin, 4),
    }


def measure(seeds: int) -> dict[str, Any]:
    """Train every way with every rate on every seed."""
    scores = {name: np.zeros((len(RATES), seeds, 2)) for name in ways()}
    for seed in range(seeds):
        rng = np.random.default_rng([seed, 0])
        known, new = cohort(rng, PATIENTS), cohort(rng, NEW)
        for name, way in ways().items():
            for index, rate in enumerate(RATES):
                scores[name][index, seed] = concordances(learn(way, rate, known, seed), new)
        print(f"seed {seed + 1} of {seeds} done", file=sys.stderr, flush=True)
    best = {name: int(values[:, :, 0].mean(axis=1).argmax()) for name, values in scores.items()}
    reported = {name: scores[name][best[name], :, 1] for name in scores}
    return {
        name: {
            "learning_rate": RATES[best[name]],
            "concordance": interval(reported[name]),
            "more_than_alone": None
            if name.startswith(("everyone", "alone"))
            else interval(reported[name] - reported["alone," + name.split(",", 1)[1]]),
        }
        for name in scores
    }


def main() -> None:
    """Measure, print and optionally keep the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--out", type=Path, help="write the JSON here too")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    result = {
        "benchmark": "cox_small_batches",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "hardware": f"{platform.machine()}, {os.cpu_count()} cores, no GPU",
        "versions": {"torch": version("torch"), "python": platform.python_version()},
        "seeds": arguments.seeds,
        "ways": measure(arguments.seeds),
    }
    if arguments.out:
        write_json(arguments.out, result)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
