"""A fold: which patients train, which choose, which are reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from hyoid.errors import CohortError

PARTS = ("train", "select", "stack", "report", "held_out")
REQUIRED = ("train", "select", "report")


@dataclass(frozen=True, slots=True)
class Fold:
    """Case ids of one fold. A patient stands in one part only.

    Parameters
    ----------
    name
        Name of the fold, e.g. `fold-0` or `center-CHUM`.
    train
        Ids that models are fitted on.
    select
        Ids for early stopping, checkpoints, thresholds, calibration and baseline hazards. Equal to `report` where a
        split says `select: published`; such a fold is `optimistic`.
    report
        Ids whose predictions are reported; looked at once.
    stack
        Ids on which an estimator is fitted on a network's features; empty where a recipe has none.
    held_out
        Ids of the held-out test part of a `HoldOutKFold`: in no other part of any fold, to be predicted by all folds'
        models together after everything is chosen. Empty for other splits.
    notes
        What the reader of a folds file left out.

    Raises
    ------
    CohortError
        If a patient stands in two parts or twice in one, or `train` or `report` is empty.
    """

    name: str
    train: tuple[str, ...]
    select: tuple[str, ...]
    report: tuple[str, ...]
    stack: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for part in (*PARTS, "notes"):
            object.__setattr__(self, part, tuple(getattr(self, part)))
        for part in ("train", "report"):
            if not getattr(self, part):
                raise CohortError.of(f"no case in {part} of {self.name}", "at least one", "Use fewer folds.")
        for part in PARTS:
            ids = getattr(self, part)
            if len(set(ids)) < len(ids):
                twice = sorted({i for i in ids if ids.count(i) > 1})
                raise CohortError.of(f"{twice[0]} twice in {part} of {self.name}", "each patient once", "Repair it.")
        for one, other in combinations(PARTS, 2):
            shared = sorted(set(getattr(self, one)) & set(getattr(self, other)))
            if shared and not ((one, other) == ("select", "report") and self.optimistic):
                raise CohortError.of(
                    f"{len(shared)} patients (first: {shared[0]}) in both {one} and {other} of {self.name}",
                    "each patient in one part of a fold",
                    "Repair the split.",
                )

    @property
    def optimistic(self) -> bool:
        """Whether the fold chooses on the part that it reports, as the papers did."""
        return bool(self.report) and set(self.select) == set(self.report)

    def ids(self) -> tuple[str, ...]:
        """Every id of the fold, each once, in order of the parts."""
        return tuple(dict.fromkeys(i for part in PARTS for i in getattr(self, part)))


def folds_to_json(folds: Sequence[Fold]) -> list[dict[str, Any]]:
    """Folds in plain JSON types, ready for `files.write_json`: a list of objects with the parts' names as keys.

    Empty optional parts are left out; `optimistic` is told for the reader and not read back.
    """
    records = []
    for fold in folds:
        record: dict[str, Any] = {"name": fold.name, "optimistic": fold.optimistic}
        for part in (*PARTS, "notes"):
            entries = getattr(fold, part)
            if entries or part in REQUIRED:
                record[part] = list(entries)
        records.append(record)
    return records


def folds_from_json(records: Any) -> list[Fold]:
    """Return the folds of a value made by `folds_to_json`.

    Raises
    ------
    CohortError
        If it is no such list, or a patient stands in two parts of a fold.
    """
    if not isinstance(records, list) or not records or not all(isinstance(record, dict) for record in records):
        raise CohortError.of("something else than folds", "a JSON list of objects", "Use a file of hyoid.")
    folds = []
    for record in records:
        if not {"name", *REQUIRED} <= record.keys():
            raise CohortError.of(
                f"a fold with the keys {sorted(record)}", f"name, {', '.join(REQUIRED)}", "Use a file of hyoid."
            )
        parts = {key: tuple(map(str, record.get(key, ()))) for key in (*PARTS, "notes")}
        folds.append(Fold(name=str(record["name"]), **parts))
    return folds
