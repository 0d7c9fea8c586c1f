"""The brain in a PET: a warm blob at the end of the body."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.geometry import Box, Volume
from hyoid.imaging.brain_site import CUT_VOLUME_ML, VOLUME_ML, Site, assess
from hyoid.imaging.components import content_block, fill_holes
from hyoid.imaging.morphology import dilate, erode
from hyoid.imaging.resampling import resample
from hyoid.imaging.skull import skull_around

COARSE_MM = 5.0
"""Voxel size for the search: a brain still has 10 000 voxels, and a whole-body scan takes a fraction of a second."""

WARM_PART = 0.02
"""What counts as body for the reference level, as part of the 99.5th percentile: hotter than air, whose noise stays
below a hundredth of brain or liver."""

BODY_LEVELS = 0.3
"""Least uptake of the body, in reference levels: lung has 0.4, scatter outside the body less than 0.2."""

BRAIN_LEVELS = (2.0, 2.5, 3.0, 4.0, 5.0, 6.5)
"""Thresholds, in reference levels (about 0.8 SUV), at which blobs are looked for: a low one keeps a weak brain whole
(diabetes, SUV 3), a high one parts a strong brain (SUV 12) from tumour and glands at the skull base."""

OPENING_VOXELS = 2
"""Iterations of the opening: 10 mm, cuts the bridges of optic nerves and skull base between brain and face."""


def brain_in_pet(pet: Volume, ct: Volume | None) -> Site | None:
    """Return the most brain-like warm blob of a PET, or None; where the CT covers it, a skull must surround it."""
    grid = Box.of_grid(pet.grid).grid((COARSE_MM,) * 3)
    uptake = ndimage.gaussian_filter(resample(pet, grid).array, 1.0, mode="nearest")
    high = float(np.percentile(uptake, 99.5))
    if high <= 0:
        return None
    level = float(np.median(uptake[uptake > WARM_PART * high]))
    body = uptake > BODY_LEVELS * level
    sites = []
    for threshold in BRAIN_LEVELS:
        for blob in _blobs(uptake > threshold * level, grid.voxel_volume_mm3):
            site = assess(blob, body, grid)
            if site is not None and (ct is None or skull_around(site, ct)):
                sites.append(site)
    return max(sites, key=lambda site: site.score, default=None)


def _blobs(warm: NDArray[np.bool_], voxel_volume_mm3: float) -> list[NDArray[np.bool_]]:
    """Return the components of brain-like volume after opening, holes (ventricles, white matter) filled."""
    cross = ndimage.generate_binary_structure(3, 1)
    # Above a high threshold little is left: only there, and as far around it as the opening reaches.
    part = tuple(slice(max(0, axis.start - OPENING_VOXELS), axis.stop + OPENING_VOXELS) for axis in content_block(warm))
    whole, warm = warm, warm[part]
    # Beyond the field the warm region goes on, so that a brain at its end is not worn away.
    opened = erode(warm, ndimage.iterate_structure(cross, OPENING_VOXELS), outside=True)
    for _ in range(OPENING_VOXELS):
        opened = dilate(opened, cross) & warm
    components, count = ndimage.label(opened)
    volumes_ml = np.bincount(components.ravel(), minlength=count + 1) * voxel_volume_mm3 / 1000.0
    # Cortex alone, with a cold inside, may have half of the volume that it has when filled.
    likely = (volumes_ml >= CUT_VOLUME_ML / 2) & (volumes_ml <= VOLUME_ML[1])
    blobs = []
    for label in 1 + np.flatnonzero(likely[1:]):
        own = components == label
        slices = content_block(own)
        own[slices] = fill_holes(own[slices])
        blob = np.zeros_like(whole)
        blob[part] = own
        blobs.append(blob)
    return blobs
