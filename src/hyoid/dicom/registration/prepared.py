"""A CT made ready for registration: the body alone, on an even grid along the world's axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging import body_mask, resample
from hyoid.imaging.itk import from_sitk, to_sitk

AIR_HU = -1000.0
"""What stands outside the body: tables, masks and head rests differ between the two CTs, the patient does not."""

BONE_HU = 250.0
"""Bone of 3 mm voxels: above contrast-filled vessels (200 HU), below the thin bone of the face (300 HU)."""

LEAST_BODY_ML = 300.0
"""A CT with less of a body in view cannot be told apart from a table, a phantom or noise."""

_MARGIN_VOXELS = 2


@dataclass(frozen=True, slots=True, eq=False)
class PreparedCt:
    """A CT made ready for registration.

    Parameters
    ----------
    hu
        float32 HU (z, y, x), `AIR_HU` outside the body, on an even grid along the world's axes, cut to the body.
    body, bone, field
        Of the same shape: the patient, his bone, and where the CT has values at all.
    """

    hu: Volume
    body: NDArray[np.bool_]
    bone: NDArray[np.bool_]
    field: NDArray[np.bool_]

    @property
    def grid(self) -> Grid:
        """Grid of all four arrays."""
        return self.hu.grid

    @property
    def body_ml(self) -> float:
        """Volume of the body in view, mL."""
        return float(np.count_nonzero(self.body)) * self.grid.voxel_volume_mm3 / 1000.0

    @property
    def centre(self) -> NDArray[np.float64]:
        """Centroid (x, y, z) of the body in LPS mm."""
        return self.grid.to_world(np.asarray(ndimage.center_of_mass(self.body))[::-1])

    def coarser(self, spacing_mm: float) -> PreparedCt:
        """Return the same on a coarser grid, each voxel the mean of those that it covers."""
        factor = max(1, round(spacing_mm / min(self.grid.spacing)))
        if factor == 1:
            return self
        hu = _shrunk(self.hu, (factor,) * 3)
        body, bone, field = (
            _shrunk(self.hu.with_array(mask.astype(np.float32)), (factor,) * 3).array >= 0.5
            for mask in (self.body, self.bone, self.field)
        )
        return PreparedCt(hu, body, bone, field)


def prepare(ct: Volume, spacing_mm: float) -> PreparedCt | None:
    """Return a CT (HU) made ready at a spacing, None where no body is in view."""
    factors = tuple(max(1, int(spacing_mm / s)) for s in ct.grid.spacing)
    smooth = _shrunk(ct.with_array(np.maximum(ct.array, AIR_HU).astype(np.float32)), factors)
    grid = Box.of_grid(smooth.grid).grid((spacing_mm,) * 3)
    hu = resample(smooth, grid, outside=AIR_HU, lower=AIR_HU)
    field = resample(smooth.with_array(np.ones(smooth.grid.shape, np.uint8)), grid, "nearest").array > 0
    body = body_mask(hu) & field
    if np.count_nonzero(body) * grid.voxel_volume_mm3 < LEAST_BODY_ML * 1000:
        return None
    return _cut(Volume(np.where(body, hu.array, np.float32(AIR_HU)), grid), body, field)


def _cut(hu: Volume, body: NDArray[np.bool_], field: NDArray[np.bool_]) -> PreparedCt:
    """Cut everything to the body's bounding box and a margin, but not beyond the image."""
    block = ndimage.find_objects(body.astype(np.uint8))[0]
    low = [max(0, at.start - _MARGIN_VOXELS) for at in block]
    high = [min(n, at.stop + _MARGIN_VOXELS) for at, n in zip(block, body.shape, strict=True)]
    cut = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    z, y, x = (b - a for a, b in zip(low, high, strict=True))
    grid = hu.grid.cropped((low[2], low[1], low[0]), (x, y, z))
    array = np.ascontiguousarray(hu.array[cut])
    return PreparedCt(Volume(array, grid), body[cut].copy(), body[cut] & (array > BONE_HU), field[cut].copy())


def _shrunk(volume: Volume, factors: tuple[int, ...]) -> Volume:
    """Return block means; a factor never exceeds the number of voxels along its axis."""
    allowed = [min(f, n) for f, n in zip(factors, volume.grid.size, strict=True)]
    return from_sitk(sitk.BinShrink(to_sitk(volume), allowed))
