"""What is known of the results: measures, intervals, centers, gaps, leakage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from hyoid.benchmark.calibrated import HORIZON_DAYS
from hyoid.benchmark.checklists.known import Known
from hyoid.benchmark.checklists.words import listed, percent
from hyoid.benchmark.compared import Of
from hyoid.benchmark.leakage import KINDS
from hyoid.benchmark.row import BenchmarkRow
from hyoid.benchmark.shift import CenterCalibration, CenterSurvivalCalibration
from hyoid.cohort.words import counted
from hyoid.metrics import Bootstrap

T = TypeVar("T")

LEVEL = 0.05
"""Below this an adjusted p-value is counted."""


def measures(known: Known) -> str:
    """Return what is measured of each task, and what else is computed of probabilities."""
    by_task: dict[str, dict[str, None]] = {}
    for row in known.result.rows:
        by_task.setdefault(row.task, {}).update(dict.fromkeys(row.figures))
    words = "; ".join(f"{task}: {', '.join(names)}" for task, names in by_task.items())
    findings = known.result.findings
    beside = ["calibration by centre"] if findings.calibration else []
    beside += ["net benefit over thresholds"] if findings.decision_curves else []
    return f"{words}." + (f" Beside them {listed(beside)}." if beside else "")


def intervals(known: Known) -> str:
    """Return how intervals are drawn."""
    usual = Bootstrap()
    words = (
        "Intervals of the table are percentiles of a bootstrap over patients within their centres "
        f"({percent(usual.level)}, {usual.replicates} replicates); mean and deviation over folds are no interval."
    )
    drawn = {one.found.pooled.replicates for one in known.result.findings.centers}
    return words + (f" Centres, gaps and comparisons: {listed(map(str, sorted(drawn)))} replicates." if drawn else "")


def performance(known: Known) -> str | None:
    """Return the foremost measure of every row with its interval."""
    words = [_figure(row) for row in known.result.rows if row.figures]
    return f"{'; '.join(words)}." if words else None


def _figure(row: BenchmarkRow) -> str:
    name, found = next(iter(row.figures.items()))
    low, high = found.interval or (None, None)
    interval = "no interval" if low is None or high is None else f"{low:.3f} to {high:.3f}"
    value = "undefined" if found.value is None else f"{found.value:.3f}"
    return f"{row.recipe} ({row.split}): {name} {value} ({interval}, n {found.n})"


def multiplicity(known: Known) -> str | None:
    """Return how many comparisons of recipes were made, and how their p-values are adjusted."""
    found = [one.found for one in known.result.findings.comparisons if not one.found.reason]
    if not found:
        return None
    pairs = sum(len(one.differences) for one in found)
    return (
        f"{counted(pairs, 'comparison')} of two recipes in {counted(len(found), 'family', 'families')} (a task, a "
        "split, a measure): within each, p-values are adjusted by Holm's method and by max-T, and bounds hold for all "
        "at once."
    )


def calibration(known: Known) -> str | None:
    """Return the calibration slopes of all centers that have one."""
    words = []
    for one in known.result.findings.calibration:
        slopes = [f"{row.center} {value:.2f}" for row in one.found if (value := _slope(row)) is not None]
        if slopes:
            what = f"survival at {HORIZON_DAYS:.0f} days" if one.task == "rfs" else "probability of HPV-positive"
            words.append(f"{one.recipe} ({one.split}), {what}: {', '.join(slopes)}")
    return f"Calibration slope by centre (1 is right): {'; '.join(words)}." if words else None


def _slope(row: CenterCalibration | CenterSurvivalCalibration) -> float | None:
    if isinstance(row, CenterCalibration):
        value = None if row.calibration is None else row.calibration.line.slope
    else:
        value = None if row.slope is None else row.slope.value
    return None if value is None or math.isnan(value) else value


def heterogeneity_method(known: Known) -> str | None:
    """Return how centers are compared; None where none were."""
    if not known.result.findings.centers:
        return None
    return (
        "Every measure is computed within each centre and compared between them by inverse variance (random effects: "
        "Q, I squared, tau, and where one more centre is expected)."
    )


def heterogeneity(known: Known) -> str | None:
    """Return how much the foremost measure of each recipe differs between centers."""
    words = []
    for one in _foremost(known.result.findings.centers):
        found = one.found.heterogeneity
        if not math.isnan(found.tau):
            own = f"I squared {percent(found.i_squared)}, tau {found.tau:.3f} over {found.centers} centres"
            words.append(f"{one.recipe} ({one.split}): {one.found.measure} {own}")
    return f"{'; '.join(words)}." if words else None


def gaps(known: Known) -> str | None:
    """Return what each recipe loses outside, in its foremost measure."""
    words = []
    for one in _foremost([one for one in known.result.findings.gaps if not one.found.within_centers]):
        gap = one.found
        if not math.isnan(gap.difference.value):
            values = f"{gap.inside.value:.3f} ({one.against}) against {gap.outside.value:.3f} ({one.split})"
            words.append(f"{one.recipe}: {gap.measure} {values}, difference {gap.difference}")
    return f"{'; '.join(words)}." if words else None


def _foremost(found: Sequence[Of[T]]) -> list[Of[T]]:
    """Return the first finding of each recipe, task and split: that of the foremost measure."""
    first: dict[tuple[str, str, str], Of[T]] = {}
    for one in found:
        first.setdefault((one.recipe, one.task, one.split), one)
    return list(first.values())


def shift(known: Known) -> str | None:
    """Return how far the centers, external ones among them, differ in what is put in."""
    words = []
    for table, found in known.result.findings.inputs.items():
        small = sum(row.p_holm < LEVEL for row in found.shift.rows)
        told = [f"{row.center} {row.auc.value:.2f}" for row in found.told_apart.centers if row.auc is not None]
        apart = f", centres told from the rest with AUC {', '.join(told)}" if told else ""
        tests = f"{small} of {counted(found.shift.tests, 'test')} of a centre against the others below {LEVEL:g} (Holm)"
        words.append(f"{table}: {tests}{apart}")
    return f"{'; '.join(words)}." if words else None


def leakage(known: Known) -> str | None:
    """Return what the leakage detector says; None where it was not asked."""
    verdicts = known.result.leakage
    if not verdicts:
        return None
    leaks = sum(len(verdict.failures) for verdict in verdicts)
    announced = sum(len(verdict.optimism) for verdict in verdicts)
    words = (
        f"Looked for in {counted(len(verdicts), 'run')}: {'; '.join(KINDS.values())}. Leaks found: {leaks or 'none'}."
    )
    optimism = f" Optimism that a published variant announces: {announced} times." if announced else ""
    return words + optimism
