"""The part of an image that lies in a box: what every method looks at, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.components import label_components
from hyoid.imaging.contouring.contour import Contour
from hyoid.imaging.contouring.fit import fit_notes

ON_THE_EDGE = 1e-6
"""Part of a voxel within which a centre lies on a box's edge: inside on the lower, outside on the upper."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The voxels of an image in a box.

    Parameters
    ----------
    image
        The whole image.
    block
        The box, cut to the image.
    values
        float64 (z, y, x), the voxels in the box.
    notes
        What was done to the box.
    """

    image: Volume
    block: Block
    values: NDArray[np.float64]
    notes: tuple[str, ...]

    @property
    def spacing_zyx(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxels along the array's axes, mm."""
        x, y, z = self.image.grid.spacing
        return z, y, x

    @property
    def grid(self) -> Grid:
        """The box's own grid."""
        return self.block.grid_in(self.image.grid)

    @property
    def hottest(self) -> tuple[int, int, int]:
        """Index (z, y, x) in the box of the greatest value; of equals the first."""
        z, y, x = np.unravel_index(int(self.values.argmax()), self.values.shape)
        return int(z), int(y), int(x)

    def volume_ml(self, mask: Mask) -> float:
        """Volume of a mask in the box, mL."""
        return float(np.count_nonzero(mask)) * self.image.grid.voxel_volume_mm3 / 1000.0

    def contour(self, mask: Mask, notes: tuple[str, ...] = (), threshold_suv: float | None = None) -> Contour:
        """Return a mask in the box as a contour on the image's grid, with notes on how it fits the box.

        Raises
        ------
        ImageError
            If the mask is empty.
        """
        if not mask.any():
            raise ImageError.of(
                f"no voxel of the contour in the box ({_text(self.block)})",
                "a lesion brighter than what is around it",
                "Place the box around one lesion, or choose another method.",
            )
        whole = np.zeros(self.image.grid.shape, np.uint8)
        whole[self.block.slices] = mask
        told = self.notes + notes + fit_notes(mask, self.image.grid)
        return Contour(self.image.with_array(whole), told, threshold_suv)


def region_in_box(image: Volume, box: Block, *, flat: bool = False) -> Region:
    """Return the voxels of `image` in `box` (voxels of the image's grid; it may reach beyond the image).

    Raises
    ------
    ImageError
        If the box is empty, lies outside the image, holds values that are not finite, or, unless `flat` allows it, the
        same value everywhere.
    """
    if min(box.size) < 1:
        raise ImageError.of(
            f"a box of {'x'.join(map(str, box.size))} voxels", "at least one voxel per axis", "Draw the box anew."
        )
    first = np.maximum(0, box.start)
    end = np.minimum(np.add(box.start, box.size), image.grid.size)
    if (end <= first).any():
        raise ImageError.of(
            f"a box ({_text(box)}) outside the image of {'x'.join(map(str, image.grid.size))} voxels",
            "a box that holds some of the image",
            "Draw the box within the image.",
        )
    (x, y, z), (nx, ny, nz) = (tuple(int(v) for v in values) for values in (first, end - first))
    block = Block((x, y, z), (nx, ny, nz))
    notes = () if block == box else ("The box reaches beyond the image and was cut at its edge.",)
    values = image.array[block.slices].astype(np.float64)
    unknown = int(np.count_nonzero(~np.isfinite(values)))
    if unknown:
        raise ImageError.of(
            f"{unknown} values that are NaN or infinite in the box",
            "finite values",
            "Repair the image, or move the box.",
        )
    if not flat and values.max() == values.min():
        raise ImageError.of(
            f"the same value, {values.flat[0]:g}, in all {values.size} voxels of the box",
            "a lesion brighter than what is around it",
            "Place the box around a lesion within the body.",
        )
    return Region(image, block, values, notes)


def box_on_grid(box: Block, grid: Grid, other: Grid) -> Block:
    """Return the voxels of `other` whose centres lie in `box`, which is given in voxels of `grid`: from CT to PET.

    A box thinner than a voxel of `other` gets the one nearest to its middle. Grids that are turned against each other
    get the smallest box along `other`'s axes that holds it, cut at the image's edge.

    Raises
    ------
    ImageError
        If the box is empty or the two do not meet.
    """
    if min(box.size) < 1:
        raise ImageError.of(
            f"a box of {'x'.join(map(str, box.size))} voxels", "at least one voxel per axis", "Draw the box anew."
        )
    corners = other.to_index(box.grid_in(grid).corners())
    low, high = corners.min(axis=0), corners.max(axis=0)
    first = np.ceil(low - ON_THE_EDGE).astype(np.int64)
    end = np.ceil(high - ON_THE_EDGE).astype(np.int64)
    thin = end <= first
    first[thin] = np.rint((low + high) / 2)[thin].astype(np.int64)
    end[thin] = first[thin] + 1
    first, end = np.maximum(first, 0), np.minimum(end, other.size)
    if (end <= first).any():
        raise ImageError.of(
            f"a box ({_text(box)}) that the other image does not reach",
            "a box where both images are",
            "Draw the box where there is PET.",
        )
    (x, y, z), (nx, ny, nz) = (tuple(int(v) for v in values) for values in (first, end - first))
    return Block((x, y, z), (nx, ny, nz))


def border(shape: tuple[int, ...]) -> Mask:
    """Return the outermost voxels of an array."""
    rim = np.ones(shape, bool)
    rim[tuple(slice(1, -1) for _ in shape)] = False
    return rim


def component_at(mask: Mask, index_zyx: tuple[int, int, int]) -> Mask:
    """Return the 26-connected component that holds a voxel; all False where the voxel itself is not in the mask."""
    components, _ = label_components(mask)
    at = components[index_zyx]
    chosen: Mask = (components == at) & bool(at)
    return chosen


def hottest_component(region: Region, mask: Mask) -> tuple[Mask, tuple[str, ...]]:
    """Return the component of the hottest voxel, and a note on what else was in the mask."""
    kept = component_at(mask, region.hottest)
    rest = region.volume_ml(mask & ~kept)
    if not rest:
        return kept, ()
    return kept, (f"{rest:.2f} mL in the box that are not connected to its hottest voxel were left out.",)


def require_lesion(region: Region, threshold: float) -> None:
    """Raise unless some voxels of the box lie at or above `threshold` and some below.

    Raises
    ------
    ImageError
        If none or all do.
    """
    highest, lowest = float(region.values.max()), float(region.values.min())
    if not math.isfinite(threshold):
        raise ImageError.of(f"a threshold of {threshold}", "a finite number", "Give the threshold as SUV.")
    if highest < threshold:
        raise ImageError.of(
            f"a maximum of {highest:.2f} in the box",
            f"uptake of at least the threshold, {threshold:.2f}",
            "Lower the threshold, or place the box around a lesion.",
        )
    if lowest >= threshold:
        raise ImageError.of(
            f"a minimum of {lowest:.2f} in the box",
            f"a background below the threshold, {threshold:.2f}",
            "Raise the threshold, or draw the box so that it holds some background.",
        )


def _text(box: Block) -> str:
    end: Any = np.add(box.start, box.size).tolist()
    return f"voxels {list(box.start)} to {end}"
