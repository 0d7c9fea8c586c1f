"""The report of label maps of any program against the truth."""

from __future__ import annotations

from hyoid.cohort import Cohort
from hyoid.cohort.label_maps import LabelMaps
from hyoid.evaluation.report import page
from hyoid.evaluation.report.failures import failure_section
from hyoid.evaluation.result import SegmentationResult
from hyoid.metrics import MEASURES, Interval


def segmentation_page(
    title: str, result: SegmentationResult, predictions: LabelMaps, truth: LabelMaps, cohort: Cohort | None = None
) -> str:
    """Return the whole page: measures, centers, failures with pictures, and what was not evaluated.

    Parameters
    ----------
    title
        What was evaluated.
    result
        What `evaluate_segmentation` made of these label maps.
    predictions, truth
        The label maps that it compared.
    cohort
        Where the images are that failures are drawn on.

    Raises
    ------
    HyoidError
        If a file cannot be read.
    """
    parts = [page.section("What it is worth", metric_table(result), page.paragraph(_conditions(result)))]
    if len(result.centers) > 1:
        parts.append(page.section("By centre", center_table(result)))
    if result.failures:
        parts.append(failure_section(result, predictions, truth, cohort))
    listed = {
        "Without prediction, scored as empty": result.missing,
        "Without prediction, left out": result.left_out,
        "Without truth, not evaluated": result.extra,
    }
    notes = [f"{words}: {', '.join(identifiers)}." for words, identifiers in listed.items() if identifiers]
    notes += [f"{case.id}: {note}" for case in result.cases for note in case.notes]
    if notes:
        parts.append(page.section("What else to know", *map(page.paragraph, notes)))
    return page.page(title, *parts)


def metric_table(result: SegmentationResult) -> str:
    """Return all measures of the cohort with their intervals."""
    rows = []
    for name, interval in result.cohort.items():
        measure = MEASURES[name]
        unit = f" ({measure.unit})" if measure.unit else ""
        rows.append([measure.description + unit, str(interval.n), _text(interval)])
    return page.table([f"measure ({result.bootstrap.level:.0%} interval over patients)", "n", "value"], rows)


def center_table(result: SegmentationResult) -> str:
    """Return the challenge's measures of each center, each with its n."""
    rows = [
        [
            center,
            *(f"{_text(measures[name])}, n = {measures[name].n}" for name in result.headline_measures.values()),
        ]
        for center, measures in result.centers.items()
    ]
    names = [MEASURES[name].description for name in result.headline_measures.values()]
    return page.table(["centre", *names], rows)


def _conditions(result: SegmentationResult) -> str:
    options = result.options
    where = "within centres" if result.stratified else "over all centres together"
    return (
        f"{len(result.cases)} cases. Intervals are percentile bootstrap over patients, drawn {where} "
        f"({result.bootstrap.replicates} resamples). Components are {options.connectivity}-connected, a fused group "
        f"counts as found from IoU {options.minimum_iou:g}, surface tolerance {options.surface_tolerance_mm:g} mm."
    )


def _text(interval: Interval) -> str:
    return page.figure_text(interval.value, [interval.low, interval.high])
