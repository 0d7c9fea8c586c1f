"""The report of a segmentation run: what it is worth, against what floor, and how it looks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.cohort import Case
from hyoid.evaluation.floor import Floor
from hyoid.evaluation.report import figures, page
from hyoid.evaluation.report.projection import Projection, project
from hyoid.evaluation.result import CaseResult, SegmentationResult
from hyoid.evaluation.segmentation import paired_difference
from hyoid.imaging import read_volume
from hyoid.imaging.suv_threshold import SuvThreshold, ThresholdKind
from hyoid.metrics import EmptyTruth, Interval, Lesion
from hyoid.recipe import Recipe

SHOWN = (
    ("gtvp_dsc_exclude", "GTVp mean DSC (cases without GTVp left out)"),
    ("gtvp_dsc_one_if_both_empty", "GTVp mean DSC (1 where both are empty)"),
    ("gtvp_dsc_zero", "GTVp mean DSC (0 where the truth is empty)"),
    ("gtvn_dsc_agg", "GTVn aggregated DSC"),
    ("gtvn_f1_agg", "GTVn aggregated lesion F1"),
    ("merged_dsc_exclude", "GTVp + GTVn merged, mean DSC"),
    ("gtvp_hd95_mm", "GTVp HD95 (mm)"),
    ("gtvp_surface_dsc", "GTVp surface DSC at 2 mm"),
)


@dataclass(frozen=True, slots=True)
class Pictured:
    """A case to draw: its record, its predicted label map, and the title of its picture."""

    case: Case
    prediction: Path
    title: str


def metric_table(result: SegmentationResult, floor: Floor | None) -> str:
    """Return the table of measures with intervals; with a floor, its column and the paired difference."""
    header = ["measure (95 % interval over patients)", "n", "network, out of fold"]
    header += ["best SUV threshold", "difference, paired"] if floor else []
    rows = []
    for name, label in SHOWN:
        if name not in result.cohort:
            continue
        row = [label, str(result.cohort[name].n), _text(result.cohort[name])]
        if floor:
            row += [_text(floor.result.cohort[name]), _text(paired_difference(result, floor.result, name))]
        rows.append(row)
    return page.table(header, rows)


def center_table(result: SegmentationResult) -> str:
    """Return GTVp DSC and GTVn DSC_agg by centre, each with its n."""
    rows = [
        [center, *(f"{_text(measures[name])}, n = {measures[name].n}" for name in ("gtvp_dsc_exclude", "gtvn_dsc_agg"))]
        for center, measures in result.centers.items()
    ]
    return page.table(["centre", "GTVp mean DSC", "GTVn DSC_agg"], rows)


def typical_cases(result: SegmentationResult) -> list[tuple[str, CaseResult]]:
    """Return the best, the median and the worst case by GTVp DSC, so that nothing is hidden by choice."""
    scored = [(case.scores.overlaps[Lesion.GTVP].dice(EmptyTruth.EXCLUDE), case) for case in result.cases]
    ranked = sorted(((dice, case) for dice, case in scored if not math.isnan(dice)), key=lambda pair: pair[0])
    if not ranked:
        return []
    places = {"best": -1, "median": len(ranked) // 2, "worst": 0}
    return [(f"{word}: DSC {ranked[i][0]:.2f}", ranked[i][1]) for word, i in places.items()]


def pictures(recipe: Recipe, pictured: Sequence[Pictured]) -> list[tuple[str, Projection]]:
    """Project each case with its truth, where there is one, and its prediction."""
    drawn = []
    for item in pictured:
        maps = {"prediction": read_volume(item.prediction)}
        if item.case.mask is not None:
            maps = {"truth": read_volume(item.case.mask), **maps}
        pet, ct = (read_volume(item.case.images[name]) for name in ("pet", "ct"))
        drawn.append((f"{item.case.id}\n{item.title}", project(pet, ct, recipe.imaging.frame, maps)))
    return drawn


def result_section(result: SegmentationResult, floor: Floor | None, recipe: Recipe) -> str:
    """Return the section of numbers: measures, floor, centres, and what they are conditional on."""
    options = result.options
    parts = [
        page.paragraph(
            f"{len(result.cases)} cases, each segmented by the model of the fold that did not see it. Intervals are "
            f"percentile bootstrap over patients{' within centres' if result.stratified else ''} "
            f"({result.bootstrap.replicates} resamples)."
        ),
        metric_table(result, floor),
        page.paragraph(
            f"Choices: components {options.connectivity}-connected, a fused group counts as found from IoU "
            f"{options.minimum_iou:g}, surface tolerance {options.surface_tolerance_mm:g} mm. "
            + _empty_primaries(result)
        ),
    ]
    if recipe.split.optimistic:
        parts.append(page.paragraph("Selected on the reported part, as published: optimistic.", "notice"))
    if floor is not None:
        parts.append(
            page.paragraph(
                "The floor is the best automatic SUV threshold, brain removed, its threshold and rules chosen on the "
                "other folds' cases, for GTVp by its mean DSC and for GTVn by its aggregated DSC. "
                f"GTVp: {_chosen(pair.gtvp for pair in floor.chosen.values())}. "
                f"GTVn: {_chosen(pair.gtvn for pair in floor.chosen.values())}."
            )
        )
        parts.append(_floor_figure(result, floor))
    return page.section("What it is worth", *parts)


def describe_threshold(setting: SuvThreshold) -> str:
    """Return a threshold and its rules in words."""
    uptake = {
        ThresholdKind.FIXED: f"SUV {setting.value:g}",
        ThresholdKind.FRACTION_OF_LESION: f"{setting.value:.0%} of each lesion's maximum",
        ThresholdKind.FRACTION_OF_NECK: f"{setting.value:.0%} of the neck's maximum",
    }[setting.kind]
    primary = setting.primary.replace("_", " ")
    return f"{uptake} (primary: the {primary}; nodes: {setting.nodes}; {setting.minimum_ml:g} mL or more)"


def curve_section(histories: Mapping[str, Sequence[Mapping[str, Any]]], metric: str) -> str:
    """Return the section of learning curves."""
    drawn = figures.learning_curves(histories, metric)
    caption = "Training loss, and the metric that chooses the kept weights, per fold."
    return page.section("How it learned", page.picture(drawn, "Learning curves of each fold.", caption))


def picture_section(title: str, drawn: Sequence[tuple[str, Projection]], caption: str) -> str:
    """Return a section of PET projections."""
    words = "Coronal PET maximum-intensity projections with outlines of " + ", ".join(
        sorted({source for _, projection in drawn for source in projection.outlines})
    )
    return page.section(title, page.picture(figures.projections(drawn), f"{words}: {_names(drawn)}.", caption))


def _chosen(settings: Iterable[SuvThreshold]) -> str:
    return " or ".join(sorted({describe_threshold(setting) for setting in settings}))


def _floor_figure(result: SegmentationResult, floor: Floor) -> str:
    pairs = []
    other = {case.id: case for case in floor.result.cases}
    for case in result.cases:
        dice = [c.scores.overlaps[Lesion.GTVP].dice(EmptyTruth.EXCLUDE) for c in (case, other[case.id])]
        if not math.isnan(dice[0]):
            pairs.append((dice[0], dice[1]))
    drawn = figures.paired_differences(
        [p[0] for p in pairs], [p[1] for p in pairs], ("network, GTVp DSC", "SUV threshold, GTVp DSC")
    )
    better = sum(a > b for a, b in pairs)
    caption = f"Each point is a case; above the line the network is better ({better} of {len(pairs)})."
    return page.picture(drawn, f"Network against SUV threshold, GTVp DSC per case. {caption}", caption)


def _empty_primaries(result: SegmentationResult) -> str:
    counts = result.counts["gtvp"]
    return (
        f"Cases without GTVp: {counts['empty_truth']}, of which {counts['empty_truth_with_prediction']} had one drawn. "
        f"Cases with GTVp and none drawn: {counts['truth_with_empty_prediction']}."
    )


def _text(interval: Interval) -> str:
    return page.figure_text(interval.value, [interval.low, interval.high])


def _names(drawn: Sequence[tuple[str, Projection]]) -> str:
    return ", ".join(title.replace("\n", " ") for title, _ in drawn)
