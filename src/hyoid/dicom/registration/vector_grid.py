"""Deformations of deformable spatial registration objects: a grid of vectors between two matrices."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from hyoid.dicom.checked_values import items_of, named, numbers_of, value_of
from hyoid.dicom.registration.matrices import Matrix, affine_transform, inverse_of, single_matrix
from hyoid.errors import DicomError

MOST_NODES = 2**26
"""More vectors than any deformation needs: 512 x 512 x 256."""

UNDEFINED_MM = 1e6
"""Displacement where the object says that the transformation is undefined: it leads out of any image."""

INVERSE_TOLERANCE_MM = 0.5
"""How far an inverted deformation may miss: half of the 1 mm at which images are compared."""

LEAST_INVERTED = 0.99
"""Least share of the grid's nodes at which the inverse must be that exact; a fold has none."""

_COSINE_TOLERANCE = 1e-3

_WIDER, _FEW_NODES = 27, 2**18
"""To be inverted, a grid is widened by its longest vector: up to three times an edge, or to few nodes. A damaged vector
would otherwise take all memory and hours."""


def deformation(item: Dataset, little_endian: bool = True) -> sitk.Transform:
    """Return the transform of one Deformable Registration item: from points of the registered frame to the source's.

    A point x goes to Post (Pre x + d(x)), with d interpolated linearly between the nodes of the vector grid. Beyond the
    grid, d is 0; where a vector is undefined (NaN), the point goes out of any image.

    Raises
    ------
    DicomError
        If matrices or grid are damaged, or contradict each other.

    References
    ----------
    DICOM PS3.3 C.20.3.1.1 to C.20.3.1.3.
    """
    before = single_matrix(item, "PreDeformationMatrixRegistrationSequence")
    after = single_matrix(item, "PostDeformationMatrixRegistrationSequence")
    affine = affine_transform(after @ before)
    field = _field(item, before, little_endian)
    # The transform that is added last acts first.
    return affine if field is None else sitk.CompositeTransform([affine, sitk.DisplacementFieldTransform(field)])


def inverse_deformation(item: Dataset, little_endian: bool = True) -> sitk.Transform:
    """Return the inverse of `deformation`: from points of the source frame to the registered frame's.

    Raises
    ------
    DicomError
        As `deformation`, or if the vectors have no inverse within `INVERSE_TOLERANCE_MM`, or are partly undefined.
    """
    before = single_matrix(item, "PreDeformationMatrixRegistrationSequence")
    after = single_matrix(item, "PostDeformationMatrixRegistrationSequence")
    affine = affine_transform(inverse_of(after @ before))
    field = _field(item, before, little_endian)
    if field is None:
        return affine
    vectors = sitk.GetArrayFromImage(field)
    if np.abs(vectors).max() >= UNDEFINED_MM:
        raise DicomError.of(
            "a deformation that is undefined in places", "one with an inverse", "Export the inverse registration."
        )
    # Beyond the grid the vectors go on as at its border, else those near it had no inverse.
    reach, size = np.abs(vectors).max() / np.asarray(field.GetSpacing()), np.asarray(field.GetSize())
    if np.prod(size + 2 * np.ceil(reach)) > min(MOST_NODES, max(_WIDER * np.prod(size), _FEW_NODES)):
        raise DicomError.of(
            f"vectors up to {np.abs(vectors).max():.4g} mm on a grid of {size.tolist()} nodes "
            f"{[float(f'{mm:.4g}') for mm in field.GetSpacing()]} mm apart",
            "vectors that lead no farther than a grid's width beside it, where an inverse is needed",
            "Export the inverse registration.",
        )
    margin = [int(n) for n in np.ceil(reach) + 2]
    wider = sitk.ZeroFluxNeumannPad(field, margin, margin)
    inverse = sitk.InvertDisplacementField(wider, maximumNumberOfIterations=100, enforceBoundaryCondition=False)
    backward = sitk.DisplacementFieldTransform(inverse)
    _check_inverse(sitk.DisplacementFieldTransform(field), backward, vectors.shape[:3])
    return sitk.CompositeTransform([backward, affine])


