"""What a prediction says of its lesions, for DICOM objects: its JSON, and each lesion measured in the PET."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from hyoid.cohort import Case
from hyoid.cohort.images import read_images
from hyoid.dicom.structures import LesionMeasures, check_volumes, labels_of
from hyoid.errors import DicomError
from hyoid.features import lesion_measures
from hyoid.files import read_json
from hyoid.geometry import Volume
from hyoid.imaging import label_components


def read_prediction(path: Path) -> dict[str, Any]:
    """Read the JSON of one case that `hyoid predict` wrote.

    Raises
    ------
    DicomError
        If there is none, or it is no such JSON.
    """
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


def measured_lesions(info: Mapping[str, Any], labels: Volume, pet: Path) -> list[LesionMeasures]:
    """Measure the lesions that a prediction's JSON lists, each by itself: those of a label together, largest first.

    Parameters
    ----------
    info
        The prediction's JSON.
    labels
        Its label map.
    pet
        PET in SUVbw (g/mL), on a grid of its own.

    Raises
    ------
    HyoidError
        If the PET cannot be read or is not in SUV, or JSON and label map are of different predictions.
    """
    names = labels_of(info)
    uptake = read_images(Case(str(info["id"]), None, {"pet": pet}), ("pet",))["pet"]
    check_volumes(info, labels, names)
    found: list[LesionMeasures] = []
    for value, name in names.items():
        listed = sum(lesion["label"] == name for lesion in info.get("components") or [])
        found += [_measure(name, lesion, uptake) for lesion in _largest(labels, value, listed)]
    return found


def _largest(labels: Volume, value: int, count: int) -> list[Volume]:
    """Return the `count` largest components of a label, each alone within its own box."""
    components, n = label_components(labels.array == value)
    sizes = np.bincount(components.ravel(), minlength=n + 1)[1:]
    blocks = ndimage.find_objects(components, max_label=n)
    lesions = []
    for place in np.argsort(-sizes, kind="stable")[:count]:
        block = blocks[place]
        own = (components[block] == place + 1).astype(np.uint8)
        first = (block[2].start, block[1].start, block[0].start)
        lesions.append(Volume(own, labels.grid.cropped(first, (own.shape[2], own.shape[1], own.shape[0]))))
    return lesions


def _measure(name: str, lesion: Volume, uptake: Volume) -> LesionMeasures:
    found = lesion_measures(lesion, uptake)
    return LesionMeasures(
        name, found["gtvp_volume_ml"], found["gtvp_suv_max"], found["gtvp_suv_peak"], found["gtvp_tlg_g"]
    )
