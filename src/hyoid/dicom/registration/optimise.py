"""Registration by mutual information, from coarse to fine: rigid, then by a B-spline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.dicom.registration.prepared import PreparedCt
from hyoid.dicom.registration.search import VALUE_RANGE_HU
from hyoid.geometry import Volume
from hyoid.imaging.itk import to_sitk

BINS = 40
"""Bins of the joint histogram (Mattes et al., IEEE Trans Med Imaging 22:120, 2003)."""

BONE_MARGIN_MM = 9.0
"""Around bone that the last rigid stage looks at: bone is what is rigid in a head and a neck."""

BODY_MARGIN_MM = 6.0
"""Around the body that the other stages look at, so that the skin counts."""

RIGID_STEPS = 200
DEFORMABLE_STEPS = 60

_FIRST_STEP_MM = 4.0
_LAST_STEP_MM = 0.002
_RELAXATION = 0.85
"""Steps shorten slowly: halved at every turn of the gradient, they end in the ravine between turning and shifting."""

_LEAST_GRADIENT = 1e-6
_LEAST_SAMPLES = 2000


def refine_rigid(
    fixed: PreparedCt, moving: PreparedCt, start: sitk.Euler3DTransform, samples: int, seed: int, *, bone: bool
) -> sitk.Euler3DTransform:
    """Return the rigid transform of greatest mutual information near `start`.

    Parameters
    ----------
    fixed, moving
        The CTs, at the resolution to work at.
    start
        From points of the fixed CT to the moving one's.
    samples
        Number of voxels at which mutual information is sampled.
    seed
        Of the choice of voxels.
    bone
        Whether to look only near bone, of which there must be some; else at the body.
    """
    mask = _near(fixed, fixed.bone, BONE_MARGIN_MM) if bone else _near(fixed, fixed.body, BODY_MARGIN_MM)
    mask &= _in_field(fixed, moving, start)
    method = _method(fixed, mask, samples, seed)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=_FIRST_STEP_MM,
        minStep=_LAST_STEP_MM,
        numberOfIterations=RIGID_STEPS,
        relaxationFactor=_RELAXATION,
        gradientMagnitudeTolerance=_LEAST_GRADIENT,
    )
    method.SetOptimizerScalesFromPhysicalShift()
    transform = sitk.Euler3DTransform(start)
    _recentre(transform, fixed, mask)
    method.SetInitialTransform(transform, inPlace=True)
    with _one_thread():
        method.Execute(*_images(fixed, moving))
    return transform


def refine_bspline(
    fixed: PreparedCt,
    moving: PreparedCt,
    rigid: sitk.Transform,
    mesh_mm: float,
    samples: int,
    seed: int,
) -> sitk.BSplineTransform:
    """Return the deformation (B-spline of control points about `mesh_mm` apart) that acts before `rigid`.

    A first pass uses half as many control points along each axis.
    """
    mask = _near(fixed, fixed.body, BODY_MARGIN_MM) & _in_field(fixed, moving, rigid)
    image, other = _images(fixed, moving)
    coarse = [max(1, round(extent / (2 * mesh_mm))) for extent in fixed.grid.extent_mm]
    spline = sitk.BSplineTransformInitializer(image, coarse, 3)
    method = _method(fixed, mask, samples, seed)
    method.SetMovingInitialTransform(rigid)
    method.SetInitialTransformAsBSpline(spline, inPlace=True, scaleFactors=[1, 2])
    method.SetShrinkFactorsPerLevel([2, 1])
    method.SetSmoothingSigmasPerLevel([2.0 * fixed.grid.spacing[0], 0.0])
    # Stopping early is what keeps the deformation smooth: mutual information of a sample goes on rising by fitting
    # noise while the miss of known deformations grows (0.9 mm so, 1.1 to 1.7 mm with tolerances of 1e-5 and 1e-6).
    method.SetOptimizerAsLBFGS2(
        solutionAccuracy=1e-3, numberOfIterations=DEFORMABLE_STEPS, deltaConvergenceTolerance=1e-4
    )
    with _one_thread():
        method.Execute(image, other)
    return spline


def _method(fixed: PreparedCt, mask: NDArray[np.bool_], samples: int, seed: int) -> sitk.ImageRegistrationMethod:
    """Return a registration by mutual information within a mask of the fixed CT."""
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(BINS)
    method.SetMetricFixedMask(to_sitk(Volume(mask.astype(np.uint8), fixed.grid)))
    share = max(samples, _LEAST_SAMPLES) / max(1, int(np.count_nonzero(mask)))
    if share < 1:
        method.SetMetricSamplingStrategy(method.RANDOM)
        method.SetMetricSamplingPercentage(share, seed + 1)  # a seed of 0 stands for the clock
    method.SetInterpolator(sitk.sitkLinear)
    return method


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let ITK work in one thread, so that sums are made in one order and the result repeats.

    The metric takes its number of threads from the global default alone, not from the registration that it belongs to.
    """
    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)


def _images(fixed: PreparedCt, moving: PreparedCt) -> tuple[sitk.Image, sitk.Image]:
    low, high = VALUE_RANGE_HU
    one, other = (to_sitk(ct.hu.with_array(np.clip(ct.hu.array, low, high))) for ct in (fixed, moving))
    return one, other


def _near(ct: PreparedCt, mask: NDArray[np.bool_], margin_mm: float) -> NDArray[np.bool_]:
    steps = max(1, round(margin_mm / ct.grid.spacing[0]))
    grown: NDArray[np.bool_] = ndimage.binary_dilation(mask, iterations=steps)
    return grown & ct.field


def _in_field(fixed: PreparedCt, moving: PreparedCt, transform: sitk.Transform) -> NDArray[np.bool_]:
    """Return the fixed voxels that a transform takes into the moving CT's field of view."""
    grid = fixed.grid
    image = sitk.Resample(
        to_sitk(moving.hu.with_array(moving.field.astype(np.uint8))), grid.size, transform, sitk.sitkNearestNeighbor,
        grid.origin, grid.spacing, grid.direction, 0, sitk.sitkUInt8,
    )  # fmt: skip
    inside: NDArray[np.bool_] = sitk.GetArrayFromImage(image) > 0
    return inside


def _recentre(transform: sitk.Euler3DTransform, fixed: PreparedCt, mask: NDArray[np.bool_]) -> None:
    """Turn about the middle of what is looked at, so that turning and shifting are told apart; the map stays."""
    if not mask.any():
        return
    centre = fixed.grid.to_world(np.asarray(ndimage.center_of_mass(mask))[::-1])
    goal = np.asarray(transform.TransformPoint(centre.tolist()))
    transform.SetCenter(centre.tolist())
    transform.SetTranslation((goal - centre).tolist())
