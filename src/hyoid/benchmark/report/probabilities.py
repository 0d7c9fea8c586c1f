"""Whether probabilities mean the same in every center, and whether acting on them is worth anything."""

from __future__ import annotations

from collections.abc import Sequence

from hyoid.benchmark.calibrated import HORIZON_DAYS, Calibration
from hyoid.benchmark.compared import Of
from hyoid.benchmark.findings import Findings
from hyoid.benchmark.report.shift import foremost, share_text, text_of
from hyoid.benchmark.report.words import split_words
from hyoid.benchmark.shift import (
    CenterCalibration,
    CenterSurvivalCalibration,
    decision_picture,
    reliability_picture,
)
from hyoid.evaluation.report import page


def calibration(findings: Findings) -> list[str]:
    """Return the section of calibration by center, under the split that says most of elsewhere."""
    parts = [part for one in foremost(findings.calibration) for part in _recipe(one)]
    if not parts:
        return []
    lead = (
        "A slope of 1 and calibration in the large of 0 (of survival: as many events as expected) are right. A slope "
        "below 1 says that predictions are too extreme there. Centres with fewer than five of a class, or events, are "
        "not asked."
    )
    return [page.section("Calibration by centre", page.paragraph(lead), *parts)]


def _recipe(one: Of[Calibration]) -> list[str]:
    status = [center for center in one.found if isinstance(center, CenterCalibration)]
    title = page.paragraph(f"{one.recipe}, {split_words(one.split)}", "lead")
    if status:
        return [title, _status_table(status), reliability_picture(status, "HPV-positive")]
    return [title, _survival_table([center for center in one.found if isinstance(center, CenterSurvivalCalibration)])]


def _status_table(centers: Sequence[CenterCalibration]) -> str:
    rows = []
    for center in centers:
        own = center.calibration
        slope, large = "", center.reason
        if own is not None:
            slope = page.figure_text(own.line.slope, own.slope)
            large = page.figure_text(own.line.in_the_large, own.in_the_large)
        observed = share_text(center.observed, center.low, center.high, center.patients)
        rows.append([center.center, str(center.patients), f"{center.mean_probability:.3f}", observed, slope, large])
    header = ["centre", "patients", "mean probability", "observed share", "slope", "in the large"]
    return page.table(header, rows)


def _survival_table(centers: Sequence[CenterSurvivalCalibration]) -> str:
    rows = [
        [
            center.center,
            str(center.patients),
            str(center.events),
            center.reason or text_of(center.observed_expected),
            text_of(center.slope),
        ]
        for center in centers
    ]
    header = ["centre", "patients", f"events by {HORIZON_DAYS:g} days", "observed / expected", "slope"]
    return page.table(header, rows)


def decisions(findings: Findings) -> list[str]:
    """Return the section of decision curves, under the split that says most of elsewhere."""
    pictures = [
        decision_picture(one.found, f"{one.recipe}, {split_words(one.split)}")
        for one in foremost(findings.decision_curves)
    ]
    if not pictures:
        return []
    lead = f"Of survival: acting on the predicted risk of recurrence by {HORIZON_DAYS:g} days."
    return [page.section("Decision curves", page.paragraph(lead), *pictures)]
