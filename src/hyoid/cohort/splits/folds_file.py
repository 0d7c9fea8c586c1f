"""Folds that somebody else has drawn: the official `splits_final.json`, or a file of hyoid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from hyoid.cohort.case import Case
from hyoid.cohort.splits.base import Selecting, check_unique
from hyoid.cohort.splits.fold import PARTS, REQUIRED, Fold, folds_from_json
from hyoid.errors import CohortError
from hyoid.files import read_json


class FoldsFile(Selecting):
    """Folds of a JSON file.

    In the official format (nnU-Net's too), a list of ``{"train": [...], "val": [...]}``, train is divided into train
    and select, and val is reported. A file written from `folds_to_json` is taken as it is. Ids that the cohort does
    not have are left out, cases that the file does not name are in no part; both are counted in the folds' notes.
    """

    name: Literal["folds_file"] = "folds_file"
    path: Path

    def make_folds(self, cases: Sequence[Case]) -> list[Fold]:
        """Return the file's folds, restricted to the given cases.

        Raises
        ------
        CohortError
            If the file is missing or in another format, a patient stands in both lists of a fold, or nobody is left.
        """
        check_unique(cases)
        records = self._records()
        if all(set(REQUIRED) <= record.keys() for record in records):
            return [self._restricted(fold, cases) for fold in folds_from_json(records)]
        return [self._official(k, record, cases) for k, record in enumerate(records)]

    def _records(self) -> list[dict[str, Any]]:
        if not self.path.is_file():
            raise CohortError.of(f"no file at {self.path}", "a JSON file with folds", "Check the path.")
        try:
            records = read_json(self.path)
        except ValueError as error:
            raise CohortError.of(f"no JSON in {self.path} ({error})", "a list of folds", "Repair the file.") from error
        if not isinstance(records, list) or not records or not all(isinstance(record, dict) for record in records):
            raise CohortError.of(f"something else in {self.path}", "a JSON list of folds (objects)", "Repair it.")
        return records

    def _official(self, k: int, record: dict[str, Any], cases: Sequence[Case]) -> Fold:
        lists = [record.get("train"), record.get("val")]
        if not all(isinstance(ids, list) for ids in lists):
            raise CohortError.of(
                f"the keys {sorted(record)} in fold {k} of {self.path}",
                "train and val, each a list of ids",
                "Use the format of splits_final.json.",
            )
        train, val = ([str(i) for i in ids or []] for ids in lists)
        both = sorted(set(train) & set(val))
        if both:
            raise CohortError.of(
                f"{len(both)} patients (first: {both[0]}) in both train and val of fold {k} of {self.path}",
                "each patient in one list",
                "Repair the file.",
            )
        known = {case.id: case for case in cases}
        training, report = ([known[i] for i in dict.fromkeys(ids) if i in known] for ids in (train, val))
        if not training or not report:
            raise CohortError.of(
                f"{len(training)} train and {len(report)} val cases of fold {k} of {self.path} in the cohort",
                "at least one of each",
                "Check that the file's ids are written as the cohort's.",
            )
        return self.make_fold(f"fold-{k}", training, report, notes=_notes({*train, *val}, set(known)))

    def _restricted(self, fold: Fold, cases: Sequence[Case]) -> Fold:
        known = {case.id for case in cases}
        parts = {part: tuple(i for i in getattr(fold, part) if i in known) for part in PARTS}
        return Fold(fold.name, notes=_notes(set(fold.ids()), known), **parts)


def _notes(named: set[str], known: set[str]) -> tuple[str, ...]:
    notes = []
    if named - known:
        notes.append(f"{len(named - known)} of {len(named)} ids of the folds file are not in the cohort: left out.")
    if known - named:
        notes.append(f"{len(known - named)} of {len(known)} cases of the cohort are not in the folds file: not used.")
    return tuple(notes)
