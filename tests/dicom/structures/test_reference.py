import shutil
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom.uid import generate_uid

from hyoid.dicom.structures import read_reference_series, series_of
from hyoid.errors import DicomError
from support.ct_series import FRAME, GRID, STUDY, oblique, save, slice_header, write_ct


@pytest.mark.parametrize("grid", [GRID, oblique(), oblique((0.0, 0.0, 90.0))])
def test_grid_and_order_are_those_of_the_positions(tmp_path: Path, grid) -> None:
    series = write_ct(tmp_path, grid)
    assert series.grid.same_as(grid, tolerance_mm=1e-3)
    assert [header.SOPInstanceUID.rsplit(".", 1)[1] for header in series.headers] == [str(k + 1) for k in range(10)]
    assert (series.frame_of_reference_uid, series.study_instance_uid) == (FRAME, STUDY)


def test_simpleitk_reads_the_same_geometry(tmp_path: Path) -> None:
    series = write_ct(tmp_path, oblique())
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(tmp_path))
    image = sitk.ReadImage(names)
    np.testing.assert_allclose(image.GetOrigin(), series.grid.origin, atol=1e-4)
    np.testing.assert_allclose(image.GetSpacing(), series.grid.spacing, atol=1e-4)
    np.testing.assert_allclose(image.GetDirection(), series.grid.direction, atol=1e-6)
    assert image.GetSize() == series.grid.size


def test_strangers_in_the_folder_are_passed_over(tmp_path: Path) -> None:
    write_ct(tmp_path)
    (tmp_path / "notes.txt").write_text("no DICOM")
    (tmp_path / "empty.dcm").write_bytes(b"")
    assert read_reference_series(tmp_path).grid.size == GRID.size


def test_of_two_series_one_must_be_named(tmp_path: Path) -> None:
    one, two = write_ct(tmp_path / "a"), write_ct(tmp_path / "b", oblique())
    assert one.series_instance_uid != two.series_instance_uid
    with pytest.raises(DicomError, match=r"Found 2 image series.*Name it with --series UID, or give a folder"):
        read_reference_series(tmp_path)
    assert read_reference_series(tmp_path, two.series_instance_uid).grid.same_as(oblique(), 1e-3)
    with pytest.raises(DicomError, match=r"none of them 1\.2\.3"):
        read_reference_series(tmp_path, "1.2.3")


def test_a_missing_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(DicomError, match="nothing at"):
        read_reference_series(tmp_path / "nowhere")
    with pytest.raises(DicomError, match=r"Found 0 image series.*Give a folder with that"):
        read_reference_series(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda headers: headers.pop(4), "a gap: 1 slices are missing, 1 in a row"),
        (lambda headers: headers[4].__setattr__("ImagePositionPatient", headers[3].ImagePositionPatient), "a gap"),
        (lambda headers: headers[4].__setattr__("SOPInstanceUID", headers[3].SOPInstanceUID), "with the same UID"),
        (lambda headers: headers[4].__setattr__("Rows", 21), "slices of 2 kinds.*24x21"),
        (lambda headers: headers[4].__setattr__("PixelSpacing", [1, 1]), "slices of 2 kinds.*1x1 mm"),
        (lambda headers: headers[4].__setattr__("FrameOfReferenceUID", "1.2"), "frames of reference 1.2, "),
        (lambda headers: headers[4].__delattr__("FrameOfReferenceUID"), "frames of reference , "),
        (lambda headers: headers[4].__setattr__("ImageOrientationPatient", [0, 1, 0, 1, 0, 0]), "slices of 2 kinds"),
        (lambda headers: headers[4].__delattr__("ImagePositionPatient"), "no usable Image Position"),
        (lambda headers: headers[4].__setattr__("StudyInstanceUID", "1.2"), "2 image series"),
        (lambda headers: headers[4].__setattr__("SOPClassUID", "1.2.840.10008.5.1.4.1.1.2.1"), "2 image series"),
    ],
)
def test_what_is_no_stack_is_refused(tmp_path: Path, change, message: str) -> None:
    series = generate_uid(prefix=None)
    headers = [slice_header(GRID, k, series) for k in range(GRID.size[2])]
    change(headers)
    for k, header in enumerate(headers):
        save(header, tmp_path / f"{k}.dcm")
    with pytest.raises(DicomError, match=message):
        read_reference_series(tmp_path)


def test_a_tilted_gantry_is_refused(tmp_path: Path) -> None:
    series = generate_uid(prefix=None)
    for k in range(5):
        header = slice_header(GRID, k, series)
        x, y, z = (float(value) for value in header.ImagePositionPatient)
        header.ImagePositionPatient = [x, y + 0.8 * k, z]
        save(header, tmp_path / f"{k}.dcm")
    with pytest.raises(DicomError, match="gantry tilt"):
        read_reference_series(tmp_path)


def test_copies_of_a_slice_count_once_and_are_said(tmp_path: Path) -> None:
    write_ct(tmp_path)
    (tmp_path / "again.dcm").write_bytes(sorted(tmp_path.iterdir())[3].read_bytes())
    series = read_reference_series(tmp_path)
    assert series.grid.size == GRID.size
    assert "1 files are copies" in series.notes[0]


def test_a_damaged_file_may_be_a_slice(tmp_path: Path) -> None:
    write_ct(tmp_path)
    last = sorted(tmp_path.iterdir())[0]
    last.write_bytes(last.read_bytes()[:300])
    with pytest.raises(DicomError, match="1 damaged files"):
        read_reference_series(tmp_path)


def test_an_archive_is_as_good_as_a_folder_and_a_sagittal_series_as_an_axial_one(tmp_path: Path) -> None:
    write_ct(tmp_path / "ct", oblique((0.0, 85.0, 0.0)))
    shutil.make_archive(str(tmp_path / "ct"), "zip", tmp_path / "ct")
    assert read_reference_series(tmp_path / "ct.zip").grid.same_as(oblique((0.0, 85.0, 0.0)), 1e-3)


def test_a_multi_frame_image_cannot_be_referred_to_slice_by_slice(tmp_path: Path) -> None:
    header = slice_header(GRID, 0, generate_uid(prefix=None))
    header.SOPClassUID, header.NumberOfFrames = "1.2.840.10008.5.1.4.1.1.2.1", 1
    save(header, tmp_path / "0.dcm")
    with pytest.raises(DicomError, match="multi-frame image"):
        read_reference_series(tmp_path)


def test_headers_make_the_series_that_their_files_make(tmp_path: Path) -> None:
    series = write_ct(tmp_path, oblique())
    again = series_of(series.headers[::-1], "the headers")
    assert again.grid == series.grid
    assert [header.SOPInstanceUID for header in again.headers] == [header.SOPInstanceUID for header in series.headers]
    with pytest.raises(DicomError, match="with the same UID"):
        series_of([*series.headers, series.headers[2]], "the headers")
    with pytest.raises(DicomError, match="a gap"):
        series_of([*series.headers[:2], *series.headers[3:]], "the headers")


def test_one_slice_has_its_thickness_and_needs_it(tmp_path: Path) -> None:
    header = slice_header(GRID, 0, generate_uid(prefix=None))
    save(header, tmp_path / "0.dcm")
    assert read_reference_series(tmp_path).grid.spacing[2] == 3.0
    del header.SliceThickness
    save(header, tmp_path / "0.dcm")
    with pytest.raises(DicomError, match="one slice without a thickness"):
        read_reference_series(tmp_path)
