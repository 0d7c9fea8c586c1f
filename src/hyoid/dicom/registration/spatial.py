"""DICOM spatial registration objects (REG): how points of one frame of reference lie in another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset
from pydicom.uid import DeformableSpatialRegistrationStorage, ExplicitVRBigEndian, SpatialRegistrationStorage

from hyoid.dicom.checked_values import items_of, named, read_dataset, text_of
from hyoid.dicom.registration.matrices import Matrix, affine_transform, inverse_of, matrix_of
from hyoid.dicom.registration.vector_grid import deformation, inverse_deformation
from hyoid.errors import DicomError

SAME_MATRIX = 1e-6
"""Matrices of two items of one frame that agree within this are the same."""


def registration_frames(source: Path | Dataset) -> tuple[str, ...]:
    """Return the UIDs of the frames of reference that a registration object connects, the registered one first."""
    dataset = _checked(source)
    registered = _registered(dataset)
    sequence, keyword = _items(dataset)
    named_frames = [text_of(item, keyword) for item in sequence]
    return tuple(dict.fromkeys([registered, *filter(None, named_frames)]))


def read_registration(source: Path | Dataset, from_frame: str, to_frame: str) -> sitk.Transform:
    """Return the transform that takes a point's coordinates in `from_frame` to its coordinates in `to_frame`.

    To carry an image that lies in `to_frame` onto a grid in `from_frame`, this is the transform that ITK's resampling
    and `carry_dose` take.

    Parameters
    ----------
    source
        A Spatial Registration or Deformable Spatial Registration object.
    from_frame, to_frame
        Frame of Reference UIDs.

    Returns
    -------
    SimpleITK.Transform
        Of points (x, y, z) in LPS mm. A deformable object is defined from its registered frame to its source; in the
        other direction its inverse is computed and checked.

    Raises
    ------
    DicomError
        If it is no registration, is damaged, does not connect both frames, or has no inverse where one is needed.

    References
    ----------
    DICOM PS3.3 C.20.2 (a matrix takes points of the source to the registered frame) and C.20.3 (a deformation takes
    points of the registered frame to the source).
    """
    dataset = _checked(source)
    frames = registration_frames(dataset)
    missing = [frame or "(empty)" for frame in (from_frame, to_frame) if frame not in frames]
    if missing:
        raise DicomError.of(
            f"a registration of the frames of reference {', '.join(frames)}",
            f"one that holds {' and '.join(missing)}",
            "Give the registration between the two images, or leave it out to have one computed.",
        )
    if from_frame == to_frame:
        return affine_transform(np.eye(4))
    if text_of(dataset, "SOPClassUID") == DeformableSpatialRegistrationStorage:
        return _deformable(dataset, from_frame, to_frame)
    registered = _registered(dataset)
    to_registered = _matrix_to_registered(dataset, from_frame, registered)
    from_registered = inverse_of(_matrix_to_registered(dataset, to_frame, registered))
    return affine_transform(from_registered @ to_registered)


def _checked(source: Path | Dataset) -> Dataset:
    dataset = source if isinstance(source, Dataset) else read_dataset(source)
    sop_class = text_of(dataset, "SOPClassUID")
    if sop_class not in {SpatialRegistrationStorage, DeformableSpatialRegistrationStorage}:
        raise DicomError.of(
            f"a DICOM object of SOP class {sop_class or 'unknown'} ({text_of(dataset, 'Modality') or 'no modality'})",
            "a spatial registration (REG)",
            "Give the exported registration object.",
        )
    return dataset


def _registered(dataset: Dataset) -> str:
    frame = text_of(dataset, "FrameOfReferenceUID")
    if not frame:
        raise DicomError.of(f"a registration without {named('FrameOfReferenceUID')}", "one", "Export it again.")
    return frame


def _items(dataset: Dataset) -> tuple[list[Dataset], str]:
    """Return the items of a registration, and the keyword of the frame of reference of each."""
    if text_of(dataset, "SOPClassUID") == DeformableSpatialRegistrationStorage:
        name, keyword = "DeformableRegistrationSequence", "SourceFrameOfReferenceUID"
    else:
        name, keyword = "RegistrationSequence", "FrameOfReferenceUID"
    items = items_of(dataset, name)
    if not items:
        raise DicomError.of(f"no item in {named(name)}", "a registration", "Export the object again.")
    return items, keyword


def _matrix_to_registered(dataset: Dataset, frame: str, registered: str) -> Matrix:
    """Return the matrix from a frame to the registered one; the identity for that itself where no item says more."""
    items, keyword = _items(dataset)
    found = []
    for item in items:
        if text_of(item, keyword) == frame:
            sequences = items_of(item, "MatrixRegistrationSequence")
            if len(sequences) != 1:
                raise DicomError.of(
                    f"{len(sequences)} items in {named('MatrixRegistrationSequence')}", "one", "Export it again."
                )
            found.append(matrix_of(sequences[0]))
    if not found and frame == registered:
        return np.eye(4)
    if any(np.abs(matrix - found[0]).max() > SAME_MATRIX for matrix in found):
        raise DicomError.of(
            f"{len(found)} different matrices for the frame of reference {frame}",
            "one",
            "They may be of single images: export a registration of the whole series.",
        )
    return found[0]


def _deformable(dataset: Dataset, from_frame: str, to_frame: str) -> sitk.Transform:
    """Return the way from one frame to the registered one, and on to the other."""
    registered = _registered(dataset)
    little_endian = _little_endian(dataset)
    steps: list[sitk.Transform] = []
    if from_frame != registered:
        steps.append(inverse_deformation(_item_of(dataset, from_frame), little_endian))
    if to_frame != registered:
        steps.append(deformation(_item_of(dataset, to_frame), little_endian))
    # The transform that is added last acts first.
    return steps[0] if len(steps) == 1 else sitk.CompositeTransform(steps[::-1])


def _item_of(dataset: Dataset, frame: str) -> Dataset:
    items, keyword = _items(dataset)
    found = [item for item in items if text_of(item, keyword) == frame]
    if len(found) != 1:
        raise DicomError.of(
            f"{len(found)} deformations of the frame of reference {frame}", "one", "Export the registration again."
        )
    return found[0]


def _little_endian(dataset: Dataset) -> bool:
    meta = getattr(dataset, "file_meta", None)
    return meta is None or meta.get("TransferSyntaxUID") != ExplicitVRBigEndian
