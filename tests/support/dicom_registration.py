"""Spatial registration objects (REG) written for tests with pydicom alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    DeformableSpatialRegistrationStorage,
    ExplicitVRLittleEndian,
    SpatialRegistrationStorage,
    generate_uid,
)


def reg(registered: str, matrices: dict[str, Sequence[tuple[str, np.ndarray]]], **elements: Any) -> FileDataset:
    """Return a Spatial Registration object: for each frame, the types and 4x4 matrices to the registered frame."""
    dataset = _base(SpatialRegistrationStorage, registered)
    dataset.RegistrationSequence = []
    for frame, sequence in matrices.items():
        item = Dataset()
        item.FrameOfReferenceUID = frame
        item.MatrixRegistrationSequence = [matrix_registration(sequence)]
        dataset.RegistrationSequence.append(item)
    return _with(dataset, elements)


def deformable_reg(
    registered: str,
    source: str,
    vectors: np.ndarray | None,
    *,
    origin: Sequence[float] = (0, 0, 0),
    spacing: Sequence[float] = (1, 1, 1),
    orientation: Sequence[float] = (1, 0, 0, 0, 1, 0),
    before: np.ndarray | None = None,
    after: np.ndarray | None = None,
    transfer_syntax: str = ExplicitVRLittleEndian,
    **elements: Any,
) -> FileDataset:
    """Return a Deformable Spatial Registration object of vectors (z, y, x, 3) in mm."""
    dataset = _base(DeformableSpatialRegistrationStorage, registered, transfer_syntax)
    item = Dataset()
    item.SourceFrameOfReferenceUID = source
    if before is not None:
        item.PreDeformationMatrixRegistrationSequence = [matrix_registration([("AFFINE", before)])]
    if after is not None:
        item.PostDeformationMatrixRegistrationSequence = [matrix_registration([("AFFINE", after)])]
    if vectors is not None:
        grid = Dataset()
        grid.ImagePositionPatient, grid.ImageOrientationPatient = list(origin), list(orientation)
        grid.GridDimensions = [int(n) for n in vectors.shape[2::-1]]
        grid.GridResolution = [float(v) for v in spacing]
        order = "<f4" if UID(transfer_syntax).is_little_endian else ">f4"
        grid.VectorGridData = np.ascontiguousarray(vectors, order).tobytes()
        item.DeformableRegistrationGridSequence = [grid]
    dataset.DeformableRegistrationSequence = [item]
    return _with(dataset, elements)


def matrix_registration(sequence: Sequence[tuple[str, np.ndarray]]) -> Dataset:
    """Return an item with a Matrix Sequence."""
    registration = Dataset()
    registration.MatrixSequence = []
    for kind, matrix in sequence:
        item = Dataset()
        item.FrameOfReferenceTransformationMatrixType = kind
        item.FrameOfReferenceTransformationMatrix = [f"{v:.10g}"[:16] for v in np.ravel(matrix)]
        registration.MatrixSequence.append(item)
    return registration


def _base(sop_class: str, registered: str, transfer_syntax: str = ExplicitVRLittleEndian) -> FileDataset:
    syntax = UID(transfer_syntax)
    encoding = {"is_implicit_VR": syntax.is_implicit_VR, "is_little_endian": syntax.is_little_endian}
    dataset = FileDataset("", {}, preamble=b"\0" * 128, **encoding)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, generate_uid(None)
    dataset.Modality, dataset.PatientID, dataset.FrameOfReferenceUID = "REG", "P1", registered
    return dataset


def _with(dataset: FileDataset, elements: dict[str, Any]) -> FileDataset:
    for keyword, value in elements.items():
        if value is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    return dataset
