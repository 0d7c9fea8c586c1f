"""Recipes, splits and centers of a benchmark held against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

import numpy as np

from hyoid.benchmark.external import EXTERNAL
from hyoid.benchmark.measured import Measured
from hyoid.benchmark.shift import (
    CenterValues,
    Gap,
    RecipeComparison,
    Sample,
    compare_recipes,
    inside_outside_gap,
    values_by_center,
)
from hyoid.benchmark.splits import CENTER_OUT, KFOLD, SIZE_MATCHED
from hyoid.files import jsonable
from hyoid.metrics import Bootstrap
from hyoid.recipe.stage import Task

T = TypeVar("T")

_INSIDE: Mapping[str, Sequence[str]] = {CENTER_OUT: (SIZE_MATCHED, KFOLD), EXTERNAL: (KFOLD, SIZE_MATCHED)}
"""What each outside is held against, the first that there is: folds of its sizes, or those of the bundle's."""


@dataclass(frozen=True, slots=True)
class Of(Generic[T]):
    """A finding, and whose it is: of a recipe's predictions under a split. `against` is the inside of a gap."""

    recipe: str
    task: Task
    split: str
    found: T
    against: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        whose = {"recipe": self.recipe, "task": self.task, "split": self.split}
        whose |= {"against": self.against} if self.against else {}
        found: Any = self.found
        own = {"centers": [one.to_dict() for one in found]} if isinstance(found, tuple) else found.to_dict()
        return dict(jsonable(whose | own))


def gaps(measured: Sequence[Measured], bootstrap: Bootstrap) -> list[Of[Gap]]:
    """Return what each recipe loses outside: left-out centers, and the external cohort.

    Where patients are ranked (AUC, C-index) there is a second gap beside, of pairs within one center alone.
    """
    by_split = {(one.recipe, one.task, one.split): one for one in measured}
    found = []
    for outside in measured:
        names = [name for name in _INSIDE.get(outside.split, ()) if (outside.recipe, outside.task, name) in by_split]
        if not names:
            continue
        inside = by_split[outside.recipe, outside.task, names[0]]
        for one, other in zip(inside.samples(), outside.samples(), strict=True):
            for within in (False, True) if one.fold is not None else (False,):
                gap = inside_outside_gap(one, other, bootstrap, within_centers=within)
                found.append(Of(outside.recipe, outside.task, outside.split, gap, names[0]))
    return found


def center_values(measured: Sequence[Measured], bootstrap: Bootstrap) -> list[Of[CenterValues]]:
    """Return every measure of every recipe center by center, under every split and of external patients."""
    return [
        Of(one.recipe, one.task, one.split, values_by_center(sample, bootstrap))
        for one in measured
        for sample in one.samples()
    ]


def comparisons(
    measured: Sequence[Measured], bootstrap: Bootstrap, of: Callable[[Measured], tuple[Sample, ...]] = Measured.samples
) -> list[Of[RecipeComparison]]:
    """Return all pairs of recipes of a task under each split, on the patients that all of them predicted.

    `of` gives the samples, in the measures of which they are compared.
    """
    found = []
    for task, split, group in _groups(measured):
        for samples in zip(*(of(one) for one in group), strict=True):
            named = _on_the_same(dict(zip((one.recipe for one in group), samples, strict=True)))
            if named:
                found.append(Of("all", task, split, compare_recipes(named, bootstrap)))
    return found


def _groups(measured: Sequence[Measured]) -> Iterator[tuple[Task, str, list[Measured]]]:
    """Yield recipes that can be compared: of one task under one split, and judged by the same measures."""
    groups: dict[tuple[Task, str, tuple[str, ...]], list[Measured]] = {}
    for one in measured:
        groups.setdefault((one.task, one.split, tuple(s.measure for s in one.samples())), []).append(one)
    for (task, split, _), group in groups.items():
        if len(group) > 1:
            yield task, split, group


def _on_the_same(samples: Mapping[str, Sample]) -> dict[str, Sample]:
    shared = reduce(np.intersect1d, (sample.ids for sample in samples.values()))
    if len(shared) == 0:
        return {}
    return {name: sample.take(np.isin(sample.ids, shared)) for name, sample in samples.items()}
