"""The failures of a segmentation in the report: how often each type occurs, and the largest of each as a picture."""

from __future__ import annotations

import numpy as np

from hyoid.cohort import Cohort
from hyoid.cohort.label_maps import LabelMap, LabelMaps, find_label_maps, load_label_map
from hyoid.evaluation.alignment import on_grid
from hyoid.evaluation.failures import FAILURE_WORDS, describe_volumes, failure_options, worst_failures
from hyoid.evaluation.report import figures, page
from hyoid.evaluation.report.failure_picture import project_failure
from hyoid.evaluation.report.projection import Projection
from hyoid.evaluation.result import SegmentationResult
from hyoid.geometry import Volume
from hyoid.metrics import as_labels

_COLUMNS = 3


def failure_section(
    result: SegmentationResult, predictions: LabelMaps, truth: LabelMaps, cohort: Cohort | None = None
) -> str:
    """Return the section of failures: counts, definitions, and one picture of each type that occurs.

    Parameters
    ----------
    result
        What `evaluate_segmentation` made of these predictions, labels not merged.
    predictions, truth
        The label maps that it compared.
    cohort
        Where the images are that the outlines are drawn on: the PET, else the CT, else nothing.

    Raises
    ------
    HyoidError
        If a file cannot be read.
    """
    parts = [failure_table(result), page.paragraph(_definitions(result))]
    drawn = draw_failures(result, predictions, truth, cohort)
    if drawn:
        captions = [caption for _, caption, _ in drawn]
        source = figures.projections([(title, shown) for title, _, shown in drawn], _COLUMNS, height=3.4)
        backgrounds = " or ".join(dict.fromkeys(shown.background.name for _, _, shown in drawn))
        caption = (
            f"The largest failure of each type. Maximum-intensity projections ({backgrounds}), from the front with the "
            "patient's right on the left, or from the side with the front on the left, whichever shows the lesions "
            f"apart. Bold: the lesions that the picture is about, filled where predicted. {'. '.join(captions)}."
        )
        parts.append(page.picture(source, f"Projections with outlines. {'. '.join(captions)}.", caption))
    else:
        parts.append(page.paragraph("No failure of any type was found."))
    return page.section("How it fails", *parts)


def failure_table(result: SegmentationResult) -> str:
    """Return the table of counts, one row a type."""
    rows = []
    for kind, count in result.failures.items():
        words, eligible = FAILURE_WORDS[kind]
        share = page.figure_text(count.share.value, [count.share.low, count.share.high])
        rows.append([words, str(count.patients), str(count.failures), f"{count.eligible} {eligible}", share])
    level = f"{result.bootstrap.level:.0%}"
    return page.table(["failure", "patients", "failures", "of", f"share ({level} interval over patients)"], rows)


def draw_failures(
    result: SegmentationResult, predictions: LabelMaps, truth: LabelMaps, cohort: Cohort | None = None
) -> list[tuple[str, str, Projection]]:
    """Return title, caption and projection of the largest failure of each type that occurs."""
    predicted_maps, true_maps = find_label_maps(predictions), find_label_maps(truth)
    cases = {} if cohort is None else {case.id: case for case in cohort.cases}
    connectivity = failure_options(result.options).connectivity
    found = {case.id: case.failures for case in result.cases if case.failures is not None}
    drawn = []
    for kind, (identifier, failure) in worst_failures(found).items():
        pair = _both(true_maps[identifier], predicted_maps.get(identifier))
        shown, view = project_failure(failure, *pair, cases.get(identifier), connectivity)
        words, _ = FAILURE_WORDS[kind]
        caption = f"{words}, {identifier}: {describe_volumes(failure)}"
        drawn.append((f"{words}\n{identifier}, {view}", caption, shown))
    return drawn


def _both(truth: LabelMap, prediction: LabelMap | None) -> tuple[Volume, Volume]:
    """Return both label maps on the truth's grid, as they were scored; no prediction is an empty one."""
    true = load_label_map(truth)
    true = true.with_array(as_labels(true.array))
    if prediction is None:
        return true, true.with_array(np.zeros_like(true.array))
    predicted, _ = on_grid(load_label_map(prediction), true.grid)
    return true, predicted.with_array(as_labels(predicted.array))


def _definitions(result: SegmentationResult) -> str:
    options = failure_options(result.options)
    share = f"{options.covered_share:.0%}"
    return (
        f"A lesion is a {options.connectivity}-connected component of one label. A true node is called GTVp where "
        f"{share} of it or more is, and more than is GTVn; it is missed where neither label has {share} of it. It is "
        f"split where two predicted nodes or more share {share} of the smaller volume and {options.piece_ml:g} mL with "
        "it; for merged and hallucinated nodes, truth and prediction are exchanged. GTVp is elsewhere where it shares "
        "no voxel with the true one."
    )
