"""`hyoid export report`: a prediction's measures and answers as a DICOM structured report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hyoid.cli.options import JsonOption


def report(
    prediction: Annotated[
        Path, typer.Argument(metavar="PREDICTION.json", dir_okay=False, help="ID/ID.json of `hyoid predict`.")
    ],
    ct: Annotated[Path, typer.Option("--ct", metavar="FOLDER", help="DICOM images of the CT series.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.dcm", dir_okay=False, help="Report to write.")],
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="FILE", dir_okay=False, help="The label map, to measure lesions in the PET."),
    ] = None,
    pet: Annotated[
        Path | None, typer.Option("--pet", metavar="FILE", dir_okay=False, help="PET in SUVbw, for SUVpeak and TLG.")
    ] = None,
    seg: Annotated[
        Path | None,
        typer.Option("--seg", metavar="FILE.dcm", dir_okay=False, help="Segmentation of it, which is referred to."),
    ] = None,
    series: Annotated[str | None, typer.Option("--series", metavar="UID", help="Which series of FOLDER is it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write volume, SUVmax, SUVpeak and TLG of each lesion, RFS and HPV status as a structured report (TID 1500).

    Without --labels and --pet the report has what the JSON lists: volume and SUVmax of each lesion.
    """
    import json

    from hyoid.api.dicom_lesions import measured_lesions, read_prediction
    from hyoid.dicom.structures import listed_lesions, read_reference_series, read_segmentation, write_report
    from hyoid.errors import DicomError
    from hyoid.imaging import read_volume

    info = read_prediction(prediction)
    if (labels is None) != (pet is None):
        raise DicomError.of(
            "one of --labels and --pet", "both or neither", "SUVpeak and TLG are measured in the PET within the labels."
        )
    if labels is None or pet is None:
        lesions = listed_lesions(info)
    else:
        lesions = measured_lesions(info, read_volume(labels), pet)
    reference = read_reference_series(ct, series)
    segmentation = None if seg is None else read_segmentation(seg)
    uid = write_report(out, info, lesions, reference, segmentation)
    if as_json:
        typer.echo(json.dumps({"out": str(out), "sop_instance_uid": uid, "lesions": len(lesions)}))
        return
    answers = " and ".join(name for name, key in (("RFS", "rfs"), ("HPV status", "hpv")) if info.get(key))
    also = f" and {answers}" if answers else ""
    typer.echo(f"{len(lesions)} lesions{also}. Written to {out}. Research use only.")
