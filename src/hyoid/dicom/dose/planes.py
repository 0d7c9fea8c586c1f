"""Where the planes of a dose lie: orientation, first position and the grid frame offset vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from hyoid.dicom.checked_values import named, numbers_of
from hyoid.errors import DicomError
from hyoid.geometry import Grid

OFFSET_TOLERANCE_MM = 0.01
"""How far a written position may lie from what it should be: decimal strings are rounded, often to 0.01 mm."""

COSINE_TOLERANCE = 1e-3
"""How far row and column cosines may be from orthonormal, as for every grid of hyoid."""

LEAST_GAP_MM = 0.1
"""Planes nearer to each other than this are no planes of a dose calculation: their positions are damaged."""

MOST_PLANES = 2000
"""More planes than this in an even stack mean that one gap is out of all proportion to the others."""


@dataclass(frozen=True, slots=True)
class Planes:
    """The planes of a multi-frame dose, lowest along the normal first.

    Parameters
    ----------
    order
        Index of the frame that is each plane, (planes,).
    offsets_mm
        Position of each plane along the normal, relative to the lowest, (planes,), strictly rising from 0.
    grid
        Grid of an even stack of planes from the lowest to the highest: theirs, where they are evenly spaced.
    even
        Whether they are, within `OFFSET_TOLERANCE_MM`.
    notes
        What of the header was not as the standard has it, and how it was read.
    """

    order: NDArray[np.intp]
    offsets_mm: NDArray[np.float64]
    grid: Grid
    even: bool
    notes: tuple[str, ...]


def dose_planes(dataset: Dataset, frames: int, rows: int, columns: int) -> Planes:
    """Return where the planes of a dose lie.

    The offsets are relative to Image Position (Patient) along the cross product of row and column where the first is
    zero, and the patient's z coordinate where the first is that of Image Position (Patient); they may rise or fall.

    Raises
    ------
    DicomError
        If orientation, spacing, position or offsets are absent, damaged, contradict the number of frames, do not run
        one way, or can be read in neither way.

    References
    ----------
    DICOM PS3.3 C.7.6.2.1.1 (image plane) and C.8.8.3.2 (Grid Frame Offset Vector).
    """
    row, column = _cosines(dataset)
    normal = np.cross(row, column)
    position = np.asarray(numbers_of(dataset, "ImagePositionPatient", 3))
    between_rows, between_columns = numbers_of(dataset, "PixelSpacing", 2)
    if min(between_rows, between_columns) <= 0:
        raise DicomError.of(
            f"{named('PixelSpacing')} {between_rows:g} and {between_columns:g} mm", "positive numbers", "Export again."
        )
    along_normal, notes = _along_normal(dataset, frames, position, normal)
    order = np.argsort(along_normal, kind="stable")
    offsets = along_normal[order] - along_normal[order[0]]
    step, even = _step(offsets)
    count = round(float(offsets[-1]) / step) + 1
    origin = position + normal * along_normal[order[0]]
    grid = Grid(
        (columns, rows, count),
        (between_columns, between_rows, step),
        (float(origin[0]), float(origin[1]), float(origin[2])),
        tuple(float(v) for v in np.stack([row, column, normal], axis=1).ravel()),
    )
    if not even:
        notes.append(
            f"The planes are unevenly spaced ({np.diff(offsets).min():.4g} to {np.diff(offsets).max():.4g} mm): the "
            f"dose was interpolated linearly onto {count} planes of {step:.4g} mm."
        )
    return Planes(order, offsets, grid, even, tuple(notes))


def _cosines(dataset: Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return row and column cosines, made exactly orthonormal: decimal strings are rounded."""
    cosines = np.asarray(numbers_of(dataset, "ImageOrientationPatient", 6)).reshape(2, 3)
    error = float(np.abs(cosines @ cosines.T - np.eye(2)).max())
    if error > COSINE_TOLERANCE:
        raise DicomError.of(
            f"{named('ImageOrientationPatient')} {np.round(cosines.ravel(), 5).tolist()}, {error:.3g} from orthonormal",
            f"two perpendicular unit vectors within {COSINE_TOLERANCE:g}",
            "The header is damaged: export the dose again.",
        )
    row = cosines[0] / np.linalg.norm(cosines[0])
    column = cosines[1] - row * (row @ cosines[1])
    return row, column / np.linalg.norm(column)


def _along_normal(
    dataset: Dataset, frames: int, position: NDArray[np.float64], normal: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[str]]:
    """Return each frame's offset (mm) from the first position along the normal, and what is to be said."""
    vector = np.asarray(numbers_of(dataset, "GridFrameOffsetVector"))
    name = named("GridFrameOffsetVector")
    if frames < 2:
        raise DicomError.of(
            f"a dose of {frames} plane", "two planes or more", "A single plane has no extent: export the dose as 3D."
        )
    if len(vector) != frames:
        raise DicomError.of(
            f"{len(vector)} offsets in {name} for {frames} frames", "one a frame", "Export the dose again."
        )
    steps = np.diff(vector)
    if not ((steps > 0).all() or (steps < 0).all()):
        raise DicomError.of(f"offsets in {name} that rise and fall or repeat", "one direction", "Export again.")
    if abs(vector[0]) <= OFFSET_TOLERANCE_MM:
        return vector - vector[0], []
    if abs(vector[0] - position[2]) > OFFSET_TOLERANCE_MM:
        raise DicomError.of(
            f"{name} that begins with {vector[0]:g}, while the first plane lies at z = {position[2]:g} mm",
            "0 (relative offsets) or that z (absolute ones)",
            "Nobody can tell where the planes lie: export the dose again.",
        )
    if abs(normal[2]) < 1 - COSINE_TOLERANCE**2:
        raise DicomError.of(
            f"{name} with absolute z coordinates on oblique planes (normal {np.round(normal, 4).tolist()})",
            "relative offsets, beginning with 0",
            "Export the dose again.",
        )
    notes = []
    if normal[2] < 0:
        notes.append(
            f"{name} holds absolute z coordinates of planes whose normal points to -z, which the standard does not "
            "provide for; they were read as the patient's z."
        )
    return (vector - position[2]) * np.sign(normal[2]), notes


def _step(offsets: NDArray[np.float64]) -> tuple[float, bool]:
    """Return the distance of an even stack from the first plane to the last, and whether that is what they are."""
    gaps = np.diff(offsets)
    mean = float(offsets[-1]) / len(gaps)
    even = bool(np.abs(offsets - mean * np.arange(len(offsets))).max() <= OFFSET_TOLERANCE_MM)
    if gaps.min() < LEAST_GAP_MM:
        raise DicomError.of(
            f"planes {gaps.min():.3g} mm apart in {named('GridFrameOffsetVector')}",
            f"at least {LEAST_GAP_MM:g} mm",
            "The positions are damaged: export the dose again.",
        )
    if even:
        return mean, True
    count = int(np.ceil(float(offsets[-1]) / float(gaps.min()) - OFFSET_TOLERANCE_MM))
    if count + 1 > MOST_PLANES:
        raise DicomError.of(
            f"planes {gaps.min():.3g} to {gaps.max():.3g} mm apart in {named('GridFrameOffsetVector')}",
            f"a spacing that an even stack of at most {MOST_PLANES} planes can hold",
            "The positions are damaged: export the dose again.",
        )
    return float(offsets[-1]) / count, False
