"""The brain in a CT: soft tissue that bone encloses, slice by slice."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from hyoid.geometry import Box, Volume
from hyoid.imaging.body import BODY_HU
from hyoid.imaging.brain_site import Site, assess
from hyoid.imaging.components import fill_holes, largest_component
from hyoid.imaging.resampling import resample

COARSE_MM = 4.0
"""Voxel size for the search: finer than the skull is thick where it is cut obliquely."""

BONE_HU = 200.0
"""Skull has 500-1500 HU, at 4 mm and its thinnest 250."""

BRAIN_HU = (-30.0, 120.0)
"""Ventricles 0, brain 30, contrast 60, with the noise of a low-dose CT."""

OPENING_VOXELS = 2
"""Iterations of the opening: 8 mm, parts the brain from what a leaking slice adds."""


def brain_in_ct(ct: Volume) -> Site | None:
    """Return the largest body of soft tissue that bone encloses in axial slices, where it passes as a brain."""
    grid = Box.of_grid(ct.grid).grid((COARSE_MM,) * 3)
    hu = resample(ct, grid, outside=-1024.0, lower=-1024.0).array
    enclosed = np.zeros(hu.shape, bool)
    for plane, bone in zip(enclosed, hu > BONE_HU, strict=True):
        if bone.any():
            closed = ndimage.binary_closing(bone)
            plane[:] = fill_holes(closed) & ~bone
    enclosed &= (hu > BRAIN_HU[0]) & (hu < BRAIN_HU[1])
    cross = ndimage.generate_binary_structure(3, 1)
    eroded = ndimage.binary_erosion(enclosed, cross, OPENING_VOXELS, border_value=1)
    brain = largest_component(eroded, connectivity=6)
    if not brain.any():
        return None
    brain = ndimage.binary_dilation(brain, cross, OPENING_VOXELS, mask=enclosed)
    return assess(fill_holes(brain), hu > BODY_HU, grid)
