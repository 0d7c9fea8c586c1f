"""The stored numbers of a dose, and what they are in Gy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array

from hyoid.dicom.checked_values import DAMAGE, named, number_of, text_of, whole_of
from hyoid.dicom.coded_size import check_coded_size
from hyoid.errors import DicomError

MOST_VOXELS = 2**28
"""More voxels than any dose grid: 512 x 512 x 1024. A header that promises more is damaged, or made to fill memory."""


def dose_in_gray(dataset: Dataset) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Return the dose (frames, rows, columns) in Gy in the order of the frames, and what is to be said of it.

    Stored numbers are unsigned whole numbers of 16 or 32 bits times Dose Grid Scaling (3004,000E).

    Raises
    ------
    DicomError
        If there are no pixels, their number or layout contradicts the header, they cannot be decoded, or the scaling is
        absent or not positive, or a dose is negative.

    References
    ----------
    DICOM PS3.3 C.8.8.3.4 (pixel representation of doses) and table C.8-39.
    """
    if "PixelData" not in dataset:
        raise DicomError.of(
            "an RTDOSE without Pixel Data", "a dose grid", "It may hold histograms alone: export the 3D dose."
        )
    scaling = number_of(dataset, "DoseGridScaling")
    if scaling <= 0:
        raise DicomError.of(f"{named('DoseGridScaling')} {scaling:g}", "a positive number", "Export the dose again.")
    shape, notes = _layout(dataset)
    stored = _decoded(dataset, shape)
    if stored.shape != shape:
        raise DicomError.of(
            f"pixels of shape {stored.shape}", f"{shape} (frames, rows, columns)", "Export the dose again."
        )
    if int(stored.min()) < 0:
        raise DicomError.of(
            f"a negative dose ({int(stored.min()) * scaling:.4g} Gy)",
            "unsigned pixels",
            "The pixels are stored as signed ones or are damaged: export the dose again.",
        )
    return (stored * np.float64(scaling)).astype(np.float32), notes


def _layout(dataset: Dataset) -> tuple[tuple[int, int, int], tuple[str, ...]]:
    """Return (frames, rows, columns) after checking that the header describes a dose grid."""
    frames, rows, columns = (
        whole_of(dataset, "NumberOfFrames", default=1),
        whole_of(dataset, "Rows"),
        whole_of(dataset, "Columns"),
    )
    if min(frames, rows, columns) < 1 or frames * rows * columns > MOST_VOXELS:
        raise DicomError.of(
            f"{frames} frames of {rows} x {columns}", f"1 to {MOST_VOXELS} voxels", "The header is damaged."
        )
    allocated, stored = whole_of(dataset, "BitsAllocated"), whole_of(dataset, "BitsStored")
    if allocated not in {16, 32} or stored != allocated:
        raise DicomError.of(
            f"{named('BitsAllocated')} {allocated} and {named('BitsStored')} {stored}",
            "16 or 32 for both",
            "Export the dose again.",
        )
    samples = whole_of(dataset, "SamplesPerPixel", default=1)
    if samples != 1:
        raise DicomError.of(f"{samples} samples per pixel", "1", "A picture of a dose is no dose: export the grid.")
    notes = []
    if whole_of(dataset, "PixelRepresentation", default=0) == 1:
        notes.append("The pixels are signed, which the standard allows to ERROR doses alone; none is negative.")
    if text_of(dataset, "LossyImageCompression") == "01":
        notes.append("The pixels were compressed with loss: single voxels may be wrong.")
    return (frames, rows, columns), tuple(notes)


def _decoded(dataset: Dataset, shape: tuple[int, int, int]) -> NDArray[np.integer[Any]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
                for index in range(shape[0]):
                    check_coded_size(dataset, index, shape[0], shape[1:], "the dose")
            stored: NDArray[np.integer[Any]] = pixel_array(dataset, raw=True)
    except DicomError:
        raise
    except (*DAMAGE, RuntimeError) as error:
        lines = str(error).strip().splitlines()
        raise DicomError.of(
            f"pixels that cannot be decoded ({lines[0][:160] if lines else type(error).__name__})",
            "complete pixels in a transfer syntax that pydicom reads",
            "The file may be truncated: copy or export it again.",
        ) from error
    return stored if stored.ndim == 3 else stored[np.newaxis]
