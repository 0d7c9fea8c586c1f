"""`hyoid export`: predictions and label maps as DICOM objects of the CT's study."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hyoid.cli.export_nnunet import nnunet
from hyoid.cli.export_report import report
from hyoid.cli.export_results import results
from hyoid.cli.options import JsonOption

Kind = Literal["seg", "rtstruct"]

export = typer.Typer(help="Write predictions as DICOM objects. Research use only.", no_args_is_help=True)


@export.callback()
def _group() -> None:
    """Write predictions as DICOM objects. Research use only."""


def _label_map_verb(kind: Kind) -> Callable[..., None]:
    """Return the verb that writes a label map as one kind of object: the options of both are the same."""

    def write(
        prediction: Annotated[
            Path, typer.Argument(metavar="PREDICTION.nii.gz", dir_okay=False, help="Label map: 0, 1 GTVp, 2 GTVn.")
        ],
        ct: Annotated[
            Path, typer.Option("--ct", metavar="FOLDER", help="DICOM images of the CT series that the map lies on.")
        ],
        out: Annotated[Path, typer.Option("--out", metavar="FILE.dcm", dir_okay=False, help="Object to write.")],
        prediction_json: Annotated[
            Path | None,
            typer.Option(
                "--prediction-json",
                metavar="FILE",
                dir_okay=False,
                help="JSON of the prediction, which names the model (default: the one beside the label map).",
            ),
        ] = None,
        manual: Annotated[
            bool, typer.Option("--manual", help="A person drew or corrected the map: no model is named.")
        ] = False,
        series: Annotated[
            str | None, typer.Option("--series", metavar="UID", help="Which series of FOLDER is the CT.")
        ] = None,
        as_json: JsonOption = False,
    ) -> None:
        info = None if manual else _prediction(prediction, prediction_json)
        told = _write(kind, prediction, ct, out, info, series)
        if as_json:
            typer.echo(json.dumps(told))
            return
        by = "drawn by a person" if told["algorithm"] is None else f"by {told['algorithm']}"
        found = ", ".join(f"{name} {volume:.2f} mL" for name, volume in told["volume_ml"].items())
        typer.echo(f"{found}, {by}. Written to {out}. Research use only.")

    return write


def _write(
    kind: Literal["seg", "rtstruct"],
    prediction: Path,
    ct: Path,
    out: Path,
    info: dict[str, Any] | None,
    uid: str | None,
) -> dict[str, Any]:
    """Write a label map as a DICOM object and return what to tell of it."""
    from hyoid.dicom.structures import (
        algorithm_of,
        check_volumes,
        labels_of,
        read_reference_series,
        write_rtstruct,
        write_seg,
    )
    from hyoid.imaging import read_volume

    labels = read_volume(prediction)
    names = labels_of(info or {})
    if info is not None:
        check_volumes(info, labels, names)
    reference = read_reference_series(ct, uid)
    algorithm = None if info is None else algorithm_of(info)
    instance = (write_seg if kind == "seg" else write_rtstruct)(out, labels, names, reference, algorithm)
    volumes = {name: round(labels.volume_ml(value), 3) for value, name in names.items()}
    return {
        "out": str(out),
        "sop_instance_uid": instance,
        "volume_ml": volumes,
        "algorithm": None if algorithm is None else algorithm.name,
    }


def _prediction(prediction: Path, given: Path | None) -> dict[str, Any]:
    """Return the JSON of a prediction: what is given, or what stands beside the label map."""
    from hyoid.api.dicom_lesions import read_prediction
    from hyoid.errors import DicomError

    beside = prediction.with_name(f"{prediction.name.removesuffix('.nii.gz')}.json")
    if given is None and not beside.is_file():
        raise DicomError.of(
            f"no {beside.name} beside {prediction}",
            "the JSON that `hyoid predict` writes, which names the model",
            "Give --prediction-json, or --manual where a person drew the map.",
        )
    return read_prediction(given or beside)


export.command("results")(results)
export.command("dicom-seg", help="Write a label map as a DICOM Segmentation, voxel for voxel.")(_label_map_verb("seg"))
export.command("rtstruct", help="Write a label map as an RT Structure Set, contours along the edges of its voxels.")(
    _label_map_verb("rtstruct")
)
export.command()(report)
export.command()(nnunet)
