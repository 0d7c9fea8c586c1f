"""How the hospitals differ before any model: in their labels and in their inputs."""

from __future__ import annotations

import math

from hyoid.benchmark.cohort_shift import InputShift
from hyoid.benchmark.findings import Findings
from hyoid.benchmark.report.shift import share_text, text_of
from hyoid.benchmark.shift import LabelShift, shift_picture
from hyoid.evaluation.report import page

_LABELS = {"hpv": "HPV-positive", "rfs": "recurrence"}


def labels(findings: Findings) -> list[str]:
    """Return the section of how often each label, or the event, stands in each center."""
    parts = [part for name, found in findings.labels.items() for part in _label(_LABELS[name], found)]
    if not parts:
        return []
    lead = (
        "Shares with Wilson's 95 % intervals. A decision that is tuned to one share is off at another. Of an event the "
        "share grows with the follow-up; the log-rank test compares centres while both were watched."
    )
    return [page.section("Labels by centre", page.paragraph(lead), *parts)]


def _label(name: str, found: LabelShift) -> list[str]:
    rows = [
        [row.center, str(row.patients), str(row.positives), share_text(row.share, row.low, row.high, row.patients)]
        for row in found.centers
    ]
    words = [f"{name}: the same share everywhere has {_p(found.test.p_value)}"]
    if found.log_rank is not None:
        few = found.log_rank.too_few
        words.append(
            f"no log-rank test: {few}" if few else f"the same survival {_p(found.log_rank.p_value)} (log-rank)"
        )
    return [page.table(["centre", "patients", name, "share"], rows), page.paragraph("; ".join(words) + ".")]


def inputs(findings: Findings) -> list[str]:
    """Return the section of what differs between centers in the record and in lesion measures."""
    parts = [part for name, found in findings.inputs.items() for part in _input(name, found)]
    if not parts:
        return []
    lead = (
        "What a linear model can tell the centres by, a model of the outcome could have learnt as well. A difference "
        "need not cost anything, and which one does, no test of inputs can say. All tests stand in tables/inputs.csv. "
        "An AUC below 0.5 means no better than chance: what is fitted without some patients of a centre leans away "
        "from them, so that where there is nothing to find they rank a little the wrong way."
    )
    return [page.section("Inputs by centre", page.paragraph(lead), *parts)]


def _input(name: str, found: InputShift) -> list[str]:
    rows = [
        [
            row.center,
            str(row.patients),
            "too few patients" if row.auc is None else text_of(row.auc),
            "" if row.auc is None else _p(row.p_holm),
        ]
        for row in found.told_apart.centers
    ]
    header = ["centre", "patients", f"AUC of telling it from the others by its {name}", "permuted, corrected"]
    return [shift_picture(found.shift), page.table(header, rows)]


def _p(value: float) -> str:
    if math.isnan(value):
        return "no test"
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
