"""The drawings of shift as figures of the report: with the numbers as text for who cannot see them, and a caption."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hyoid.benchmark.shift import figures
from hyoid.benchmark.shift.calibration import CenterCalibration
from hyoid.benchmark.shift.centers import CenterValues
from hyoid.benchmark.shift.covariate_shift import CovariateShift, FeatureShift
from hyoid.benchmark.shift.gap import Gap
from hyoid.cohort.words import counted
from hyoid.errors import HyoidError
from hyoid.evaluation.report import page
from hyoid.metrics import DecisionCurve, RiskCoverage

MOST_FEATURES = 25
"""Features of the heat map: those that differ most in some center."""


def forest_picture(found: CenterValues, label: str) -> str:
    """Return the forest plot of one recipe; `label` names the measure."""
    values = [f"{c.center} {c.value}" if c.value else f"{c.center} {c.reason}" for c in found.centers]
    summary = found.heterogeneity
    differ = (
        f"I squared {summary.i_squared:.0%}, Cochran's Q {summary.q:.2f} of {summary.centers} centres "
        f"({_p(summary.p_value)})."
        if summary.centers > 1
        else "Too few centres have an interval to say whether they differ."
    )
    caption = (
        f"Each centre's {label} with its interval over patients; squares grow with the number of patients. {differ} "
        "Dashed: where one more centre is expected, if these were drawn from all centres at random. All patients "
        "together are no mean of the centres."
    )
    return page.picture(figures.forest(found, label), f"Forest plot of {label}: {'; '.join(values)}.", caption)


def gap_picture(found: Mapping[str, Gap], label: str) -> str:
    """Return the gap plot of recipes by name; raises HyoidError if there is none."""
    if not found:
        raise HyoidError.of("no gap", "one recipe or more", "Name some.")
    values = [
        f"{name}: inside {gap.inside}, outside {gap.outside}, difference {gap.difference} ({gap.pairing})"
        for name, gap in found.items()
    ]
    caption = (
        f"Left, {label} inside (out of fold, of centres that training saw) and outside (of centres that it did not); "
        "right, the difference; each with its interval over patients drawn within centres. Right of the line the "
        "recipe falls."
    )
    return page.picture(figures.gaps(found, label), f"Inside and outside. {'; '.join(values)}.", caption)


def reliability_picture(found: Sequence[CenterCalibration], label: str) -> str:
    """Return the reliability diagrams of the centers; `label` names what the probability is of."""
    if not found:
        raise HyoidError.of("no centre", "one or more", "Check what was selected.")
    values = [
        f"{center.center}: {center.mean_probability:.2f} predicted, {center.observed:.2f} observed on average"
        for center in found
    ]
    caption = (
        "Observed share against mean predicted probability, in bins of equal numbers of patients of each centre, with "
        "Wilson's intervals. On the diagonal, probabilities mean in this centre what they say."
    )
    drawn = figures.reliability_by_center(found, label)
    return page.picture(drawn, f"Reliability by centre. {'; '.join(values)}.", caption)


def decision_picture(found: DecisionCurve, name: str) -> str:
    """Return the decision curve of one recipe."""
    values = [
        f"at {threshold:.2f} {model.value:.3f}, all {everyone.value:.3f}"
        for threshold, model, everyone in zip(found.thresholds, found.model, found.treat_all, strict=True)
    ]
    caption = (
        "Net benefit of acting on patients from a threshold probability on: true positives less false positives, these "
        f"weighed by the odds of the threshold, a patient. {counted(found.n, 'patient')}, {found.positives} with the "
        "condition. Only thresholds at which one would truly act count, and a curve holds elsewhere only if the "
        "calibration does."
    )
    return page.picture(figures.decision_curve(found, name), f"Decision curve of {name}: {'; '.join(values)}.", caption)


def risk_coverage_picture(found: Mapping[str, RiskCoverage], where: str) -> str:
    """Return the risk-coverage curves of recipes by name, under one split."""
    values = [
        f"{name}: area {curve.area:.3f}, wrong of half {curve.risk_at(0.5):.3f}, of all {curve.risk_at(1.0):.3f}"
        for name, curve in found.items()
    ]
    n = len(next(iter(found.values())).risk)
    caption = (
        f"Risk-coverage, {where}, {counted(n, 'patient')}: wrong answers among those who are answered. At the left end "
        "few are, and a single error moves the line far."
    )
    return page.picture(figures.risk_coverage(found), f"Risk-coverage curves, {where}. {'; '.join(values)}.", caption)


def shift_picture(found: CovariateShift, level: float = 0.95, most: int = MOST_FEATURES) -> str:
    """Return the heat map of differences between centers, without the tests of missingness.

    Raises
    ------
    HyoidError
        If there is no row.
    """
    rows = [row for row in found.rows if row.test != "missing"]
    if not rows:
        raise HyoidError.of("no feature of two centres", "one or more", "Give features of several centres.")
    features = _most_different(rows, most)
    largest = max(rows, key=_size)
    counted = len({row.feature for row in rows})
    below = sum(row.p_holm < 1 - level for row in rows)
    shown = f"The {len(features)} of {counted} features that differ most" if len(features) < counted else "All features"
    caption = (
        f"{shown}: each centre against the others, in standard deviations. A dot marks a p-value below {1 - level:.2g} "
        f"after Holm's correction over all {found.tests} tests; grey: too few values. One without a dot may differ too."
    )
    words = (
        f"Heat map of shifts: {below} of {len(rows)} comparisons below {1 - level:.2g}; largest "
        f"{largest.feature} of {largest.center}, {largest.difference:.2f}."
    )
    return page.picture(figures.shift_map(rows, features, level), words, caption)


def _most_different(rows: Sequence[FeatureShift], most: int) -> list[str]:
    """Return the features of the largest differences, the largest first."""
    size: dict[str, float] = {}
    for row in rows:
        size[row.feature] = max(size.get(row.feature, 0.0), _size(row))
    return sorted(size, key=lambda name: (-size[name], name))[:most]


def _size(row: FeatureShift) -> float:
    return 0.0 if math.isnan(row.difference) else abs(row.difference)


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
