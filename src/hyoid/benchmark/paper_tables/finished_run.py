"""A finished run as it lies on disk: whose patients it reports, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from hyoid.cohort import Fold, folds_from_json
from hyoid.cohort.words import counted
from hyoid.errors import CohortError
from hyoid.files import read_json
from hyoid.recipe import Recipe, load_recipe
from hyoid.recipe.stage import Task
from hyoid.training.checkpoint import read_metrics

_NEEDED = ("recipe.yaml", "splits.json", "manifest.json", "out-of-fold.json")
_NUMBERED = ("kfold", "holdout_kfold", "single")


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """The folder of a run, its recipe, its folds in order, and where the cohort lies that it was trained on."""

    folder: Path
    recipe: Recipe
    folds: tuple[Fold, ...]
    cohort: str

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Read the folder of a run.

        Raises
        ------
        CohortError
            If it is no finished run.
        """
        missing = [name for name in _NEEDED if not (folder / name).is_file()]
        if missing:
            raise CohortError.of(
                f"no {missing[0]} in {folder}", "the folder of a finished run", "Finish it with `hyoid train --resume`."
            )
        recipe = load_recipe(str(folder / "recipe.yaml"))
        folds = tuple(folds_from_json(read_json(folder / "splits.json")))
        return cls(folder, recipe, folds, str(read_json(folder / "manifest.json")["cohort"]))

    @property
    def reproduces(self) -> str:
        """`NAME` or `NAME:VARIANT` of the recipe: its title without the preset."""
        return self.recipe.name + (f":{self.recipe.variant}" if self.recipe.variant else "")

    @property
    def conditions(self) -> str:
        """Preset, split and number of patients in words, and whether anything was chosen on what is reported."""
        count = len(self.folds)
        split = f"{self.recipe.split.name.replace('_', '-')}, {count} fold{'s' if count > 1 else ''}"
        preset = "" if self.recipe.preset == "full" else f"preset {self.recipe.preset}, "
        patients = len({i for fold in self.folds for i in fold.ids()})
        return f"{preset}{split}{', optimistic' if self.recipe.optimistic else ''}, {counted(patients, 'patient')}"

    @property
    def numbered(self) -> bool:
        """Whether fold 1 of the run is what a paper calls fold 1: a part drawn at random, and no center."""
        return self.recipe.split.name in _NUMBERED

    @property
    def of_centers(self) -> bool:
        """Whether each fold reports one center."""
        return self.recipe.split.name == "leave_one_center_out"

    def evaluation(self, task: Task, part: str) -> dict[str, Any] | None:
        """Return the evaluation of one task on the patients of a part; None where the run has none."""
        name = part if task == self.recipe.task else f"{part}-{task}"
        path = self.folder / f"{name}.json"
        return dict(read_json(path)) if path.is_file() else None

    def history(self, fold: int) -> list[dict[str, Any]]:
        """Return what a fold's network noted after each epoch; nothing of a fold that is not there."""
        return read_metrics(self.folder / f"fold-{fold}" / "metrics.jsonl")
