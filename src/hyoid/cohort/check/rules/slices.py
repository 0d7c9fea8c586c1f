"""Slices: none blank, none twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort.check.finding import study_rule
from hyoid.cohort.check.study import Study, axial_axis
from hyoid.geometry import Volume

MODALITIES = ("ct", "pet")


@study_rule(
    "missing-slices", "error", "slices",
    finds="axial slices inside a CT or PET that hold one value only (blank slices above and below are padding)",
    expected="an image in every slice between the first and the last",
    advice="Slices were lost in the conversion: convert the series again from DICOM.",
)  # fmt: skip
def missing_slices(study: Study) -> Iterator[str]:
    """Find blank slices with image on both sides."""
    for role, volume in _volumes(study):
        blank = blank_slices(volume)
        if blank.size:
            yield f"{blank.size} blank slices inside the {role.upper()} ({_listed(blank)})"


@study_rule(
    "duplicate-slices", "warning", "slices",
    finds="neighbouring axial slices of a CT or PET that are equal voxel by voxel, which noise forbids",
    expected="slices that differ at least by their noise",
    advice="Missing slices may have been filled with copies: convert the series again from DICOM.",
)  # fmt: skip
def duplicate_slices(study: Study) -> Iterator[str]:
    """Find slices copied from their neighbour."""
    for role, volume in _volumes(study):
        copies = copied_slices(volume)
        if copies.size:
            yield f"{copies.size} slices of the {role.upper()} equal to the one before ({_listed(copies)})"


def blank_slices(volume: Volume) -> NDArray[np.intp]:
    """Return the indices of axial slices of one value that lie between slices with an image."""
    slices = np.moveaxis(volume.array, axial_axis(volume.grid), 0)
    blank = np.array([plane.min() == plane.max() for plane in slices])
    filled = np.flatnonzero(~blank)
    if not filled.size:
        return np.arange(len(blank))
    inside = np.arange(len(blank))
    found: NDArray[np.intp] = np.flatnonzero(blank & (inside > filled[0]) & (inside < filled[-1]))
    return found


def copied_slices(volume: Volume) -> NDArray[np.intp]:
    """Return the indices of axial slices, not blank, that equal the slice before."""
    slices = np.moveaxis(volume.array, axial_axis(volume.grid), 0)
    return np.array(
        [
            index
            for index in range(1, len(slices))
            if np.array_equal(slices[index], slices[index - 1]) and slices[index].min() != slices[index].max()
        ],
        dtype=np.intp,
    )


def _volumes(study: Study) -> Iterator[tuple[str, Volume]]:
    for role in MODALITIES:
        result = study.reads.get(role)
        if result is not None and result.volume is not None:
            yield role, result.volume


def _listed(indices: NDArray[np.intp], limit: int = 5) -> str:
    text = ", ".join(str(index) for index in indices[:limit])
    return f"index {text}" + (", ..." if indices.size > limit else "")


RULES = (missing_slices, duplicate_slices)
