"""A finished run as the detector reads it: from its files alone, without believing that they fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from hyoid.cohort import Case, Cohort
from hyoid.features.harmonise import harmonised
from hyoid.files import read_json
from hyoid.inference.classify import load_harmoniser
from hyoid.recipe import load_recipe
from hyoid.training.checkpoint import is_finished
from hyoid.training.inferred import ALL_FOLDS, INFERRED, OWN_FOLD
from hyoid.training.lesion_table import add_lesion_measures
from hyoid.training.seen import SEEN

PARTS = ("train", "select", "stack", "report", "held_out")


@dataclass(frozen=True, slots=True)
class FoldParts:
    """The parts of a fold as `splits.json` has them; a `Fold` could not hold one that leaks."""

    folder: str
    name: str
    parts: Mapping[str, tuple[str, ...]]

    @property
    def optimistic(self) -> bool:
        """Whether it selects on whom it reports, all of them and nobody else."""
        return set(self.parts["select"]) == set(self.parts["report"])

    @property
    def learnt(self) -> frozenset[str]:
        """Whom the fold may learn from; `select` is not among them where it is the reported part."""
        chosen = () if self.optimistic else self.parts["select"]
        return frozenset((*self.parts["train"], *self.parts["stack"], *chosen))

    @property
    def reported(self) -> frozenset[str]:
        """Whom nothing fitted in the fold may have seen."""
        return frozenset((*self.parts["report"], *self.parts["held_out"]))


class TrainedRun:
    """The files of a run.

    Parameters
    ----------
    folder
        Of the run.
    cohort
        What it was trained on.
    store
        Where its preprocessed images are.
    prefix
        What stands before the paths in findings: where an upstream run lies within its run.
    """

    def __init__(self, folder: Path, cohort: Cohort, store: Path, prefix: str = "") -> None:
        self.folder, self.cohort, self.store, self.prefix = folder, cohort, store, prefix
        self.recipe = load_recipe(str(folder / "recipe.yaml"))
        self.folds = [
            FoldParts(one["folder"], one["name"], {part: tuple(one.get(part, ())) for part in PARTS})
            for one in read_json(folder / "splits.json")
        ]
        self.finished = [fold for fold in self.folds if is_finished(folder / fold.folder)]

    def path(self, within: str) -> str:
        """Return how a finding names something in the run."""
        return self.prefix + within

    def read(self, fold: FoldParts, file: str) -> dict[str, Any]:
        """Return a JSON object of a fold's folder; empty where there is no such file."""
        path = self.folder / fold.folder / file
        found: dict[str, Any] = read_json(path) if path.is_file() else {}
        return found

    def seen(self, fold: FoldParts, name: str) -> Sequence[str]:
        """Return whom something fitted is recorded to have seen; empty without a record."""
        found: Sequence[str] = self.read(fold, SEEN).get(name, ())
        return found

    def table(self, file: str) -> pd.DataFrame | None:
        """Return a table of predictions out of fold, with ids as text; None where there is none."""
        path = self.folder / "out-of-fold" / file
        return pd.read_csv(path, dtype={"PatientID": str}, float_precision="round_trip") if path.is_file() else None

    @cached_property
    def cases(self) -> dict[str, Case]:
        """All cases of the cohort by id, with their lesion measures where the recipe reads them."""
        everyone = {case.id: case for case in self.cohort.cases}
        known = [everyone[i] for i in sorted(everyone.keys() & frozenset().union(*map(fold_ids, self.folds)))]
        measured, _ = add_lesion_measures(self.recipe, known, self.folder, 1)
        return everyone | {case.id: case for case in measured}

    def given(self, fold: FoldParts) -> dict[str, Case]:
        """Return the cases with the HPV status as the fold's model was given it."""
        hpv, cases = self.recipe.inputs.hpv, self.cases
        if hpv is None:
            return cases
        inferred = self.read(fold, INFERRED).get("hpv", {})
        statuses: dict[str, bool | None] = {}
        if hpv.train == "predicted":
            known = {**inferred.get(ALL_FOLDS, {}), **inferred.get(OWN_FOLD, {})}
            statuses |= {i: known.get(i) for i in fold.learnt}
        if hpv.predict != "recorded":
            statuses |= {i: inferred.get(hpv.predict, {}).get(i) for i in fold.reported}
        return cases | {i: replace(cases[i], hpv=status) for i, status in statuses.items() if i in cases}

    def harmonised(self, fold: FoldParts) -> dict[str, Case]:
        """Return the cases as the fold's encoder and model read them: harmonised where the recipe says so."""
        given = self.given(fold)
        harmoniser = load_harmoniser(self.read(fold, "fitted.json"))
        return {case.id: case for case in harmonised(harmoniser, list(given.values()))[0]}


def fold_ids(fold: FoldParts) -> frozenset[str]:
    """Return everybody in a fold."""
    return frozenset(i for ids in fold.parts.values() for i in ids)
