"""The image series that structures are drawn on: its grid and the identity of its slices, from the headers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hyoid.dicom.structures.objects import is_dicom, reading
from hyoid.errors import DicomError
from hyoid.geometry import Grid

POSITION_TOLERANCE_MM = 0.05
"""How far a slice may lie from its place in an evenly spaced stack, mm: positions are written with few digits."""

ORIENTATION_TOLERANCE = 1e-4
"""How far the direction cosines of two slices of one series may differ."""

TYPE_TWO = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID"),
    *("AccessionNumber", "ReferringPhysicianName", "PositionReferenceIndicator"),
)
"""Attributes of patient, study and frame of reference that must be there and may be empty (PS3.3 C.7.1.1, C.7.2.1,
C.7.4.1). De-identified studies lack them, and highdicom asks for them."""

_GEOMETRY = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns")


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceSeries:
    """One series of single-frame images in space.

    Attributes
    ----------
    grid
        Index axes (x, y, z) along the rows, along the columns and along the normal, so that it is right-handed.
    headers
        A pydicom dataset for each slice, without pixels, in the order of the grid's z.
    """

    grid: Grid
    headers: tuple[Any, ...]

    @property
    def frame_of_reference_uid(self) -> str:
        """Coordinate system that all objects drawn on this series share."""
        return str(self.headers[0].FrameOfReferenceUID)

    @property
    def study_instance_uid(self) -> str:
        """The study that objects derived from this series belong to."""
        return str(self.headers[0].StudyInstanceUID)

    @property
    def series_instance_uid(self) -> str:
        """The series itself."""
        return str(self.headers[0].SeriesInstanceUID)


def read_reference_series(folder: Path, series_instance_uid: str | None = None) -> ReferenceSeries:
    """Read the geometry of the one image series in a folder, or of the one that is named.

    Pixels are not read. Slices are sorted by their position along the normal, whatever their file names, instance
    numbers and slice locations say (DICOM PS3.3 C.7.6.2.1.1).

    Raises
    ------
    DicomError
        If there is no series or more than one, or its slices are no evenly spaced stack: duplicates, gaps, mixed
        sizes or orientations, a tilted gantry.
    """
    found = _by_series(Path(folder))
    if series_instance_uid is not None and series_instance_uid not in found:
        raise DicomError.of(
            f"{len(found)} image series in {folder}, none of them {series_instance_uid}",
            "the series that is asked for",
            "Give the folder that holds it.",
        )
    if series_instance_uid is None and len(found) != 1:
        listed = ", ".join(
            f"{uid} ({headers[0].get('Modality')}, {len(headers)} images)" for uid, headers in found.items()
        )
        raise DicomError.of(
            f"{len(found)} image series in {folder}{': ' + listed if listed else ''}",
            "one series of images",
            "Give a folder with the CT series alone.",
        )
    with reading(str(folder)):
        return series_of(found[series_instance_uid or next(iter(found))], str(folder))


def series_of(headers: Sequence[Any], where: str) -> ReferenceSeries:
    """Return the series that headers of single-frame images make; errors, which name `where`, as above."""
    first = headers[0]
    for header in headers:
        missing = [name for name in (*_GEOMETRY, "FrameOfReferenceUID", "SOPInstanceUID") if not header.get(name)]
        if missing:
            raise DicomError.of(
                f"an image without {', '.join(missing)} in {where}",
                "single-frame images with a position in the patient",
                "Convert enhanced objects to single frames; leave localisers out.",
            )
        for name in ("PixelSpacing", "Rows", "Columns", "FrameOfReferenceUID", "StudyInstanceUID"):
            if header.get(name) != first.get(name):
                raise DicomError.of(
                    f"{name} {header.get(name)} beside {first.get(name)} in {where}",
                    "one size, spacing, study and frame of reference in a series",
                    "Separate the acquisitions.",
                )
    orientation = np.array([header.ImageOrientationPatient for header in headers], np.float64)
    if np.abs(orientation - orientation[0]).max() > ORIENTATION_TOLERANCE:
        raise DicomError.of(
            f"images of several orientations in {where}", "one orientation in a series", "Leave localisers out."
        )
    if len({str(header.SOPInstanceUID) for header in headers}) != len(headers):
        raise DicomError.of(f"an image twice in {where}", "each image once", "Remove the copies.")
    for header in headers:
        for name in TYPE_TWO:
            if name not in header:
                setattr(header, name, "")
    return _stacked(headers, orientation[0], where)


def _stacked(headers: Sequence[Any], orientation: np.ndarray[Any, np.dtype[np.float64]], where: str) -> ReferenceSeries:
    row, column = (axis / np.linalg.norm(axis) for axis in (orientation[:3], orientation[3:]))
    normal = np.cross(row, column)
    positions = np.array([header.ImagePositionPatient for header in headers], np.float64)
    along = positions @ normal
    order = np.argsort(along, kind="stable")
    positions, along = positions[order], along[order]
    thickness = float(headers[0].get("SliceThickness") or 0)
    if len(headers) == 1 and thickness <= 0:
        raise DicomError.of(f"one slice without a thickness in {where}", "a slice's thickness", "Give a whole series.")
    spacing = thickness if len(headers) == 1 else float(along[-1] - along[0]) / (len(along) - 1)
    places = positions[0] + np.arange(len(along))[:, None] * spacing * normal
    off = float(np.abs(positions - places).max())
    if off > POSITION_TOLERANCE_MM or (len(along) > 1 and np.diff(along).min() <= POSITION_TOLERANCE_MM):
        gaps = np.diff(along)
        raise DicomError.of(
            f"{len(along)} slices {gaps.min():.3f} to {gaps.max():.3f} mm apart, up to {off:.2f} mm off a straight "
            f"stack, in {where}",
            f"an evenly spaced stack, within {POSITION_TOLERANCE_MM:g} mm",
            "Slices are missing, doubled, or of a tilted gantry: bring all slices of one acquisition.",
        )
    down, across = (float(value) for value in headers[0].PixelSpacing)
    x, y, z = (float(value) for value in positions[0])
    grid = Grid(
        (int(headers[0].Columns), int(headers[0].Rows), len(along)),
        (across, down, spacing),
        (x, y, z),
        tuple(np.stack([row, column, normal], axis=1).ravel().tolist()),
    )
    return ReferenceSeries(grid, tuple(headers[k] for k in order))


def _by_series(folder: Path) -> dict[str, list[Any]]:
    """Return the headers of all images below a folder, by series; what is no DICOM, or no image, is passed over."""
    import pydicom

    if not folder.is_dir():
        raise DicomError.of(f"no folder at {folder}", "a folder with the images of a CT series", "Check the path.")
    found: dict[str, list[Any]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with reading(str(path)):
            if not is_dicom(path):
                continue
            header = pydicom.dcmread(path, stop_before_pixels=True)
            is_image = "Rows" in header and header.get("SeriesInstanceUID")
        if is_image and header.get("Modality") != "SEG":
            found.setdefault(str(header.SeriesInstanceUID), []).append(header)
    return found
