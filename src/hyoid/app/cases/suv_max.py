"""SUVmax of a lesion from the PET's own voxels, as readers and semi-automatic contours measure it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hyoid.geometry import Volume


def native_suv_max(lesion: Volume, pet: Volume) -> float:
    """Return the greatest SUV of the PET's own voxels whose centers lie in a lesion.

    `hyoid features` interpolates the PET on the label map's grid, which lowers the maximum of a small lesion. Here no
    value is interpolated. A lesion that holds the center of no PET voxel takes the greatest of the PET voxels that its
    own voxels' centers lie in.

    Parameters
    ----------
    lesion
        Any label map; voxels that are not 0 are the lesion.
    pet
        PET in SUV on any grid.

    Returns
    -------
    float
        NaN where the PET does not reach the lesion.
    """
    values = _held_by(lesion, pet)
    if not len(values):
        index = np.argwhere(lesion.array)[:, ::-1]
        values = _at(pet, lesion.grid.to_world(index))
    return float(values.max()) if len(values) else math.nan


def _held_by(lesion: Volume, pet: Volume) -> NDArray[np.float64]:
    """Return the finite values of the PET's voxels whose centers lie in the lesion, slice by slice to save memory."""
    corners = pet.grid.to_index(lesion.grid.corners())
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, pet.grid.size)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 1, 0, pet.grid.size)
    y, x = (axis.ravel() for axis in np.mgrid[low[1] : high[1], low[0] : high[0]])
    found = [np.empty(0)]
    for z in range(low[2], high[2]):
        index = np.stack([x, y, np.full_like(x, z)], axis=-1)
        held = _at(lesion, pet.grid.to_world(index), outside=0.0) > 0
        found.append(pet.array[z, y[held], x[held]].astype(np.float64))
    values = np.concatenate(found)
    held_values: NDArray[np.float64] = values[np.isfinite(values)]
    return held_values


def _at(image: Volume, world_mm: NDArray[np.float64], outside: float | None = None) -> NDArray[np.float64]:
    """Return the values of the voxels that points lie in; without a value for `outside`, only the finite ones there."""
    index = np.floor(image.grid.to_index(world_mm) + 0.5).astype(int)
    there = ((index >= 0) & (index < image.grid.size)).all(axis=-1)
    x, y, z = index[there].T
    values = image.array[z, y, x].astype(np.float64)
    if outside is None:
        finite: NDArray[np.float64] = values[np.isfinite(values)]
        return finite
    found = np.full(len(index), outside)
    found[there] = values
    return found
