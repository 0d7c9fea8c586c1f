"""How well two CTs lie on one another, in numbers."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.dicom.registration.prepared import AIR_HU, BONE_HU, PreparedCt
from hyoid.dicom.registration.search import VALUE_RANGE_HU
from hyoid.imaging.itk import to_sitk

MUTUAL_INFORMATION_BINS = 32
"""Bins of each CT's values in the joint histogram."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a moving CT lies on a fixed one, measured at voxels that both fields of view hold.

    Parameters
    ----------
    overlap
        Share of the smaller body in view that lies in both fields, 0 to 1. All else is of that part.
    ncc
        Normalised cross-correlation of the values within either body, -1 to 1.
    mutual_information
        Mutual information of the values within either body, nats.
    body_dice, bone_dice
        Dice coefficients of the bodies and of their bones.
    bone_distance_mm, bone_distance_95_mm
        Mean, and 95th percentile, of the distance from the surface of either bone to the other's, mm.

    NaN where there is nothing to measure.
    """

    overlap: float
    ncc: float
    mutual_information: float
    body_dice: float
    bone_dice: float
    bone_distance_mm: float
    bone_distance_95_mm: float

    def to_dict(self) -> dict[str, float]:
        """Return the figures by name."""
        return asdict(self)


def measure(fixed: PreparedCt, moving: PreparedCt, transform: sitk.Transform) -> Figures:
    """Return the figures of a transform that takes points of the fixed CT to the moving one's."""
    values = _onto(fixed, moving, moving.hu.array, transform, math.nan)
    common = fixed.field & np.isfinite(values)
    common &= _onto(fixed, moving, moving.field.astype(np.float32), transform, 0.0) > 0.5
    values = np.where(common, values, np.float32(AIR_HU))
    body = (_onto(fixed, moving, moving.body.astype(np.float32), transform, 0.0) > 0.5) & common
    own_body = fixed.body & common
    common_ml = min(np.count_nonzero(own_body), np.count_nonzero(body)) * fixed.grid.voxel_volume_mm3 / 1000
    overlap = common_ml / min(fixed.body_ml, moving.body_ml)
    either = own_body | body
    ncc, information = _similarity(fixed.hu.array[either], values[either])
    bone, own_bone = body & (values > BONE_HU), fixed.bone & common
    mean, far = _surface_distance(own_bone, bone, fixed.grid.spacing[::-1])
    return Figures(
        overlap=min(1.0, float(overlap)),
        ncc=ncc,
        mutual_information=information,
        body_dice=_dice(own_body, body),
        bone_dice=_dice(own_bone, bone),
        bone_distance_mm=mean,
        bone_distance_95_mm=far,
    )


def _onto(
    fixed: PreparedCt, moving: PreparedCt, array: NDArray[np.float32], transform: sitk.Transform, outside: float
) -> NDArray[np.float32]:
    grid = fixed.grid
    image = sitk.Resample(
        to_sitk(moving.hu.with_array(array)), grid.size, transform, sitk.sitkLinear, grid.origin, grid.spacing,
        grid.direction, outside, sitk.sitkFloat32,
    )  # fmt: skip
    resampled: NDArray[np.float32] = sitk.GetArrayFromImage(image)
    return resampled


def _dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    total = np.count_nonzero(one) + np.count_nonzero(other)
    return float(2 * np.count_nonzero(one & other) / total) if total else math.nan


def _similarity(fixed: NDArray[np.float32], moving: NDArray[np.float32]) -> tuple[float, float]:
    """Return normalised cross-correlation and mutual information of paired values."""
    low, high = VALUE_RANGE_HU
    a, b = (np.clip(values, low, high).astype(np.float64) for values in (fixed, moving))
    if len(a) < 2 or a.std() == 0 or b.std() == 0:
        return math.nan, math.nan
    ncc = float(np.corrcoef(a, b)[0, 1])
    joint = np.histogram2d(a, b, bins=MUTUAL_INFORMATION_BINS, range=[VALUE_RANGE_HU, VALUE_RANGE_HU])[0] / len(a)
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    some = joint > 0
    return ncc, float((joint[some] * np.log(joint[some] / apart[some])).sum())


def _surface_distance(
    one: NDArray[np.bool_], other: NDArray[np.bool_], spacing: tuple[float, ...]
) -> tuple[float, float]:
    """Return mean and 95th percentile of the distances from either surface to the other, mm."""
    if not one.any() or not other.any():
        return math.nan, math.nan
    surfaces = [mask & ~ndimage.binary_erosion(mask) for mask in (one, other)]
    distances = [ndimage.distance_transform_edt(~surface, spacing) for surface in surfaces]
    found = np.concatenate([distances[1][surfaces[0]], distances[0][surfaces[1]]])
    return float(found.mean()), float(np.percentile(found, 95))
