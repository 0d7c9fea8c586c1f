"""Slices become one volume: sorted by position, checked for everything that would make a picture of nobody.

Instance numbers say nothing on where a slice lies. What counts is Image Position (Patient) along the normal of Image
Orientation (Patient) (PS3.3 C.7.6.2.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.places import Equal, check_drift, one_a_place, regular, single_step
from hyoid.dicom.series import Series
from hyoid.dicom.slice import Slice
from hyoid.errors import DicomError
from hyoid.geometry import Grid

SAME_ORIENTATION = 1e-3
"""How far cosines of parallel slices may differ: 0.06 degrees, 0.4 mm over a field of 400 mm."""

SAME_SPACING = 1e-4
"""How far pixel spacings of one volume may differ, relative."""

STRAY_PART = 0.1
"""Slices of another kind than the others (a scout in the series) may be left out up to this part of a series."""

AXIAL_COSINE = 0.7
"""Least cosine between a stack's normal and the patient's long axis: 45 degrees, more than any head is tilted."""

MAX_VOXELS = 2**30
"""Voxels of one volume: 4 GiB in single precision. A whole-body CT of 512 x 512 x 2000 has half as many."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Slices of one volume.

    Parameters
    ----------
    slices
        In order along the grid's third axis.
    places
        Index of each slice along that axis; increasing. Indices that are not among them are missing slices.
    grid
        Of the whole volume, missing slices included.
    notes
        Sentences on what was left out, repaired or unusual.
    """

    slices: tuple[Slice, ...]
    places: tuple[int, ...]
    grid: Grid
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[int, ...]:
        """Indices without a slice."""
        return tuple(sorted(set(range(self.grid.size[2])) - set(self.places)))


def stack_of(series: Series, equal: Equal, fill_gaps: int = 0, *, strict: bool = False) -> Stack:
    """Sort a series into a volume.

    Parameters
    ----------
    series
        Images of one kind.
    equal
        Asked only of images that lie at the same place, or have the same UID.
    fill_gaps
        How many slices in a row may be missing; they are to be interpolated between their neighbours.
    strict
        For what refers to each slice, or was made on just these: none of another kind is left out and none is filled
        in, the orientation may be any, and a single slice is as thick as it says.

    Raises
    ------
    DicomError
        If the slices make no regular volume: geometry missing, several orientations, sizes or spacings, several
        images at one place, gaps, irregular steps, a gantry tilt that was not corrected, a single slice, or a stack
        that is not axial. The sentence says which.
    """
    notes = _equal_copies(series, equal)
    slices, notes, strays = _of_one_kind(series, notes, 0 if strict else STRAY_PART)
    axes = _axes(slices[0])
    if abs(axes[2, 2]) < AXIAL_COSINE and not strict:
        raise DicomError.of(
            f"slices whose normal is {np.round(axes[2], 3).tolist()}",
            "axial slices, at most 45 degrees tilted",
            "A coronal or sagittal reconstruction is not taken; give the axial one.",
        )
    slices, notes = one_a_place(slices, axes[2], equal, notes)
    if len(slices) == 1:
        places, step = [0], single_step(slices[0], strict=strict)
    else:
        places, step = regular(slices, axes[2], None if strict else fill_gaps, notes, strays)
    check_drift(slices, axes)
    first = slices[0]
    row_mm, column_mm = _required(first.spacing, first, "Pixel Spacing")
    x, y, z = _required(first.position, first, "Image Position (Patient)")
    size = int(first.columns or 0), int(first.rows or 0), places[-1] + 1
    grid = Grid(size, (column_mm, row_mm, step), (x, y, z), tuple(axes.T.ravel()))
    if grid.size[0] * grid.size[1] * grid.size[2] > MAX_VOXELS:
        raise DicomError.of(f"a volume of {grid.size} voxels", f"at most {MAX_VOXELS}", "Import a part of the series.")
    return Stack(tuple(slices), tuple(places), grid, tuple(notes))


def _equal_copies(series: Series, equal: Equal) -> list[str]:
    for key, copies in series.copies.items():
        original = next(one for one in series.slices if one.key == key)
        for copy in copies:
            if not equal(original, copy):
                raise DicomError.of(
                    f"two different images with the same UID, {original.source.name} and {copy.source.name}",
                    "one image a UID",
                    "Remove the wrong one.",
                )
    count = sum(map(len, series.copies.values()))
    return [f"{count} files are copies of others, equal in pixels and position; they were left out."] if count else []


def _of_one_kind(series: Series, notes: list[str], stray_part: float) -> tuple[list[Slice], list[str], str]:
    """Return the slices of the size, spacing and orientation that most have, scouts in the series left out.

    The text says what others were left out; "" where none were. They may be what is missing where there is a gap.
    """
    slices = [one for one in series.slices if not {"LOCALIZER", "SCOUT"} & set(one.image_type)]
    if not slices:
        raise DicomError.of("nothing but localizer images", "slices of a volume", "Give the axial series.")
    if len(slices) < len(series.slices):
        notes = [*notes, f"{len(series.slices) - len(slices)} localizer images in the series were left out."]
    for one in slices:
        for value, name in (
            (one.position, "Image Position (Patient)"),
            (one.orientation, "Image Orientation (Patient)"),
            (one.spacing, "Pixel Spacing"),
        ):
            _required(value, one, name)
    kinds: list[list[Slice]] = []
    for one in slices:
        own = next((kind for kind in kinds if _is_alike(kind[0], one)), None)
        if own is None:
            kinds.append([one])
        else:
            own.append(one)
    kinds.sort(key=len, reverse=True)
    strays = [one for kind in kinds[1:] for one in kind]
    if len(strays) > stray_part * len(slices):
        described = "; ".join(f"{len(kind)} of {_described(kind[0])}" for kind in kinds[:3])
        raise DicomError.of(
            f"slices of {len(kinds)} kinds in one series ({described})",
            "one size, pixel spacing and orientation",
            "Split the series, and give the part that is meant.",
        )
    if not strays:
        return kinds[0], notes, ""
    notes = [*notes, f"{len(strays)} images of other size, spacing or orientation were left out of the series."]
    first = strays[0]
    said = (
        f"{len(strays)} images of other size, spacing or orientation were left out before, the first "
        f"{first.source.name} ({_described(first)}; the others are {_described(kinds[0][0])})"
    )
    return kinds[0], notes, said


def _is_alike(one: Slice, other: Slice) -> bool:
    if (one.rows, one.columns) != (other.rows, other.columns):
        return False
    spacings, orientations = np.array([one.spacing, other.spacing]), np.array([one.orientation, other.orientation])
    return bool(
        np.allclose(spacings[0], spacings[1], rtol=SAME_SPACING, atol=0)
        and np.abs(orientations[0] - orientations[1]).max() <= SAME_ORIENTATION
    )


def _described(one: Slice) -> str:
    spacing = "x".join(f"{mm:.4g}" for mm in one.spacing or ())
    return f"{one.columns}x{one.rows} at {spacing} mm, orientation {np.round(one.orientation or (), 3).tolist()}"


def _axes(one: Slice) -> NDArray[np.float64]:
    """Return the unit vectors (rows) of the index axes x, y and z: along a row, down a column, and their normal.

    Cosines are written with few digits. What they lack to right angles and length one is shared by both in-plane
    axes; a larger fault is refused.
    """
    cosines = np.asarray(one.orientation, dtype=np.float64).reshape(2, 3)
    fault = float(np.abs(cosines @ cosines.T - np.eye(2)).max())
    if fault > SAME_ORIENTATION:
        raise DicomError.of(
            f"orientation cosines {np.round(cosines, 4).ravel().tolist()} in {one.source.name}, "
            f"{fault:.2g} away from orthonormal",
            f"two unit vectors at right angles within {SAME_ORIENTATION:g}",
            "The header is damaged; export the series again.",
        )
    if fault > 0:
        left, _, right = np.linalg.svd(cosines, full_matrices=False)
        cosines = left @ right  # the nearest orthonormal pair
    return np.vstack([cosines, np.cross(cosines[0], cosines[1])])


def _required(value: tuple[float, ...] | None, one: Slice, name: str) -> tuple[float, ...]:
    if value is None or (name == "Pixel Spacing" and min(value) <= 0):
        raise DicomError.of(f"no usable {name} in {one.source.name}", "the place of every slice", "Export it again.")
    return value
