"""Recipes against each other on the same patients, with what is left after so many comparisons."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.benchmark.shift.sample import Sample, check_same_patients
from hyoid.errors import HyoidError
from hyoid.files import jsonable
from hyoid.metrics import Bootstrap, Floats, Interval, draw_values, holm, interval_of, simultaneous_tests


@dataclass(frozen=True, slots=True)
class RecipeDifference:
    """Two recipes.

    Parameters
    ----------
    first, second
        Their names.
    difference
        first - second with its percentile interval, as if it were the only comparison.
    low, high
        Bounds that hold for all comparisons at once (max-T).
    p_value
        By the bootstrap, as if it were the only comparison.
    p_holm, p_max_t
        Adjusted for all comparisons, by Holm's method and by max-T.
    """

    first: str
    second: str
    difference: Interval
    low: float
    high: float
    p_value: float
    p_holm: float
    p_max_t: float


@dataclass(frozen=True, slots=True)
class RecipeComparison:
    """All comparisons of one measure, of `patients` patients; where `reason` is given there is no test of any."""

    measure: str
    patients: int
    differences: tuple[RecipeDifference, ...]
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        return dict(jsonable(asdict(self)))


def compare_recipes(
    samples: Mapping[str, Sample],
    bootstrap: Bootstrap | None = None,
    pairs: Sequence[tuple[str, str]] | None = None,
) -> RecipeComparison:
    """Compare recipes in one measure on the same patients, by the same resamples, drawn within centers.

    Parameters
    ----------
    samples
        By name of the recipe, two or more.
    bootstrap
        How the intervals are drawn.
    pairs
        Names (first, second) to subtract; otherwise every pair. Whoever compares all with one baseline should name
        these pairs beforehand: fewer comparisons cost less.

    Raises
    ------
    HyoidError
        If there are fewer than two recipes, a pair is unknown or stands twice, or patients, their centers, truth,
        measure or the division into folds differ.
    """
    chosen = _checked_pairs(samples, pairs)
    settings = bootstrap or Bootstrap()
    reference = next(iter(samples.values()))
    places = {name: _aligned(name, reference, sample) for name, sample in samples.items()}
    statistics = {name: sample.statistic() for name, sample in samples.items()}
    reasons = [f"{name}: {sample.too_few}" for name, sample in samples.items() if sample.too_few]
    drawing = settings.model_copy(update={"replicates": 0}) if reasons else settings

    def differences(weights: Floats) -> Floats:
        values = {name: of(weights[:, places[name]]) for name, of in statistics.items()}
        return np.stack([values[first] - values[second] for first, second in chosen], axis=1)

    n = len(reference.ids)
    found, drawn = draw_values(differences, n, drawing, list(reference.centers))
    tests = simultaneous_tests(found, drawn, settings.level)
    adjusted = holm(tests.p_value)
    rows = [
        RecipeDifference(
            first=first,
            second=second,
            difference=interval_of(float(found[k]), drawn[:, k], drawing, min(samples[first].n, samples[second].n)),
            low=float(tests.low[k]),
            high=float(tests.high[k]),
            p_value=float(tests.p_value[k]),
            p_holm=float(adjusted[k]),
            p_max_t=float(tests.p_max_t[k]),
        )
        for k, (first, second) in enumerate(chosen)
    ]
    return RecipeComparison(reference.measure, n, tuple(rows), reasons[0] if reasons else "")


def _checked_pairs(
    samples: Mapping[str, Sample], pairs: Sequence[tuple[str, str]] | None
) -> tuple[tuple[str, str], ...]:
    if len(samples) < 2:
        raise HyoidError.of(f"{len(samples)} recipes", "two or more", "Name another.")
    chosen = tuple(itertools.combinations(samples, 2)) if pairs is None else tuple((a, b) for a, b in pairs)
    unknown = [name for pair in chosen for name in pair if name not in samples]
    if unknown or not chosen or len({frozenset(pair) for pair in chosen}) < len(chosen):
        raise HyoidError.of(f"the pairs {list(chosen)}", f"pairs of {', '.join(samples)}, each once", "Name others.")
    if any(first == second for first, second in chosen):
        raise HyoidError.of(f"the pairs {list(chosen)}", "two different recipes in each", "Name others.")
    return chosen


def _aligned(name: str, reference: Sample, sample: Sample) -> NDArray[np.intp]:
    """Return where each patient of the sample stands in the reference."""
    ones, others = check_same_patients(reference, sample)
    if not len(ones) == len(reference.ids) == len(sample.ids):
        raise HyoidError.of(
            f"{len(ones)} of {len(reference.ids)} patients in {name}, which has {len(sample.ids)}",
            "the same patients of every recipe",
            "Leave out of all whom one of them lacks.",
        )
    place = np.empty(len(ones), np.intp)
    place[others] = ones
    if reference.fold is not None and sample.fold is not None:
        together = len(np.unique(np.stack([reference.fold[place], sample.fold]), axis=1).T)
        if not together == len(np.unique(reference.fold)) == len(np.unique(sample.fold)):
            raise HyoidError.of(
                f"other folds in {name}", "the same patients in each fold of every recipe", "Compare one split."
            )
    return place
