"""One system in a comparison: what it is worth, what it costs, and what its paper reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from hyoid.files import jsonable


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure: over all patients out of fold with its interval, and over the folds.

    `value` is pooled: every sum runs over all reported patients. `fold_mean` and `fold_sd` are mean and standard
    deviation of the folds' own values, as papers print them: a spread over models, and no confidence interval.
    """

    value: float | None
    interval: tuple[float | None, float | None] | None
    n: int
    fold_mean: float | None = None
    fold_sd: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What one prediction takes, by all folds together, in a process of its own: start and imports are not counted."""

    seconds_per_case: float
    peak_memory_mib: float
    cases: int


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """One recipe under one split.

    Parameters
    ----------
    recipe, split
        Titles of both; the recipe's carries variant and preset.
    task
        What `figures` measure.
    figures
        By name of the measure.
    parameters
        Trainable numbers of one fold's network; None without a network.
    cost
        None where nothing was predicted for it.
    reported
        What the recipe's paper says, as its YAML lists it: of other patients than these.
    """

    recipe: str
    split: str
    task: str
    figures: Mapping[str, Figure]
    parameters: int | None = None
    cost: Cost | None = None
    reported: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Return the row as JSON types; what is undefined is null."""
        return dict(jsonable(asdict(self)))


def notes_of(rows: Sequence[BenchmarkRow]) -> list[tuple[str, tuple[str, ...], str]]:
    """Return recipe, splits and sentence of what is noted of rows, each once for the splits that share it."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        for note in row.notes:
            found.setdefault((row.recipe, note), {})[row.split] = None
    return [(recipe, tuple(splits), note) for (recipe, note), splits in found.items()]
