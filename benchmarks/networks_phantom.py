"""Networks of the papers on synthetic patients, out of fold: those that segment, and those that do three tasks at once.

- `segmentation`: every segmentation recipe beside the best SUV threshold, `cds-dynunet` also without its averaging of
  weights and with all components kept.
- `multitask`: the three-task networks beside their ablations, by C-index, with the paired difference from the whole.

Everything is at preset `tiny` or smaller, three folds of the same patients, and so few epochs that the networks are far
from done: the table says that the procedure works from end to end and what it costs, not what an architecture is worth.

Run: python benchmarks/networks_phantom.py --table segmentation|multitask [--work DIR] [--families A,B] [--out FILE]
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
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import OUT_OF_FOLD, table_of

SPLIT = "split={name: kfold, folds: 3}"


@dataclass(frozen=True)
class Family:
    """A recipe, those that are compared with it, and what is changed of all of them to fit into an hour."""

    first: str
    others: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()

    def recipes(self, common: tuple[str, ...]) -> list[Recipe]:
        """Return the recipes of the table."""
        overrides = (*common, *self.overrides)
        return [load_recipe(name, preset="tiny", overrides=overrides) for name in (self.first, *self.others)]


@dataclass(frozen=True)
class Table:
    """A cohort, the families of a table, and what is changed of all of them."""

    patients: int
    seed: int
    families: tuple[Family, ...]
    overrides: tuple[str, ...]


def _patch(edge_mm: int) -> str:
    return f"stages.0.training.patch_mm=[{edge_mm},{edge_mm},{edge_mm}]"


_BACKBONE = "stages.0.network.backbone"
TABLES = {
    "segmentation": Table(
        patients=24,
        seed=900,
        families=(
            Family("baseline-unet", overrides=(_patch(128),)),
            Family("baseline-segresnet", overrides=(_patch(128),)),
            Family("glasgow-segresnet", overrides=(_patch(128),)),
            Family("cds-dynunet", ("cds-dynunet:without_averaging", "cds-dynunet:all_components"), (_patch(192),)),
            Family("baseline-unetr", overrides=(_patch(128),)),
            Family(
                "baseline-swinunetr",  # 64 voxels an edge are the least that it takes
                overrides=(
                    _patch(256),
                    f"{_BACKBONE}.features=12",
                    f"{_BACKBONE}.checkpointing=false",
                    "stages.0.training.epochs=4",
                    "stages.0.training.select.every_epochs=2",
                ),
            ),
        ),
        overrides=(
            "preprocess.frame.spacing_mm=[4,4,4]",
            "stages.0.training.epochs=20",
            "stages.0.training.patches_per_case=1",
            "stages.0.training.select.every_epochs=10",
        ),
    ),
    "multitask": Table(
        patients=72,
        seed=901,
        families=(
            Family("sims-life-multitask", ("sims-life-multitask:seg_surv", "sims-life-multitask:surv")),
            Family(
                "cds-multitask",
                ("cds-multitask:small_batches",),
                ("preprocess.frame.spacing_mm=[6,6,6]", _patch(192), "stages.0.training.epochs=10"),
            ),
        ),
        overrides=("stages.0.training.epochs=15", "stages.0.training.select.every_epochs=5"),
    ),
}


def measure(name: str, work: Path, chosen: list[str] | None) -> dict[str, Any]:
    """Train and compare the recipes of a table, or of those families alone whose first recipe is `chosen`."""
    table = TABLES[name]
    families = [family for family in table.families if chosen is None or family.first in chosen]
    cohort = work / f"cohort-{name}"
    if not cohort.is_dir():
        write_cohort(cohort, table.patients, table.seed, broken=False, event_rate=0.35)
    recipes = [recipe for family in families for recipe in family.recipes((SPLIT, *table.overrides))]
    found = run_benchmark(cohort, recipes, work / name, overrides=(SPLIT,), cost_cases=1, device="cpu")
    print(as_markdown(found))
    return {
        "table": name,
        "patients": table.patients,
        "seed": table.seed,
        "overrides": {family.first: [*table.overrides, *family.overrides] for family in families},
        "result": found.to_dict(),
        "paired": {
            f"{other} - {family.first}": paired(cohort, work / name, family.first, other)
            for family in families
            for other in family.others
            if name == "multitask"
        },
    }


def paired(cohort: Path, runs: Path, first: str, other: str) -> dict[str, Any]:
    """Return how far the C-index of a recipe lies from that of another, on the same patients."""
    folders = (runs / f"{name.replace(':', '-')}--kfold" for name in (other, first))
    one, two = (folder / OUT_OF_FOLD / table_of(load_recipe(str(folder / "recipe.yaml")), "rfs") for folder in folders)
    difference = compare_survival(one, two, cohort).differences["c_index"]
    return {"value": difference.value, "interval": [difference.low, difference.high], "n": difference.n}


def main() -> None:
    """Measure a table, print and optionally keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", choices=TABLES, default="segmentation")
    parser.add_argument("--families", help="only those of these first recipes, separated by commas")
    parser.add_argument("--work", type=Path, help="folder that keeps cohorts and runs (default: a temporary one)")
    parser.add_argument("--out", type=Path, help="write the JSON here")
    options = parser.parse_args()
    chosen = options.families.split(",") if options.families else None
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
