"""The findings of a benchmark as tables to compute with: one line for each value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hyoid.benchmark.abstention_tables import curve_lines, set_lines
from hyoid.benchmark.findings import Findings
from hyoid.benchmark.shift import CenterCalibration, CenterSurvivalCalibration
from hyoid.metrics import Interval

Line = dict[str, Any]


def tables_of(findings: Findings) -> dict[str, list[Line]]:
    """Return the lines of each table by the name of its file, without those that are empty."""
    found: Mapping[str, Iterator[Line]] = {
        "gaps": _gaps(findings),
        "centers": _centers(findings),
        "comparisons": _comparisons(findings),
        "calibration": _calibration(findings),
        "decision-curves": _decisions(findings),
        "conformal-sets": set_lines(findings),
        "risk-coverage": curve_lines(findings),
        "inputs": _inputs(findings),
        "centers-told-apart": _told_apart(findings),
        "labels": _labels(findings),
    }
    tables = {name: list(lines) for name, lines in found.items()}
    return {name: lines for name, lines in tables.items() if lines}


def _gaps(findings: Findings) -> Iterator[Line]:
    for one in findings.gaps:
        gap = one.found
        yield {
            "recipe": one.recipe,
            "task": one.task,
            "measure": gap.measure,
            "inside_split": one.against,
            "outside_split": one.split,
            "within_centers": gap.within_centers,
            **_interval(gap.inside, "inside"),
            **_interval(gap.outside, "outside"),
            **_interval(gap.difference, "difference"),
            "pairing": gap.pairing,
            "patients_inside": gap.patients_inside,
            "patients_outside": gap.patients_outside,
            "reason": gap.reason,
        }


def _centers(findings: Findings) -> Iterator[Line]:
    for one in findings.centers:
        for center in one.found.centers:
            whose = {"recipe": one.recipe, "task": one.task, "split": one.split, "center": center.center}
            own = {one.found.measure: center.value} if center.value is not None else dict(center.instead)
            for measure, value in own.items():
                yield whose | {"measure": measure, "patients": center.patients} | _interval(value) | {"n": value.n}
            if not own:
                yield whose | {"measure": one.found.measure, "patients": center.patients, "reason": center.reason}


def _comparisons(findings: Findings) -> Iterator[Line]:
    for one in findings.comparisons:
        for pair in one.found.differences:
            yield {
                "task": one.task,
                "split": one.split,
                "measure": one.found.measure,
                "first": pair.first,
                "second": pair.second,
                **_interval(pair.difference, "difference"),
                "simultaneous_low": pair.low,
                "simultaneous_high": pair.high,
                "p_value": pair.p_value,
                "p_holm": pair.p_holm,
                "p_max_t": pair.p_max_t,
                "patients": one.found.patients,
                "reason": one.found.reason,
            }


def _calibration(findings: Findings) -> Iterator[Line]:
    for one in findings.calibration:
        for center in one.found:
            whose: Line = {"recipe": one.recipe, "task": one.task, "split": one.split, "center": center.center}
            whose["patients"] = center.patients
            numbers = _of_status(center) if isinstance(center, CenterCalibration) else _of_survival(center)
            yield whose | numbers | {"reason": center.reason}


def _of_status(center: CenterCalibration) -> Line:
    found: Line = {"positives": center.positives, "observed": center.observed}
    found["mean_probability"] = center.mean_probability
    if (own := center.calibration) is not None:
        for name, value, bounds in (
            ("slope", own.line.slope, own.slope),
            ("in_the_large", own.line.in_the_large, own.in_the_large),
        ):
            found |= {name: value, f"{name}_low": bounds[0], f"{name}_high": bounds[1]}
    return found


def _of_survival(center: CenterSurvivalCalibration) -> Line:
    known = {"slope": center.slope, "intercept": center.intercept, "observed_expected": center.observed_expected}
    found: Line = {"events": center.events}
    for name, interval in known.items():
        found |= {} if interval is None else _interval(interval, name)
    return found


def _decisions(findings: Findings) -> Iterator[Line]:
    for one in findings.decision_curves:
        curve = one.found
        columns = zip(curve.thresholds, curve.acted_on, curve.model, curve.treat_all, curve.against_all, strict=True)
        for threshold, acted_on, model, everyone, against in columns:
            yield {
                "recipe": one.recipe,
                "task": one.task,
                "split": one.split,
                "threshold": threshold,
                "acted_on": acted_on,
                **_interval(model, "net_benefit"),
                **_interval(everyone, "treat_all"),
                **_interval(against, "against_all"),
            }


def _inputs(findings: Findings) -> Iterator[Line]:
    for table, found in findings.inputs.items():
        for row in found.shift.to_dict()["rows"]:
            yield {"table": table, **row}


def _told_apart(findings: Findings) -> Iterator[Line]:
    for table, found in findings.inputs.items():
        for row in found.told_apart.centers:
            whose = {"table": table, "center": row.center, "patients": row.patients}
            auc = {} if row.auc is None else _interval(row.auc, "auc")
            yield whose | auc | {"p_value": row.p_value, "p_holm": row.p_holm}


def _labels(findings: Findings) -> Iterator[Line]:
    for label, found in findings.labels.items():
        for row in found.to_dict()["centers"]:
            yield {"label": label, **row}


def _interval(found: Interval, name: str = "value") -> Line:
    bounds = ("low", "high") if name == "value" else (f"{name}_low", f"{name}_high")
    return {name: found.value, bounds[0]: found.low, bounds[1]: found.high}