def _field(item: Dataset, before: Matrix, little_endian: bool) -> sitk.Image | None:
    """Return the displacements that act on a point before both matrices, None where the item has no grid.

    Post (Pre x + d) = Post Pre (x + P^-1 d), where P is the linear part of Pre.
    """
    grids = items_of(item, "DeformableRegistrationGridSequence")
    if not grids:
        return None
    grid = grids[0]
    size, spacing = numbers_of(grid, "GridDimensions", 3), numbers_of(grid, "GridResolution", 3)
    origin = numbers_of(grid, "ImagePositionPatient", 3)
    direction = _direction(grid)
    if min(size) < 2 or any(n != int(n) for n in size) or np.prod(size) > MOST_NODES or min(spacing) <= 0:
        raise DicomError.of(
            f"a vector grid of {size} nodes {spacing} mm apart",
            f"whole numbers from 2, together at most {MOST_NODES}, at positive distances",
            "The registration is damaged: export it again.",
        )
    x, y, z = (int(n) for n in size)
    vectors = _vectors(grid, (z, y, x), little_endian)
    undefined = ~np.isfinite(vectors).all(axis=-1)
    moved = vectors.astype(np.float64) @ inverse_of(before)[:3, :3].T
    moved[undefined] = UNDEFINED_MM
    field = sitk.GetImageFromArray(moved, isVector=True)
    field.SetSpacing(spacing)
    field.SetOrigin(origin)
    field.SetDirection(direction)
    return field


def _direction(grid: Dataset) -> list[float]:
    cosines = np.asarray(numbers_of(grid, "ImageOrientationPatient", 6)).reshape(2, 3)
    if np.abs(cosines @ cosines.T - np.eye(2)).max() > _COSINE_TOLERANCE:
        raise DicomError.of(
            f"{named('ImageOrientationPatient')} {cosines.ravel().tolist()} of a vector grid",
            "two perpendicular unit vectors",
            "The registration is damaged: export it again.",
        )
    row = cosines[0] / np.linalg.norm(cosines[0])
    column = cosines[1] - row * (row @ cosines[1])
    column /= np.linalg.norm(column)
    direction: list[float] = np.stack([row, column, np.cross(row, column)], axis=1).ravel().tolist()
    return direction


def _vectors(grid: Dataset, shape: tuple[int, int, int], little_endian: bool) -> NDArray[np.float32]:
    """Return the vectors (z, y, x, 3) in mm; x runs fastest."""
    data = value_of(grid, "VectorGridData")
    needed = 12 * int(np.prod(shape))
    if not isinstance(data, bytes | bytearray) or len(data) != needed:
        found = len(data) if isinstance(data, bytes | bytearray) else 0
        raise DicomError.of(
            f"{found} bytes in {named('VectorGridData')}",
            f"{needed}: three single-precision numbers a node",
            "The registration is truncated: copy or export it again.",
        )
    return np.frombuffer(data, "<f4" if little_endian else ">f4").reshape(*shape, 3).astype(np.float32)


def _check_inverse(forward: sitk.DisplacementFieldTransform, backward: sitk.Transform, shape: tuple[int, ...]) -> None:
    """Refuse an inverse that misses at more than a few of the nodes whose image lies within the grid."""
    field = forward.GetDisplacementField()
    steps = [max(1, n // 20) for n in shape]
    index = np.stack(np.meshgrid(*(np.arange(0, n, s) for n, s in zip(shape, steps, strict=True)), indexing="ij"), -1)
    missed = known = 0
    for z, y, x in index.reshape(-1, 3).tolist():
        point = field.TransformIndexToPhysicalPoint((x, y, z))
        there = forward.TransformPoint(point)
        at = field.TransformPhysicalPointToContinuousIndex(there)
        if all(0 <= i <= n - 1 for i, n in zip(at, reversed(shape), strict=True)):
            known += 1
            missed += bool(np.linalg.norm(np.subtract(backward.TransformPoint(there), point)) > INVERSE_TOLERANCE_MM)
    if not known or missed > (1 - LEAST_INVERTED) * known:
        raise DicomError.of(
            f"a deformation whose inverse misses by more than {INVERSE_TOLERANCE_MM:g} mm at {missed} of {known} nodes",
            f"at most {1 - LEAST_INVERTED:.0%}",
            "It folds or tears the patient: export the inverse registration.",
        )
