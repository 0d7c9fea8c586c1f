"""The connected lesions of a label map, each on its own small grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.cohort import GTVN, GTVP
from hyoid.geometry import Grid, Volume
from hyoid.imaging import Connectivity, content_block, label_components
from hyoid.metrics import as_labels


@dataclass(frozen=True, slots=True)
class Component:
    """One connected lesion: `inside` (z, y, x) is True in it, on `grid`, the smallest block that holds it."""

    inside: NDArray[np.bool_]
    grid: Grid

    @property
    def voxels(self) -> int:
        """Number of voxels."""
        return int(np.count_nonzero(self.inside))

    @property
    def volume_ml(self) -> float:
        """Volume, mL."""
        return self.voxels * self.grid.voxel_volume_mm3 / 1000.0

    def widened(self, reach_mm: float) -> Component:
        """Return the lesion on a block that holds every voxel centre within `reach_mm` of its own.

        The block may reach beyond the label map's field: the images often do.
        """
        reach = [int(reach_mm / spacing) + 1 for spacing in reversed(self.grid.spacing)]
        return _at(np.pad(self.inside, [(n, n) for n in reach]), tuple(-n for n in reach), self.grid)


def find_components(mask: Volume, connectivity: Connectivity = 26) -> dict[str, list[Component]]:
    """Return the connected lesions of `gtvp` and `gtvn` in a label map.

    A node that touches the primary tumour is a lesion of its own: labels are taken one by one.

    Raises
    ------
    ImageError
        If a label is not 0 (background), 1 (GTVp) or 2 (GTVn).
    """
    labels = as_labels(mask.array, "the mask")
    block = content_block(labels)
    corner, labels = tuple(at.start for at in block), labels[block]
    return {
        name: _components(labels == label, corner, mask.grid, connectivity)
        for name, label in (("gtvp", GTVP), ("gtvn", GTVN))
    }


def _components(
    lesions: NDArray[np.bool_], corner: tuple[int, ...], grid: Grid, connectivity: Connectivity
) -> list[Component]:
    """Return the components of a mask whose first voxel has the index `corner` (z, y, x) in `grid`."""
    if not lesions.any():
        return []
    numbered, _ = label_components(lesions, connectivity)
    found = []
    for number, block in enumerate(ndimage.find_objects(numbered), start=1):
        start = tuple(first + at.start for first, at in zip(corner, block, strict=True))
        found.append(_at(numbered[block] == number, start, grid))
    return found


def block_of(inside: NDArray[np.bool_], grid: Grid) -> Component:
    """Return all voxels of a mask (z, y, x) that is not empty as one, on the smallest block that holds them."""
    block = content_block(inside)
    return _at(inside[block], tuple(at.start for at in block), grid)


def _at(inside: NDArray[np.bool_], start: tuple[int, ...], grid: Grid) -> Component:
    (z, y, x), (nz, ny, nx) = start, inside.shape
    return Component(inside, grid.cropped((x, y, z), (nx, ny, nz)))
