"""Region growing in three dimensions from a voxel that a person points at."""

from __future__ import annotations

import math

import numpy as np

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.components import Connectivity, label_components
from hyoid.imaging.contouring.contour import Contour
from hyoid.imaging.contouring.region import region_in_box


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
        Where to look, in voxels of the image's grid; None for the whole image.
    connectivity
        Which neighbours are connected: 6, 18 or 26.

    Raises
    ------
    ImageError
        If the box cannot be used (see `region_in_box`), the seed lies outside it, or the tolerance is negative.

    Notes
    -----
    The reference stays the seed's own value (Adams & Bischof, IEEE Trans Pattern Anal Mach Intell 1994;16:641-647,
    compare with the growing region's mean), so that the result does not depend on the order in which voxels join.
    """
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise ImageError.of(f"a tolerance of {tolerance}", "0 or more", "Give it in the image's unit.")
    region = region_in_box(image, box or Block((0, 0, 0), image.grid.size))
    x, y, z = (at - start for at, start in zip(seed_xyz, region.block.start, strict=True))
    if not all(0 <= at < n for at, n in zip((z, y, x), region.values.shape, strict=True)):
        raise ImageError.of(f"the seed at voxel {tuple(seed_xyz)}", "a voxel within the box", "Point into the box.")
    alike = np.abs(region.values - region.values[z, y, x]) <= tolerance
    components, _ = label_components(alike, connectivity)
    return region.contour(components == components[z, y, x])
