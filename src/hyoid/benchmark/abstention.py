"""What each recipe's doubt is worth: conformal sets of HPV status, and the error among those of whom it is surest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hyoid.benchmark.compared import Of, comparisons
from hyoid.benchmark.measured import Measured
from hyoid.benchmark.shift import AbstentionSample, RecipeComparison
from hyoid.benchmark.shift import measured as measured_of
from hyoid.evaluation import ClassificationResult
from hyoid.evaluation.classification_sets import SetsResult, Share
from hyoid.metrics import Bootstrap, Interval, RiskCoverage


@dataclass(frozen=True, slots=True, eq=False)
class Abstention:
    """One recipe's doubt under one split.

    Parameters
    ----------
    curve
        Share of wrong decisions against the share of patients answered, the surest first.
    area
        Area under it with its interval over patients, drawn within centers; lower is better.
    sets
        What its conformal sets hold; None of a recipe that makes none.
    """

    curve: RiskCoverage
    area: Interval
    sets: SetsResult | None

    @property
    def undecided(self) -> Share | None:
        """Patients whose set is no answer; None without sets."""
        if self.sets is None:
            return None
        return Share(self.sets.answers["either"] + self.sets.answers["neither"], self.sets.n)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain types."""
        undecided = self.undecided
        return {
            "risk_coverage": self.curve.to_dict() | {"area": self.area.to_dict()},
            "nominal_coverage": None if self.sets is None or self.sets.alpha is None else 1 - self.sets.alpha,
            "undecided": None if undecided is None else undecided.to_dict(),
            "sets": None if self.sets is None else self.sets.to_dict(),
        }


def abstentions(measured: Sequence[Measured], bootstrap: Bootstrap) -> list[Of[Abstention]]:
    """Return the doubt of every recipe that classifies, under every split and of external patients."""
    found = []
    for one in measured:
        if isinstance(one.evaluation, ClassificationResult):
            (sample,) = _samples(one)
            area = _area(measured_of(sample, bootstrap))
            own = Abstention(one.evaluation.selective, area, one.evaluation.sets)
            found.append(Of(one.recipe, one.task, one.split, own))
    return found


def abstention_comparisons(measured: Sequence[Measured], bootstrap: Bootstrap) -> list[Of[RecipeComparison]]:
    """Return all pairs of recipes that classify under each split, by the right answers over all shares answered."""
    return comparisons([one for one in measured if one.task == "hpv"], bootstrap, _samples)


def _samples(one: Measured) -> tuple[AbstentionSample, ...]:
    found = one.evaluation
    if not isinstance(found, ClassificationResult):
        return ()
    ids, wrong = [case.id for case in found.cases], [case.hpv != case.decision for case in found.cases]
    sample = AbstentionSample.of(ids, one.centers, wrong, found.certainty, [case.hpv for case in found.cases])
    return (sample,)


def _area(right: Interval) -> Interval:
    """Return the area under the curve of errors from the share of right answers."""
    return replace(right, value=1 - right.value, low=1 - right.high, high=1 - right.low)
