"""Networks of the papers on synthetic patients, out of fold: those that segment, and those that do three tasks at once.

- `segmentation`: every segmentation recipe beside the best SUV threshold, `cds-dynunet` also without its averaging of
  weights and with all components kept.
- `multitask`: the three-task networks beside their ablations, by C-index, with the paired difference from the whole.

Everything is at preset `tiny`, three folds of the same patients, and so few epochs that the networks are far from done:
the table says that the procedure works from end to end and what it costs, not what an architecture is worth.

Run: python benchmarks/networks_phantom.py --table segmentation|multitask [--work DIR] [--recipes A,B] [--out FILE]
With --work, cohort and runs are kept there and a second call goes on with them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hyoid.benchmark import as_markdown, run_benchmark
from hyoid.evaluation import compare_survival
from hyoid.files import write_json
from hyoid.phantom import write_cohort
from hyoid.training import OUT_OF_FOLD, PREDICTIONS

SPLIT = "split={name: kfold, folds: 3}"


@dataclass(frozen=True)
class Table:
    """A cohort, the recipes of a table by the one that others are compared with, and what is changed of all of them."""

    patients: int
    seed: int
    epochs: int
    recipes: dict[str, tuple[str, ...]]
    overrides: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Return the recipes in the order of the table."""
        return [name for first, others in self.recipes.items() for name in (first, *others)]


TABLES = {
    "segmentation": Table(
        patients=36,
        seed=900,
        epochs=30,
        recipes={
            "baseline-unet": (),
            "baseline-segresnet": (),
            "baseline-swinunetr": (),
            "baseline-unetr": (),
            "glasgow-segresnet": (),
            "cds-dynunet": ("cds-dynunet:without_averaging", "cds-dynunet:all_components"),
        },
        overrides=("stages.0.training.select.every_epochs=10",),
    ),
    "multitask": Table(
        patients=72,
        seed=901,
        epochs=15,
        recipes={
            "sims-life-multitask": ("sims-life-multitask:seg_surv", "sims-life-multitask:surv"),
            "cds-multitask": ("cds-multitask:small_batches", "cds-multitask:detached"),
        },
        overrides=("stages.0.training.select.every_epochs=5",),
    ),
}


def measure(name: str, work: Path, chosen: list[str]) -> dict[str, Any]:
    """Train and compare the recipes of a table."""
    table = TABLES[name]
    cohort = work / f"cohort-{name}"
    if not cohort.is_dir():
        write_cohort(cohort, table.patients, table.seed, broken=False, event_rate=0.35)
    overrides = (SPLIT, f"stages.0.training.epochs={table.epochs}", *table.overrides)
    found = run_benchmark(
        cohort, chosen, work / name, preset="tiny", overrides=overrides, cost_cases=1, device="cpu", jobs=1
    )
    print(as_markdown(found))
    return {
        "table": name,
        "patients": table.patients,
        "seed": table.seed,
        "epochs": table.epochs,
        "result": found.to_dict(),
        "paired": {
            f"{other} - {first}": paired(cohort, work / name, first, other)
            for first, others in table.recipes.items()
            for other in others
            if name == "multitask" and {first, other} <= set(chosen)
        },
    }


def paired(cohort: Path, runs: Path, first: str, other: str) -> dict[str, Any]:
    """Return how far the C-index of a recipe lies from that of another, on the same patients."""
    folders = (runs / f"{name.replace(':', '-')}--kfold" / OUT_OF_FOLD for name in (other, first))
    one, two = (folder / PREDICTIONS for folder in folders)  # recurrence is what all of these answer first
    difference = compare_survival(one, two, cohort).differences["c_index"]
    return {"value": difference.value, "interval": [difference.low, difference.high], "n": difference.n}


def main() -> None:
    """Measure a table, print and optionally keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", choices=TABLES, default="segmentation")
    parser.add_argument("--recipes", help="only these, separated by commas")
    parser.add_argument("--work", type=Path, help="folder that keeps cohorts and runs (default: a temporary one)")
    parser.add_argument("--out", type=Path, help="write the JSON here")
    options = parser.parse_args()
    chosen = options.recipes.split(",") if options.recipes else TABLES[options.table].names()
    with tempfile.TemporaryDirectory() as temporary:
        measured = measure(options.table, options.work or Path(temporary), chosen)
    result = {
        "benchmark": "networks_phantom",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("torch", "monai", "numpy")},
        **measured,
    }
    if options.out:
        write_json(options.out, result)
    print(json.dumps(result["paired"], indent=2))


if __name__ == "__main__":
    main()
