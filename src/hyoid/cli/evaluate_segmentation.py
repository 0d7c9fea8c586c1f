"""`hyoid evaluate segmentation`: predicted label maps against the true ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from hyoid.cli.evaluate_options import (
    AllowMissingOption,
    CentersOption,
    ConnectivityOption,
    EmptyTruthOption,
    ImagesOption,
    IouOption,
    LabelMapsOption,
    MergedOption,
    OnlyPredictedOption,
    OutOption,
    ReplicatesOption,
    ReportOption,
    SeedOption,
    StratifyOption,
    SurfaceOption,
    ToleranceOption,
    TrueMapsOption,
)
from hyoid.cli.left_out import print_options
from hyoid.cli.options import JobsOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from hyoid.cohort import Cohort
    from hyoid.evaluation import SegmentationResult
    from hyoid.metrics import SegmentationOptions


def segmentation(
    predictions: LabelMapsOption,
    truth: TrueMapsOption,
    out: OutOption,
    connectivity: ConnectivityOption = 26,
    iou: IouOption = 0.3,
    empty_truth: EmptyTruthOption = "exclude",
    tolerance_mm: ToleranceOption = 2.0,
    surface: SurfaceOption = "surfels",
    report: ReportOption = None,
    images: ImagesOption = None,
    replicates: ReplicatesOption = 2000,
    seed: SeedOption = 0,
    stratify: StratifyOption = False,
    centers: CentersOption = None,
    allow_missing: AllowMissingOption = False,
    only_predicted: OnlyPredictedOption = False,
    merged: MergedOption = False,
    jobs: JobsOption = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure label maps: DSC, aggregated DSC, lesion F1, HD95, surface DSC; per case, per center, with intervals."""
    from hyoid.cohort import read_cohort
    from hyoid.evaluation import evaluate_segmentation
    from hyoid.files import write_json
    from hyoid.metrics import Bootstrap
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    cohort = _images(report, images, truth)
    options = _options(
        empty_truth=empty_truth,
        connectivity=connectivity,
        minimum_iou=iou,
        surface_tolerance_mm=tolerance_mm,
        surface=surface,
        merged=merged,
    )
    result = evaluate_segmentation(
        predictions,
        truth,
        options,
        Bootstrap(replicates=replicates, seed=seed),
        centers=None if centers is None else {case.id: case.center for case in read_cohort(centers).cases},
        stratify=stratify,
        allow_missing=allow_missing,
        only_predicted=only_predicted,
        jobs=jobs,
    )
    write_json(out, result.to_dict())
    if report is not None:
        _write_report(report, result, predictions, truth, cohort)
    if as_json:
        typer.echo(json.dumps(result.to_dict(), allow_nan=False))
        return
    _print(result, [path for path in (out, report) if path is not None])


def _options(**given: object) -> SegmentationOptions:
    """Return the options, or say in one sentence which of them is wrong."""
    from pydantic import ValidationError

    from hyoid.errors import HyoidError
    from hyoid.metrics import SegmentationOptions
    from hyoid.settings import describe_errors

    try:
        return SegmentationOptions.model_validate(given)
    except ValidationError as error:
        raise HyoidError(f"Wrong option: {describe_errors(error)}.") from error


def _images(report: Path | None, images: Path | None, truth: Path) -> Cohort | None:
    """Return the cohort whose images the report shows, None where there is none."""
    from hyoid.cohort import read_cohort
    from hyoid.errors import CohortError, HyoidError

    if report is None:
        if images is not None:
            raise HyoidError.of("--images without --report", "both or neither", "Say where the report is written.")
        return None
    try:
        return read_cohort(truth if images is None else images)
    except CohortError:
        if images is not None:
            raise
        return None  # a folder of label maps alone


def _write_report(
    path: Path, result: SegmentationResult, predictions: Path, truth: Path, cohort: Cohort | None
) -> None:
    from hyoid.evaluation.report.two_folders import segmentation_page
    from hyoid.files import write_text

    write_text(path, segmentation_page(f"Segmentation: {predictions.name}", result, predictions, truth, cohort))


def _print(result: SegmentationResult, written: list[Path]) -> None:
    """Print the tables, all choices behind them, and what a reader must know to believe them."""
    from rich.console import Console

    from hyoid.cli.evaluate_segmentation_tables import centers_table, cohort_table, failures_table

    console = Console(soft_wrap=True, highlight=False)
    console.print(cohort_table(result))
    if len(result.centers) > 1:
        console.print(centers_table(result))
    if result.failures:
        console.print(failures_table(result))
    lesion, name = ("merged", "GTV") if result.options.merged else ("gtvp", "GTVp")
    counts = result.counts[lesion]
    console.print(
        f"{name}: {counts['empty_truth']} cases with empty truth, {counts['empty_truth_with_prediction']} of them with "
        f"a prediction; {counts['truth_with_empty_prediction']} cases missed altogether."
    )
    print_options(console, result.to_dict()["options"])
    if (hint := _hint_of_merged(result)) is not None:
        console.print(hint)
    if result.missing:
        console.print(f"Without prediction, scored as empty: {', '.join(result.missing)}.")
    if result.left_out:
        whole = len(result.cases) + len(result.left_out)
        console.print(
            f"Without prediction, left out: {len(result.left_out)} of {whole} cases ({', '.join(result.left_out)})."
        )
    if result.extra:
        console.print(f"Without truth, not evaluated: {', '.join(result.extra)}.")
    for case in result.cases:
        for note in case.notes:
            console.print(f"{case.id}: {note}")
    console.print(f"Written to {escape(' and '.join(map(str, written)))}.")


def _hint_of_merged(result: SegmentationResult) -> str | None:
    """Return a warning where every prediction lacks a label that the truth has: 1 may mean the whole tumour."""
    nodes = result.counts.get("gtvn", {})
    if not nodes or nodes["predicted_lesions"] or not nodes["truth_lesions"]:
        return None
    return (
        "No prediction has label 2 (GTVn), though the truth has. If label 1 stands for the whole tumour, the figures "
        "of GTVp and GTVn mean nothing: give --merged."
    )
