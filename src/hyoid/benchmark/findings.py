"""What a benchmark finds beyond its table: gaps, centers, comparisons, calibration, and how the hospitals differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyoid.benchmark.abstention import Abstention, abstention_comparisons, abstentions
from hyoid.benchmark.calibrated import Calibration, calibrations, decision_curves
from hyoid.benchmark.cohort_shift import InputShift, input_shifts, label_shifts
from hyoid.benchmark.compared import Of, center_values, comparisons, gaps
from hyoid.benchmark.measured import Measured
from hyoid.benchmark.shift import CenterValues, Gap, LabelShift, RecipeComparison
from hyoid.cohort import Case
from hyoid.metrics import Bootstrap, DecisionCurve

PERMUTATIONS = 199
"""Of the centers, for the p-value of the classifier that tells them apart."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is computed from the predictions and the cohorts."""

    gaps: Sequence[Of[Gap]] = ()
    centers: Sequence[Of[CenterValues]] = ()
    comparisons: Sequence[Of[RecipeComparison]] = ()
    calibration: Sequence[Of[Calibration]] = ()
    decision_curves: Sequence[Of[DecisionCurve]] = ()
    abstention: Sequence[Of[Abstention]] = ()
    inputs: Mapping[str, InputShift] = field(default_factory=dict)
    labels: Mapping[str, LabelShift] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        lists: dict[str, Sequence[Of[Any]]] = {
            "gaps": self.gaps,
            "centers": self.centers,
            "comparisons": self.comparisons,
            "calibration": self.calibration,
            "decision_curves": self.decision_curves,
            "abstention": self.abstention,
        }
        found: dict[str, Any] = {name: [one.to_dict() for one in each] for name, each in lists.items()}
        found["inputs"] = {name: one.to_dict() for name, one in self.inputs.items()}
        return found | {"labels": {name: one.to_dict() for name, one in self.labels.items()}}


def find(
    measured: Sequence[Measured],
    cases: Sequence[Case],
    external: Sequence[Case],
    runs: Sequence[Path],
    bootstrap: Bootstrap,
) -> Findings:
    """Compute the findings.

    Parameters
    ----------
    measured
        Every recipe's evaluation under every split, and of external patients.
    cases, external
        Of the training cohort and of other hospitals.
    runs
        Folders of the runs, where lesion measures may be.
    bootstrap
        How intervals over patients are drawn.
    """
    return Findings(
        gaps(measured, bootstrap),
        center_values(measured, bootstrap),
        [*comparisons(measured, bootstrap), *abstention_comparisons(measured, bootstrap)],
        calibrations(measured, bootstrap),
        decision_curves(measured, bootstrap),
        abstentions(measured, bootstrap),
        input_shifts(cases, external, runs, PERMUTATIONS, bootstrap),
        label_shifts([*cases, *external]),
    )
