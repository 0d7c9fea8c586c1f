"""The report of a survival evaluation: what the risk and the predicted survival are worth, and where they fail."""

from __future__ import annotations

import math
from collections.abc import Mapping

from hyoid.cohort.words import counted
from hyoid.evaluation.report import figures, page, survival_words
from hyoid.evaluation.survival_comparison import SurvivalComparison
from hyoid.evaluation.survival_result import SurvivalResult
from hyoid.metrics import Interval
from hyoid.metrics.survival import HORIZON_MEASURES, SURVIVAL_MEASURES, describe_measure


def result_section(title: str, result: SurvivalResult) -> str:
    """Return the section of one system: measures, horizons, centers, calibration, risk groups, what must be known."""
    parts = [
        page.paragraph(survival_words.who(result)),
        metric_table(result),
        page.paragraph(survival_words.conditions(result)),
        *(page.paragraph(sentence, "notice") for sentence in survival_words.warnings(result)),
        *([horizon_table(result), page.paragraph(survival_words.horizons(result))] if _answered(result) else []),
        center_table(result),
        page.paragraph(survival_words.center_rule(result)),
    ]
    if result.calibration:
        parts.append(calibration_picture(result))
    if result.risk_groups is not None:
        parts.append(group_picture(result))
    return page.section(title, *parts)


def comparison_section(title: str, comparison: SurvivalComparison, names: tuple[str, str]) -> str:
    """Return the section of two systems on the same patients, with the paired difference of each measure."""
    rows = [
        [
            describe_measure(name),
            *(page.figure_text(values[name]) for values in (comparison.first, comparison.second)),
            _text(interval),
        ]
        for name, interval in comparison.differences.items()
    ]
    header = ["measure", *names, f"difference ({comparison.bootstrap.level:.0%} interval, paired)"]
    left_out = [
        f"{len(identifiers)} only {name} predicted"
        for name, identifiers in zip(names, (comparison.only_first, comparison.only_second), strict=True)
        if identifiers
    ]
    words = (
        f"{comparison.n} patients whom both predicted, {comparison.events} with the event. Each resample draws the "
        "same patients for both, and pairs are compared where both systems predicted both patients by one fold, so "
        "values may differ from each system's own. Of Brier scores a negative difference favours the first; of C, AUC "
        "and scaled Brier scores a positive one."
    )
    return page.section(
        title,
        page.paragraph(f"{words} Left out: {'; '.join(left_out)}." if left_out else words),
        page.table(header, rows),
    )


def metric_table(result: SurvivalResult) -> str:
    """Return the measures over all horizons with their intervals."""
    rows = [
        [SURVIVAL_MEASURES[name], str(interval.n), _text(interval)]
        for name, interval in result.cohort.items()
        if name in SURVIVAL_MEASURES
    ]
    return page.table([f"measure ({result.bootstrap.level:.0%} interval over patients)", "n", "value"], rows)


def horizon_table(result: SurvivalResult) -> str:
    """Return the measures at horizons: one row a measure, one column a horizon."""
    days = _answered(result)
    rows = [
        [heading, *(_text(result.cohort[f"{name}_{day}"]) if f"{name}_{day}" in result.cohort else "–" for day in days)]
        for name, heading in HORIZON_MEASURES.items()
        if any(f"{name}_{day}" in result.cohort for day in days)
    ]
    known = ["patients whose state is known", *(str(result.known_at(float(day))) for day in days)]
    return page.table(["at a horizon", *(f"{day} days" for day in days)], [known, *rows])


def center_table(result: SurvivalResult) -> str:
    """Return patients, events, follow-up and Harrell's C of each center."""
    rows = [
        [
            found.center,
            str(found.cases),
            f"{found.events} ({found.events / found.cases:.0%})",
            survival_words.days_text(found.median_follow_up_days),
            _center_c(result.centers.get(found.center, {})),
        ]
        for found in result.center_outcomes
    ]
    header = ["centre", "patients", "events (share)", "median follow-up", SURVIVAL_MEASURES["c_index"]]
    return page.table(header, rows)


def calibration_picture(result: SurvivalResult) -> str:
    """Return the calibration plot, one panel a horizon."""
    caption = (
        "Patients in groups of equal size by predicted risk: the observed share with the event by the horizon (one "
        f"minus Kaplan-Meier, with its {result.bootstrap.level:.0%} interval and the number of patients) against the "
        "mean predicted one. On the diagonal, predictions mean what they say; above it, risks are predicted too low."
    )
    words = "; ".join(
        f"{day:g} days: "
        + ", ".join(f"{group.predicted:.2f} predicted, {group.observed:.2f} observed" for group in groups)
        for day, groups in result.calibration.items()
    )
    return page.picture(figures.survival_calibration(result.calibration), f"Calibration plot. {words}.", caption)


def group_picture(result: SurvivalResult) -> str:
    """Return the Kaplan-Meier curves of the risk groups with the numbers at risk, and the log-rank p-value."""
    groups = result.risk_groups
    if groups is None:
        return ""
    words = ", ".join(
        f"{group.name}: {counted(group.events, 'event')} in {counted(group.n, 'patient')}" for group in groups.groups
    )
    test = "" if groups.test is None or math.isnan(groups.test.p_value) else f" Log-rank {_p(groups.test.p_value)}."
    if groups.test is not None and groups.test.too_few:
        test = f" No log-rank p-value: {groups.test.too_few}."
    without = f" Without a group: {groups.without}." if groups.without else ""
    caption = (
        f"Kaplan-Meier estimates of the risk groups with pointwise {result.bootstrap.level:.0%} intervals; {words}."
        f"{test} The groups came with the predictions: their cut points must be of training data, or the p-value means "
        f"nothing.{without}"
    )
    drawn = figures.kaplan_meier({group.name: group.curve for group in groups.groups}, result.bootstrap.level)
    return page.picture(drawn, f"Kaplan-Meier curves. {words}.", caption)


def _answered(result: SurvivalResult) -> list[str]:
    return [f"{horizon.days:g}" for horizon in result.horizons if horizon.answered]


def _center_c(measures: Mapping[str, Interval]) -> str:
    return f"{_text(measures['c_index'])}, n = {measures['c_index'].n}" if measures else "too few events"


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _text(interval: Interval) -> str:
    return page.figure_text(interval.value, [interval.low, interval.high])
