"""Planning CTs from DICOM slices and from image files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest

from hyoid.dicom.registration.planning_ct import read_planning_ct
from hyoid.errors import DicomError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_volume, write_volume
from support.dicom_ct import write_ct
from support.dicom_dose import FRAME, file_bytes, rtdose

GRID = Grid((7, 6, 5), (1.5, 2.0, 3.0), (-10.0, 20.0, -30.0))


def ct(grid: Grid = GRID) -> Volume:
    return Volume(np.random.default_rng(0).integers(-1000, 2000, grid.shape).astype(np.float32), grid)


@pytest.mark.parametrize("direction", [np.eye(3), np.diag([-1.0, -1, 1]), np.diag([-1.0, 1, -1])])
def test_slices_of_any_order_are_one_ct(tmp_path: Path, direction: np.ndarray) -> None:
    volume = ct(Grid(GRID.size, GRID.spacing, GRID.origin, tuple(direction.ravel())))
    write_ct(tmp_path / "deep" / "ct", volume)
    (tmp_path / "deep" / "dose.dcm").write_bytes(file_bytes(rtdose(np.ones((2, 2, 2), np.uint16))))
    (tmp_path / "notes.txt").write_text("no DICOM")
    found = read_planning_ct(tmp_path)
    assert (found.frame_of_reference, found.patient_id) == (FRAME, "P1")
    assert found.volume.grid.same_as(volume.grid)
    np.testing.assert_allclose(found.volume.array, volume.array)


def test_an_image_file_says_nothing_of_frame_and_patient(tmp_path: Path) -> None:
    write_volume(tmp_path / "A__CTPlanning.nii.gz", ct())
    found = read_planning_ct(tmp_path / "A__CTPlanning.nii.gz")
    assert (found.frame_of_reference, found.patient_id) == ("", "")
    np.testing.assert_allclose(found.volume.array, ct().array)


def test_a_real_series_is_the_ct_of_its_nifti() -> None:
    root = os.environ.get("HYOID_TEST_DATA")
    if root is None:
        pytest.skip("HYOID_TEST_DATA is not set: the real CT is not there")
    folder = Path(root) / "acrin-petct"
    found, known = read_planning_ct(folder / "dicom" / "CT"), read_volume(folder / "nifti" / "ACRIN-042__CT.nii.gz")
    assert found.volume.grid.same_as(known.grid, 0.05)
    np.testing.assert_allclose(np.maximum(found.volume.array[60], -1024), known.array[60], atol=0.5)


def changed(file: Path, to: Path | None = None, **elements: object) -> None:
    dataset = pydicom.dcmread(file)
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    dataset.save_as(to or file)


def cut(file: Path, end: int) -> None:
    file.write_bytes(file.read_bytes()[:end])


SPOILED: dict[str, tuple[Callable[[list[Path]], object], str]] = {
    "empty": (lambda files: [file.unlink() for file in files], "0 CT series"),
    "gap": (lambda files: files[2].unlink(), "a gap"),
    "one": (lambda files: [file.unlink() for file in files[1:]], "1 CT slice"),
    "two at one place": (
        lambda files: changed(
            files[2], files[2].with_name("x"), SOPInstanceUID="1.2.3", PixelData=pydicom.dcmread(files[1]).PixelData
        ),
        "which differ",
    ),
    "two series": (lambda files: write_ct(files[0].parent / "other", ct()), "2 CT series"),
    "turned": (lambda files: changed(files[2], ImageOrientationPatient=[0, 1, 0, 1, 0, 0]), "slices of 2 kinds"),
    "truncated": (lambda files: cut(files[2], -40), "cannot be decoded"),
    "cut short": (lambda files: cut(files[2], 200), "1 damaged files"),
    "no slope": (lambda files: changed(files[2], RescaleSlope=None), "rescale slope"),
    "two frames": (lambda files: changed(files[2], FrameOfReferenceUID="1.2.3"), "2 frames of reference"),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_stacks_that_are_no_ct_are_refused(tmp_path: Path, kind: str) -> None:
    spoil, said = SPOILED[kind]
    spoil(sorted(write_ct(tmp_path, ct()), key=lambda file: float(pydicom.dcmread(file).ImagePositionPatient[2])))
    with pytest.raises(DicomError, match=said):
        read_planning_ct(tmp_path)


def test_a_copy_counts_once_and_is_said(tmp_path: Path) -> None:
    files = write_ct(tmp_path, ct())
    (tmp_path / "again.dcm").write_bytes(files[2].read_bytes())
    found = read_planning_ct(tmp_path)
    assert found.volume.grid.same_as(GRID)
    assert "1 files are copies" in found.notes[0]


def test_a_path_that_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(DicomError, match="Check the path"):
        read_planning_ct(tmp_path / "nowhere")
