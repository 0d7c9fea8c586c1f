"""One RTDOSE object as a volume in Gy on its own grid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from hyoid.dicom.checked_values import read_dataset
from hyoid.dicom.dose.header import DoseHeader, dose_header
from hyoid.dicom.dose.pixels import dose_in_gray
from hyoid.dicom.dose.planes import Planes, dose_planes
from hyoid.geometry import Volume


@dataclass(frozen=True, slots=True, eq=False)
class Dose:
    """One RTDOSE object.

    Parameters
    ----------
    volume
        Dose in Gy, float32 of shape (z, y, x), on the object's own grid in its frame of reference (LPS, mm). The z axis
        runs along the cross product of row and column, whichever way the frames were stored.
    header
        What the object says of itself.
    notes
        What of it was not as the standard has it and how it was read, in sentences.
    """

    volume: Volume
    header: DoseHeader
    notes: tuple[str, ...]


def read_dose(source: Path | Dataset) -> Dose:
    """Read an RTDOSE object in Gy on its own grid, of any orientation.

    Parameters
    ----------
    source
        A DICOM file, or a dataset that was read from one.

    Raises
    ------
    DicomError
        If it is no RTDOSE; if its dose is RELATIVE or an ERROR; if its geometry, its scaling or its pixels are absent,
        damaged or contradict each other.

    References
    ----------
    DICOM PS3.3 C.8.8.3, RT Dose Module.
    """
    dataset = source if isinstance(source, Dataset) else read_dataset(source)
    header = dose_header(dataset)
    gray, notes = dose_in_gray(dataset)
    planes = dose_planes(dataset, *gray.shape)
    stacked = gray[planes.order]
    if not planes.even:
        stacked = _on_even_planes(stacked, planes)
    said = [*notes, *planes.notes, *_header_notes(header)]
    return Dose(Volume(np.ascontiguousarray(stacked), planes.grid), header, tuple(said))


def _on_even_planes(gray: NDArray[np.float32], planes: Planes) -> NDArray[np.float32]:
    """Interpolate the dose linearly between its planes, at those of the even grid."""
    count, step = planes.grid.size[2], planes.grid.spacing[2]
    at = np.minimum(np.arange(count) * step, planes.offsets_mm[-1])
    below = np.clip(np.searchsorted(planes.offsets_mm, at, side="right") - 1, 0, len(planes.offsets_mm) - 2)
    gaps = np.diff(planes.offsets_mm)
    weight = ((at - planes.offsets_mm[below]) / gaps[below]).astype(np.float32)[:, np.newaxis, np.newaxis]
    even: NDArray[np.float32] = gray[below] * (1 - weight) + gray[below + 1] * weight
    return even


def _header_notes(header: DoseHeader) -> list[str]:
    notes = []
    if "WATER" in header.heterogeneity:
        notes.append("The dose was calculated as if all of the patient were water.")
    if header.dose_type == "EFFECTIVE":
        notes.append("The dose is weighted for its biological effect (EFFECTIVE); it is not the absorbed dose.")
    if not header.frame_of_reference:
        notes.append("The dose names no frame of reference: nothing says in whose coordinates it lies.")
    return notes
