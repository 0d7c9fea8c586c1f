"""`hyoid export report`: a prediction's measures and answers as a DICOM structured report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hyoid.cli.options import JsonOption

if TYPE_CHECKING:
    from hyoid.dicom.structures import LesionMeasures
    from hyoid.geometry import Volume


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

    from hyoid.dicom.structures import listed_lesions, read_reference_series, read_segmentation, write_report
    from hyoid.errors import DicomError

    info = read_prediction(prediction)
    if (labels is None) != (pet is None):
        raise DicomError.of(
            "one of --labels and --pet", "both or neither", "SUVpeak and TLG are measured in the PET within the labels."
        )
    lesions = listed_lesions(info) if labels is None or pet is None else _measured(info, labels, pet)
    reference = read_reference_series(ct, series)
    segmentation = None if seg is None else read_segmentation(seg)
    uid = write_report(out, info, lesions, reference, segmentation)
    if as_json:
        typer.echo(json.dumps({"out": str(out), "sop_instance_uid": uid, "lesions": len(lesions)}))
        return
    answers = " and ".join(name for name, key in (("RFS", "rfs"), ("HPV status", "hpv")) if info.get(key))
    also = f" and {answers}" if answers else ""
    typer.echo(f"{len(lesions)} lesions{also}. Written to {out}. Research use only.")


def read_prediction(path: Path) -> dict[str, Any]:
    """Read the JSON of one case that `hyoid predict` wrote."""
    from hyoid.errors import DicomError
    from hyoid.files import read_json

    try:
        info = read_json(path)
    except FileNotFoundError as error:
        raise DicomError.of(f"no file at {path}", "the JSON of a prediction", "Check the path.") from error
    except ValueError as error:
        raise DicomError.of(
            f"{path}, which is no JSON ({error})", "the JSON of a prediction", "Give ID.json."
        ) from error
    if not isinstance(info, dict) or "id" not in info:
        raise DicomError.of(f"{path} without an id", "the JSON of one case of `hyoid predict`", "Give ID/ID.json.")
    return info


def _measured(info: dict[str, Any], labels: Path, pet: Path) -> list[LesionMeasures]:
    """Measure the lesions that the JSON lists, each by itself, in the label map: the largest of each label first."""
    import numpy as np
    from scipy import ndimage

    from hyoid.cohort import Case
    from hyoid.cohort.images import read_images
    from hyoid.dicom.structures import check_volumes, labels_of
    from hyoid.geometry import Volume
    from hyoid.imaging import label_components, read_volume

    mask, names = read_volume(labels), labels_of(info)
    uptake = read_images(Case(str(info["id"]), None, {"pet": pet}), ("pet",))["pet"]
    check_volumes(info, mask, names)
    found: list[LesionMeasures] = []
    for value, name in names.items():
        listed = sum(lesion["label"] == name for lesion in info.get("components") or [])
        components, count = label_components(mask.array == value)
        sizes = np.bincount(components.ravel(), minlength=count + 1)[1:]
        blocks = ndimage.find_objects(components, max_label=count)
        for place in np.argsort(-sizes, kind="stable")[:listed]:
            block = blocks[place]
            own = (components[block] == place + 1).astype(np.uint8)
            first = (block[2].start, block[1].start, block[0].start)
            grid = mask.grid.cropped(first, (own.shape[2], own.shape[1], own.shape[0]))
            found.append(_measure(name, Volume(own, grid), uptake))
    return found


def _measure(name: str, lesion: Volume, uptake: Volume) -> LesionMeasures:
    from hyoid.dicom.structures import LesionMeasures
    from hyoid.features import lesion_measures

    found = lesion_measures(lesion, uptake)
    return LesionMeasures(
        name, found["gtvp_volume_ml"], found["gtvp_suv_max"], found["gtvp_suv_peak"], found["gtvp_tlg_g"]
    )
