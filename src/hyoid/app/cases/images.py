"""A case's files as they are shown: the CT in int16, PET and dose in float32, label maps in uint8."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hyoid.app.cases.cache import Served
from hyoid.cohort import Case
from hyoid.cohort.expert_mask import MASK_TOLERANCE_MM, other_labels, read_expert_mask
from hyoid.cohort.images import read_images
from hyoid.errors import CohortError, ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_volume

UNITS = {"ct": "HU", "pet": "SUV", "dose": "Gy"}
"""Images that are shown, with their units."""

_INT16 = np.iinfo(np.int16)
_NAMES = {"ct": "CT", "pet": "PET", "dose": "dose"}


def load_image(case: Case, name: str) -> Served:
    """Read one of `UNITS`.

    Raises
    ------
    ImageError
        If the case has no such image, it cannot be read, or is not in its unit.
    """
    if name not in case.images:
        raise ImageError.of(f"no {_NAMES[name]} of this case", "one of its files", "Look at the cohort's folder.")
    volume = read_images(case, (name,))[name]
    if name == "ct":
        return as_int16(volume)
    return Served(volume.with_array(volume.array.astype(np.float32, copy=False)))


def as_int16(ct: Volume) -> Served:
    """Return a CT in whole HU; what does not fit 16 bits is cut off, and a note says how many voxels these were."""
    array = ct.array
    if array.dtype == np.int16:
        return Served(ct)
    whole, beyond, broken = np.empty(array.shape, np.int16), 0, 0
    for target, piece in zip(whole, array, strict=True):  # slice by slice: the whole in float64 would be 8 bytes each
        rounded = np.rint(piece.astype(np.float64))
        broken += int(np.count_nonzero(np.abs(rounded - piece) > 1e-3))
        beyond += int(np.count_nonzero((rounded < _INT16.min) | (rounded > _INT16.max)))
        target[...] = np.clip(rounded, _INT16.min, _INT16.max)
    notes = []
    if beyond:
        notes.append(
            f"{beyond} voxels of the CT lie outside {_INT16.min} to {_INT16.max} HU and are shown cut off there."
        )
    if broken:
        notes.append("The CT is shown in whole HU; its file has fractions.")
    return Served(ct.with_array(whole), tuple(notes))


def load_expert(case: Case, reference: Grid) -> Served | None:
    """Read the expert's label map; None where the case has none.

    Raises
    ------
    CohortError, ImageError
        If it has other labels, lies on another grid than the reference, or cannot be read.
    """
    mask = read_expert_mask(case, reference)
    return None if mask is None else Served(Volume(mask.array, reference))


def load_predicted(path: Path, reference: Grid) -> Served | None:
    """Read a predicted label map; None where there is no file.

    Raises
    ------
    CohortError, ImageError
        As `load_expert`.
    """
    if not path.is_file():
        return None
    found = read_volume(path)
    if (labels := other_labels(found)) is not None:
        raise CohortError.of(
            f"labels {labels} in the prediction {path.name}", "0, 1 (GTVp) and 2 (GTVn)", "Predict again."
        )
    if not found.grid.same_as(reference, MASK_TOLERANCE_MM):
        raise CohortError.of(
            f"the prediction {path.name} on {found.grid}", f"the grid of the case, {reference}", "Predict again."
        )
    return Served(Volume(found.array.astype(np.uint8, copy=False), reference))
