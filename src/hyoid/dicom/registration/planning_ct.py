"""The CT that a treatment was planned on, with what relates a dose to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset

from hyoid.dicom.checked_values import numbers_of, read_dataset, text_of
from hyoid.errors import DicomError
from hyoid.geometry import Volume
from hyoid.imaging import is_image, read_volume
from hyoid.imaging.itk import from_sitk

SLICE_TOLERANCE_MM = 0.1
"""How far a slice may lie from where an even stack has it."""

_ORIENTATION_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class PlanningCt:
    """A CT in HU, with its frame of reference and patient identifier, "" where the file format has none."""

    volume: Volume
    frame_of_reference: str
    patient_id: str


def read_planning_ct(path: Path) -> PlanningCt:
    """Read a CT from an image file, or from a folder that holds one DICOM series of it.

    Raises
    ------
    DicomError
        If the folder holds no CT, slices of several series or orientations, or a stack with gaps or repeats.
    ImageError
        If an image file cannot be read.
    """
    path = Path(path)
    if not path.is_dir():
        if is_image(path):
            return PlanningCt(read_volume(path), "", "")
        raise DicomError.of(f"{path} as a CT", "a folder of DICOM slices or an image file", "Check the path.")
    slices = _slices(path)
    ordered = _stack(slices)
    first = slices[ordered[0]]
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(file) for file in ordered])
    try:
        image = reader.Execute()
    except RuntimeError as error:
        raise DicomError.of(
            f"CT slices in {path} that cannot be read", "complete slices", "Copy them again."
        ) from error
    return PlanningCt(from_sitk(image), text_of(first, "FrameOfReferenceUID"), text_of(first, "PatientID"))


def _slices(folder: Path) -> dict[Path, Dataset]:
    """Return the CT slices of a folder; other objects beside them are left alone."""
    found: dict[Path, Dataset] = {}
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            dataset = read_dataset(file)
        except DicomError:
            continue
        if text_of(dataset, "Modality").upper() == "CT":
            found[file] = dataset
    series = {text_of(dataset, "SeriesInstanceUID") for dataset in found.values()}
    if len(series) != 1:
        raise DicomError.of(
            f"{len(series)} CT series in {folder}", "one", "Give the folder of the series that the dose was planned on."
        )
    return found


def _stack(slices: dict[Path, Dataset]) -> list[Path]:
    """Return the files in the order of their positions along the normal."""
    cosines = {file: np.asarray(numbers_of(dataset, "ImageOrientationPatient", 6)) for file, dataset in slices.items()}
    first = next(iter(cosines.values()))
    if any(np.abs(other - first).max() > _ORIENTATION_TOLERANCE for other in cosines.values()):
        raise DicomError.of("CT slices of several orientations", "one", "Leave localisers and reformats out.")
    normal = np.cross(first[:3], first[3:])
    heights = {
        file: float(np.asarray(numbers_of(dataset, "ImagePositionPatient", 3)) @ normal)
        for file, dataset in slices.items()
    }
    ordered = sorted(heights, key=lambda file: heights[file])
    if len(ordered) < 2:
        raise DicomError.of(f"{len(ordered)} CT slice", "a stack of them", "Give the folder of the whole series.")
    gaps = np.diff([heights[file] for file in ordered])
    if np.ptp(gaps) > SLICE_TOLERANCE_MM or gaps.min() <= 0:
        raise DicomError.of(
            f"CT slices {gaps.min():.3g} to {gaps.max():.3g} mm apart",
            "an even stack",
            "Slices are missing or repeated: copy the series again.",
        )
    return ordered
