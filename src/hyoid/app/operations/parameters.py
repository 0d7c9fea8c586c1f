"""The parameters that operations share: labels, boxes, voxels and slices, all as the browser sees them."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hyoid.app.annotation.errors import AnnotationError
from hyoid.app.cases.canonical import Canonical
from hyoid.geometry import Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.editing import Edited
from hyoid.settings import Settings

Index = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Voxel = tuple[Index, Index, Index]
"""Index (i, j, k) of a voxel in the browser's order: to the right, to the front, to the head."""

Label = Literal[1, 2]
"""1 GTVp, 2 GTVn."""

Plane = Literal["axial", "coronal", "sagittal"]

CANONICAL_AXIS: dict[Plane, int] = {"sagittal": 0, "coronal": 1, "axial": 2}
"""Axis of the browser's order across which the slices of a plane lie."""


class Parameters(Settings):
    """Base of all parameters."""


class MaybeBox(Parameters):
    """Parameters of an operation that may be confined to a box."""

    box: tuple[Voxel, Voxel] | None = Field(None, description="First voxel and the one beyond the last; none: all.")

    @model_validator(mode="after")
    def _not_empty(self) -> MaybeBox:
        if self.box is not None and any(end <= start for start, end in zip(*self.box, strict=True)):
            raise ValueError(f"a box from {list(self.box[0])} to {list(self.box[1])} holds no voxel")
        return self


class NeedsBox(MaybeBox):
    """Parameters of an operation that works in a box alone."""

    box: tuple[Voxel, Voxel] = Field(description="First voxel of the box and the one beyond the last.")


def native_block(box: tuple[Voxel, Voxel], canonical: Canonical) -> Block:
    """Return a box of the browser as a block of the case's own grid, cut to the image.

    Raises
    ------
    AnnotationError
        If it lies outside the image.
    """
    size = canonical.canonical_grid.size
    first = np.clip(box[0], 0, size)
    last = np.clip(box[1], 0, size) - 1
    if (last < first).any():
        raise AnnotationError.of(
            f"a box from {list(box[0])} to {list(box[1])}", f"one within {list(size)} voxels", "Draw it on the image."
        )
    corners = np.array([canonical.native_voxel(first), canonical.native_voxel(last)])
    low, high = corners.min(axis=0), corners.max(axis=0)
    x, y, z = (int(v) for v in low)
    nx, ny, nz = (int(v) for v in high - low + 1)
    return Block((x, y, z), (nx, ny, nz))


def native_voxel(voxel: Voxel, canonical: Canonical) -> tuple[int, int, int]:
    """Return a voxel of the browser as (x, y, z) of the case's own grid; raises AnnotationError outside the image."""
    size = canonical.canonical_grid.size
    if not all(0 <= at < n for at, n in zip(voxel, size, strict=True)):
        raise AnnotationError.of(f"voxel {list(voxel)}", f"one within {list(size)}", "Point into the image.")
    return canonical.native_voxel(voxel)


def native_axis(plane: Plane, canonical: Canonical) -> Literal["x", "y", "z"]:
    """Return the index axis of the case's own grid across which the slices of a plane lie."""
    names: tuple[Literal["x", "y", "z"], ...] = ("x", "y", "z")
    return names[canonical.axes[CANONICAL_AXIS[plane]]]


def native_slice(plane: Plane, index: int, canonical: Canonical) -> int:
    """Return the number of a slice of the browser in the case's own order; outside the image it stays outside."""
    axis = CANONICAL_AXIS[plane]
    count = canonical.canonical_grid.size[axis]
    return count - 1 - index if canonical.flipped[axis] else index


def confined(before: Volume, edited: Edited, block: Block | None) -> Edited:
    """Return an edit with all voxels outside the block as they were; changes are told of what is left."""
    if block is None:
        return edited
    kept: NDArray[np.uint8] = before.array.copy()
    kept[block.slices] = edited.labels.array[block.slices]
    told_of_all = set(Edited.of(before, edited.labels.array).notes)
    return Edited.of(before, kept, tuple(note for note in edited.notes if note not in told_of_all))
