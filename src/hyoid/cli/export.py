"""`hyoid export`: predictions and label maps as DICOM objects of the CT's study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hyoid.cli.export_report import report
from hyoid.cli.options import JsonOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from hyoid.dicom.structures import Algorithm, ReferenceSeries
    from hyoid.geometry import Volume

export = typer.Typer(help="Write predictions as DICOM objects. Research use only.", no_args_is_help=True)


@export.callback()
def _group() -> None:
    """Write predictions as DICOM objects. Research use only."""


LabelMapArgument = Annotated[
    Path, typer.Argument(metavar="PREDICTION.nii.gz", dir_okay=False, help="Label map: 0, 1 GTVp, 2 GTVn.")
]
CtOption = Annotated[
    Path, typer.Option("--ct", metavar="FOLDER", help="DICOM images of the CT series that the map lies on.")
]
OutOption = Annotated[Path, typer.Option("--out", metavar="FILE.dcm", dir_okay=False, help="Object to write.")]
PredictionOption = Annotated[
    Path | None,
    typer.Option(
        "--prediction-json",
        metavar="FILE",
        dir_okay=False,
        help="JSON of the prediction, which names the model (default: the one beside the label map).",
    ),
]
ManualOption = Annotated[bool, typer.Option("--manual", help="A person drew or corrected the map: no model is named.")]
SeriesOption = Annotated[str | None, typer.Option("--series", metavar="UID", help="Which series of FOLDER is the CT.")]


def dicom_seg(
    prediction: LabelMapArgument,
    ct: CtOption,
    out: OutOption,
    prediction_json: PredictionOption = None,
    manual: ManualOption = False,
    series: SeriesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a label map as a DICOM Segmentation, voxel for voxel."""
    from hyoid.dicom.structures import write_seg

    _write(write_seg, prediction, ct, out, prediction_json, manual, series, as_json)


def rtstruct(
    prediction: LabelMapArgument,
    ct: CtOption,
    out: OutOption,
    prediction_json: PredictionOption = None,
    manual: ManualOption = False,
    series: SeriesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a label map as an RT Structure Set, contours along the edges of its voxels."""
    from hyoid.dicom.structures import write_rtstruct

    _write(write_rtstruct, prediction, ct, out, prediction_json, manual, series, as_json)


def _write(
    write: Callable[[Path, Volume, dict[int, str], ReferenceSeries, Algorithm | None], str],
    prediction: Path,
    ct: Path,
    out: Path,
    prediction_json: Path | None,
    manual: bool,
    series: str | None,
    as_json: bool,
) -> None:
    from hyoid.dicom.structures import algorithm_of, check_volumes, labels_of, read_reference_series
    from hyoid.imaging import read_volume

    labels = read_volume(prediction)
    info = None if manual else _prediction(prediction, prediction_json)
    names = labels_of(info or {})
    if info is not None:
        check_volumes(info, labels, names)
    reference = read_reference_series(ct, series)
    algorithm = None if info is None else algorithm_of(info)
    uid = write(out, labels, names, reference, algorithm)
    volumes = {name: round(labels.volume_ml(value), 3) for value, name in names.items()}
    if as_json:
        typer.echo(json.dumps({"out": str(out), "sop_instance_uid": uid, "volume_ml": volumes}))
        return
    by = "drawn by a person" if algorithm is None else f"by {algorithm.name}"
    found = ", ".join(f"{name} {volume:.2f} mL" for name, volume in volumes.items())
    typer.echo(f"{found}, {by}. Written to {out}. Research use only.")


def _prediction(prediction: Path, given: Path | None) -> dict[str, Any]:
    """Return the JSON of a prediction: what is given, or what stands beside the label map."""
    from hyoid.cli.export_report import read_prediction
    from hyoid.errors import DicomError

    beside = prediction.with_name(f"{prediction.name.removesuffix('.nii.gz')}.json")
    if given is None and not beside.is_file():
        raise DicomError.of(
            f"no {beside.name} beside {prediction}",
            "the JSON that `hyoid predict` writes, which names the model",
            "Give --prediction-json, or --manual where a person drew the map.",
        )
    return read_prediction(given or beside)


export.command("dicom-seg")(dicom_seg)
export.command()(rtstruct)
export.command()(report)
