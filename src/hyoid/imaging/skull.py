"""Bone around a blob: what tells a brain from everything else that is warm."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from hyoid.geometry import Volume
from hyoid.imaging.brain_site import Site

BONE_HU = 200.0
"""Skull has 500-1500 HU; sampled between voxels of 5 mm slices its thinnest parts still have 250."""

SHELL_MM = (-20.0, 30.0)
"""Where along a ray the bone is looked for, from the blob's surface: the PET's edge is blurred, and moved a little."""

LEAST_SHELL = 0.6
"""Least part of the rays that meet bone: 0.9 and more for a brain (orbits and foramen magnum are gaps), 0.2-0.5 for a
bladder within the pelvis, 0.3 for a heart or liver within the ribs."""

LEAST_KNOWN = 0.5
"""Least part of the rays that must lie in the CT for it to have a say."""

_RAYS = 240
_REACH_MM = 150.0
_STEP_MM = 1.5


def skull_around(site: Site, ct: Volume) -> bool:
    """Whether bone surrounds the site in the CT; True where the CT does not cover enough of it to tell."""
    radii = np.arange(0.0, _REACH_MM, _STEP_MM)
    points = np.asarray(site.centre_mm) + radii[None, :, None] * _directions()[:, None, :]
    index = np.rint(site.grid.to_index(points)).astype(np.int64)
    valid = np.all((index >= 0) & (index < np.asarray(site.grid.size)), axis=-1)
    x, y, z = np.moveaxis(np.where(valid[..., None], index, 0), -1, 0)
    inside = valid & site.blob[z, y, x]
    surface = np.where(inside, radii, 0.0).max(axis=1)
    from_surface = radii[None, :] - surface[:, None]
    place = ct.grid.to_index(points)
    known = np.all((place >= -0.5) & (place <= np.asarray(ct.grid.size) - 0.5), axis=-1)
    known &= (from_surface >= SHELL_MM[0]) & (from_surface <= SHELL_MM[1])
    hu = np.full(known.shape, -1024.0)
    hu[known] = ndimage.map_coordinates(ct.array, place[known][:, ::-1].T, order=1, mode="nearest", output=np.float64)
    rays_known = known.any(axis=1)
    if rays_known.mean() < LEAST_KNOWN:
        return True
    meets_bone = np.asarray(np.any(hu > BONE_HU, axis=1))
    return bool(meets_bone[rays_known].mean() >= LEAST_SHELL)


def _directions() -> np.ndarray:
    """Return unit vectors (n, 3) spread evenly over the sphere (Fibonacci lattice)."""
    i = np.arange(_RAYS) + 0.5
    polar, azimuth = np.arccos(1 - 2 * i / _RAYS), np.pi * (1 + 5**0.5) * i
    return np.stack([np.cos(azimuth) * np.sin(polar), np.sin(azimuth) * np.sin(polar), np.cos(polar)], axis=1)
