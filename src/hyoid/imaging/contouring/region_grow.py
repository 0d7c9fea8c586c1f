"""Region growing in three dimensions from a voxel that a person points at."""

from __future__ import annotations

import math

import numpy as np

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.components import Connectivity, label_components
from hyoid.imaging.contouring.contour import Contour
from hyoid.imaging.contouring.fit import fit_notes
from hyoid.imaging.contouring.region import Mask, Region, region_in_box

FIRST_REACH = 32
"""Voxels around the seed that are read first; doubled until the region ends within."""


def region_grow(
    image: Volume,
    seed_xyz: tuple[int, int, int],
    tolerance: float,
    box: Block | None = None,
    connectivity: Connectivity = 6,
) -> Contour:
    """Contour what is connected to a seed through values that differ from the seed's by no more than a tolerance.

    Parameters
    ----------
    image
        PET in SUV, or CT in HU.
    seed_xyz
        Voxel (x, y, z) of the image's grid.
    tolerance
        Greatest difference from the seed's value, in the image's unit; 0 or more.
    box
        Where to look, in voxels of the image's grid; None for the whole image, of which only as much is read as the
        region needs.
    connectivity
        Which neighbours are connected: 6, 18 or 26.

    Raises
    ------
    ImageError
        If the box cannot be used (see `region_in_box`), the seed lies outside it, the tolerance is negative, or values
        around the region are not finite.

    Notes
    -----
    The reference stays the seed's own value (Adams & Bischof, IEEE Trans Pattern Anal Mach Intell 1994;16:641-647,
    compare with the growing region's mean), so that the result does not depend on the order in which voxels join.
    """
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise ImageError.of(f"a tolerance of {tolerance}", "0 or more", "Give it in the image's unit.")
    limit = box or Block((0, 0, 0), image.grid.size)
    within = zip(seed_xyz, limit.start, limit.size, image.grid.size, strict=True)
    if not all(max(0, start) <= at < min(start + n, size) for at, start, n, size in within):
        region_in_box(image, limit, flat=True)  # says what is wrong with the box, if anything is
        raise ImageError.of(f"the seed at voxel {tuple(seed_xyz)}", "a voxel within the box", "Point into the box.")
    if box is not None:
        region = region_in_box(image, box)
        return region.contour(_grown(region, seed_xyz, tolerance, connectivity))
    reach = FIRST_REACH
    while True:
        region = _around(image, seed_xyz, reach)
        grown = _grown(region, seed_xyz, tolerance, connectivity)
        if region.block.size == image.grid.size or not _leaves(region, grown):
            whole = _placed(grown, region)  # never empty: the seed is in it
            return Contour(image.with_array(whole.astype(np.uint8)), fit_notes(whole, image.grid, "image"))
        reach *= 2


def _around(image: Volume, seed_xyz: tuple[int, int, int], reach: int) -> Region:
    """Return the voxels no farther than `reach` from the seed along each axis."""
    first = [max(0, at - reach) for at in seed_xyz]
    end = [min(n, at + reach + 1) for at, n in zip(seed_xyz, image.grid.size, strict=True)]
    (x, y, z), (nx, ny, nz) = first, [b - a for a, b in zip(first, end, strict=True)]
    return region_in_box(image, Block((x, y, z), (nx, ny, nz)), flat=True)


def _grown(region: Region, seed_xyz: tuple[int, int, int], tolerance: float, connectivity: Connectivity) -> Mask:
    x, y, z = (at - start for at, start in zip(seed_xyz, region.block.start, strict=True))
    alike = np.abs(region.values - region.values[z, y, x]) <= tolerance
    components, _ = label_components(alike, connectivity)
    grown: Mask = components == components[z, y, x]
    return grown


def _leaves(region: Region, grown: Mask) -> bool:
    """Return whether the region may go on beyond a side of the block that is not the image's."""
    for axis, (at, size) in enumerate(zip(region.block.slices, region.image.array.shape, strict=True)):
        if (at.start > 0 and grown.take(0, axis).any()) or (at.stop < size and grown.take(-1, axis).any()):
            return True
    return False


def _placed(grown: Mask, region: Region) -> Mask:
    whole = np.zeros(region.image.array.shape, bool)
    whole[region.block.slices] = grown
    return whole
