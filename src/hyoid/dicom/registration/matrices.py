"""Homogeneous matrices of spatial registration objects."""

from __future__ import annotations

import functools

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from hyoid.dicom.checked_values import items_of, named, numbers_of, text_of
from hyoid.errors import DicomError

MATRIX_TOLERANCE = 1e-3
"""How far a RIGID matrix may lie from a rotation, per element: matrices are written as decimal strings."""

LEAST_DETERMINANT = 0.1
"""A smaller determinant squeezes the patient tenfold, and a negative one mirrors him: neither is a registration."""

Matrix = NDArray[np.float64]
"""4x4, from homogeneous coordinates (x, y, z, 1) in LPS mm to others."""


def matrix_of(registration: Dataset) -> Matrix:
    """Return the product of all matrices of a matrix registration: the first item stands leftmost, and acts last.

    Parameters
    ----------
    registration
        An item with a Matrix Sequence (0070,030A).

    Raises
    ------
    DicomError
        If there is none, or one is not what its type (RIGID, RIGID_SCALE, AFFINE) says.

    References
    ----------
    DICOM PS3.3 C.20.2.1.1 ("the item order corresponds to matrix multiplication order") and C.20.2.1.2.
    """
    items = items_of(registration, "MatrixSequence")
    if not items:
        raise DicomError.of(f"no item in {named('MatrixSequence')}", "one matrix or more", "Export it again.")
    return functools.reduce(np.matmul, [_matrix(item) for item in items])


def single_matrix(parent: Dataset, keyword: str) -> Matrix:
    """Return the matrix of the one item of a sequence, the identity where the sequence is absent or empty."""
    items = items_of(parent, keyword)
    if len(items) > 1:
        raise DicomError.of(f"{len(items)} items in {named(keyword)}", "one", "Export the registration again.")
    return matrix_of(items[0]) if items else np.eye(4)


def inverse_of(matrix: Matrix) -> Matrix:
    """Return the inverse of a homogeneous matrix."""
    return np.asarray(np.linalg.inv(matrix), np.float64)


def affine_transform(matrix: Matrix) -> sitk.AffineTransform:
    """Return the transform of points (x, y, z) in LPS mm that a homogeneous matrix describes."""
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(matrix[:3, :3].ravel().tolist())
    transform.SetTranslation(matrix[:3, 3].tolist())
    return transform


def _matrix(item: Dataset) -> Matrix:
    matrix = np.asarray(numbers_of(item, "FrameOfReferenceTransformationMatrix", 16)).reshape(4, 4)
    kind = text_of(item, "FrameOfReferenceTransformationMatrixType").upper()
    name = named("FrameOfReferenceTransformationMatrix")
    if np.abs(matrix[3] - [0, 0, 0, 1]).max() > MATRIX_TOLERANCE:
        raise DicomError.of(
            f"{name} with the last row {matrix[3].tolist()}",
            "0, 0, 0, 1 (row-major order)",
            "It may be stored by columns: export the registration again.",
        )
    turn = matrix[:3, :3]
    determinant = float(np.linalg.det(turn))
    if not LEAST_DETERMINANT <= determinant <= 1 / LEAST_DETERMINANT:
        raise DicomError.of(
            f"{name} of determinant {determinant:.4g}",
            f"{LEAST_DETERMINANT:g} to {1 / LEAST_DETERMINANT:g}",
            "It would mirror or crush the patient: export the registration again.",
        )
    if not _is_of(kind, turn):
        raise DicomError.of(
            f"{name} of type '{kind}' with rows {np.round(turn, 4).tolist()}",
            "a rotation (RIGID), a rotation with scales (RIGID_SCALE) or any (AFFINE)",
            "The registration is damaged: export it again.",
        )
    return matrix


def _is_of(kind: str, turn: NDArray[np.float64]) -> bool:
    """Whether a 3x3 matrix is of a type; for RIGID_SCALE the scales may be applied before or after the rotation."""
    if kind == "RIGID":
        return bool(np.abs(turn @ turn.T - np.eye(3)).max() <= MATRIX_TOLERANCE)
    if kind == "RIGID_SCALE":
        products = (turn @ turn.T, turn.T @ turn)
        return any(np.abs(product - np.diag(np.diag(product))).max() <= MATRIX_TOLERANCE for product in products)
    return kind == "AFFINE"
