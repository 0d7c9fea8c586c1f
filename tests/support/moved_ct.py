"""Synthetic CTs moved by known transforms."""

from __future__ import annotations

import functools

import numpy as np
import SimpleITK as sitk

from hyoid.geometry import Grid, Volume
from hyoid.imaging.itk import from_sitk, to_sitk
from hyoid.phantom import make_patient

NECK_AND_HEAD_MM = 260.0


@functools.cache
def head_ct(index: int = 0) -> Volume:
    """Return the CT (HU) of a phantom's head and neck, cut to the body's neighbourhood in plane."""
    return lower_end(make_patient(7, index, "tiny").ct, NECK_AND_HEAD_MM)


def lower_end(ct: Volume, keep_mm: float, drop_mm: float = 0.0) -> Volume:
    """Return the uppermost `keep_mm` of a CT, after leaving out `drop_mm` from the top."""
    z, y, x = ct.array.shape
    step = ct.grid.spacing[2]
    last = z - round(drop_mm / step)
    first = max(0, last - round(keep_mm / step))
    grid = ct.grid.cropped((0, 0, first), (x, y, last - first))
    return Volume(ct.array[first:last].astype(np.float32), grid)


def rigid(ct: Volume, degrees: tuple[float, float, float], shift: tuple[float, float, float]) -> sitk.Euler3DTransform:
    """Return a turn about the middle of a CT, followed by a shift (mm)."""
    transform = sitk.Euler3DTransform()
    transform.SetCenter(ct.grid.centre.tolist())
    transform.SetRotation(*np.deg2rad(degrees).tolist())
    transform.SetTranslation(shift)
    return transform


def seen_through(
    ct: Volume, transform: sitk.Transform, spacing: tuple[float, float, float], noise: float = 0.0
) -> Volume:
    """Return the CT that shows at x what `ct` shows at transform(x), on a grid that holds it, with noise (HU)."""
    back = np.asarray(transform.GetInverse().TransformPoint(ct.grid.centre.tolist()))
    size = np.ceil(np.asarray(ct.grid.extent_mm) / spacing).astype(int)
    origin = back - (size - 1) / 2 * np.asarray(spacing)
    grid = Grid(tuple(size.tolist()), spacing, tuple(origin.tolist()))
    return on_grid(ct, transform, grid, noise)


def on_grid(ct: Volume, transform: sitk.Transform, grid: Grid, noise: float = 0.0) -> Volume:
    """Return the CT that shows at x what `ct` shows at transform(x), on a grid, with noise (HU)."""
    image = sitk.Resample(
        to_sitk(ct), grid.size, transform, sitk.sitkLinear, grid.origin, grid.spacing, grid.direction, -1024.0,
        sitk.sitkFloat32,
    )  # fmt: skip
    volume = from_sitk(image)
    random = np.random.default_rng(5).normal(0, noise, volume.array.shape).astype(np.float32)
    return volume.with_array(volume.array + random)


def body_points(ct: Volume, count: int = 60) -> np.ndarray:
    """Return places (count, 3) in the body, LPS mm."""
    index = np.argwhere(ct.array > -200)
    chosen = np.random.default_rng(1).choice(len(index), count, replace=False)
    return ct.grid.to_world(index[chosen][:, ::-1])


def miss_mm(found: sitk.Transform, true: sitk.Transform, points: np.ndarray) -> np.ndarray:
    """Return how far apart two transforms put each point, mm."""
    pairs = [(found.TransformPoint(p), true.TransformPoint(p)) for p in points.tolist()]
    return np.array([np.linalg.norm(np.subtract(a, b)) for a, b in pairs])
