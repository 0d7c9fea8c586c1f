"""A small CT series written with pydicom, and structure sets as other systems write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

from hyoid.dicom.structures import ReferenceSeries, read_reference_series
from hyoid.geometry import Grid

GRID = Grid((24, 20, 10), (0.977, 0.977, 3.0), (-12.5, -30.25, -101.5))
STUDY, FRAME = generate_uid(entropy_srcs=["study"]), generate_uid(entropy_srcs=["frame"])
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"


def oblique(degrees: tuple[float, float, float] = (20.0, -15.0, 10.0), grid: Grid = GRID) -> Grid:
    """Return the grid turned about its middle."""
    x, y, z = np.deg2rad(degrees)
    turn_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    turn_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    turn_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    turn = turn_z @ turn_y @ turn_x @ grid.matrix
    half = (np.asarray(grid.size) - 1) / 2 * grid.spacing
    return Grid(grid.size, grid.spacing, tuple(grid.centre - turn @ half), tuple(turn.ravel()))


def slice_header(grid: Grid, k: int, series: str, study: str = STUDY, frame: str = FRAME) -> Dataset:
    """Return slice k of a CT series, complete enough for any toolkit, pixels included."""
    header = Dataset()
    header.PatientName, header.PatientID, header.PatientSex = "Doe^Jane", "P1", "F"
    header.PatientBirthDate, header.StudyID, header.AccessionNumber = "19500101", "1", ""
    header.StudyDate, header.StudyTime, header.ReferringPhysicianName = "20200101", "101010", ""
    header.StudyDescription, header.Manufacturer = "PET/CT", "Someone"
    header.SOPClassUID, header.SOPInstanceUID = CT_IMAGE, f"{series}.{k + 1}"
    header.StudyInstanceUID, header.SeriesInstanceUID, header.FrameOfReferenceUID = study, series, frame
    header.PositionReferenceIndicator, header.Modality, header.SeriesNumber = "", "CT", 2
    header.InstanceNumber = 1 + (7 * k) % 101  # says nothing of the position
    header.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    header.ImagePositionPatient = [f"{value:.6f}" for value in grid.to_world((0, 0, k))]
    header.ImageOrientationPatient = [f"{value:.9f}" for value in grid.matrix[:, :2].T.ravel()]
    header.PixelSpacing = [f"{grid.spacing[1]:.6f}", f"{grid.spacing[0]:.6f}"]
    header.SliceThickness = f"{grid.spacing[2]:.6f}"
    header.Rows, header.Columns = grid.size[1], grid.size[0]
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
    header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = 16, 16, 15, 1
    header.RescaleIntercept, header.RescaleSlope = 0, 1
    header.PixelData = np.full((grid.size[1], grid.size[0]), -1000, np.int16).tobytes()
    return header


def save(dataset: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write a dataset as a DICOM file."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(path, enforce_file_format=True)
    return path


def write_ct(folder: Path, grid: Grid = GRID, frame: str = FRAME, study: str = STUDY) -> ReferenceSeries:
    """Write a CT series in an order that is not that of its slices, and read it back."""
    folder.mkdir(parents=True, exist_ok=True)
    series = generate_uid(prefix=None)
    for k in range(grid.size[2]):
        save(slice_header(grid, k, series, study, frame), folder / f"{(k * 7) % 11:03d}-{k}.dcm")
    return read_reference_series(folder)


def structure_set(
    rois: dict[str, Sequence[Any]], frame: str = FRAME, series: str | None = None, kind: str = "CLOSED_PLANAR"
) -> Dataset:
    """Return an RTSTRUCT as a planning system writes one: `rois` has for each name contours (n, 3) in LPS mm.

    A contour may also be a pair of a Contour Geometric Type and points. No slice is referred to.
    """
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.481.3", generate_uid(prefix=None)
    dataset.Modality, dataset.StructureSetLabel = "RTSTRUCT", "RS"
    referred = Dataset()
    referred.FrameOfReferenceUID = frame
    if series is not None:
        study, of_series = Dataset(), Dataset()
        of_series.SeriesInstanceUID = series
        study.RTReferencedSeriesSequence = [of_series]
        referred.RTReferencedStudySequence = [study]
    dataset.ReferencedFrameOfReferenceSequence = [referred]
    dataset.StructureSetROISequence, dataset.ROIContourSequence = [], []
    for number, (name, contours) in enumerate(rois.items(), start=5):
        item, drawn = Dataset(), Dataset()
        item.ROINumber, item.ROIName, item.ReferencedFrameOfReferenceUID = number, name, frame
        dataset.StructureSetROISequence.append(item)
        drawn.ReferencedROINumber, drawn.ContourSequence = number, []
        for given in contours:
            own, points = given if isinstance(given, tuple) else (kind, given)
            contour = Dataset()
            contour.ContourGeometricType, contour.NumberOfContourPoints = own, len(points)
            contour.ContourData = [f"{value:.3f}" for value in np.asarray(points, float).ravel()]
            drawn.ContourSequence.append(contour)
        dataset.ROIContourSequence.append(drawn)
    return dataset


def save_structure_set(path: Path, rois: dict[str, Sequence[Any]], **said: Any) -> Path:
    """Write such a structure set, implicit VR."""
    return save(structure_set(rois, **said), path, ImplicitVRLittleEndian)


def on_slice(grid: Grid, k: float, corners: Sequence[tuple[float, float]]) -> np.ndarray:
    """Return a contour in world mm from corners (x, y) in pixel indices of slice k."""
    return grid.to_world([(x, y, k) for x, y in corners])


def square(x: float, y: float, edge: float, edge_y: float | None = None) -> list[tuple[float, float]]:
    """Return the corners of a rectangle whose lowest pixel has the index (x, y), along the edges of its pixels."""
    up = edge if edge_y is None else edge_y
    return [(x - 0.5, y - 0.5), (x + edge - 0.5, y - 0.5), (x + edge - 0.5, y + up - 0.5), (x - 0.5, y + up - 0.5)]
