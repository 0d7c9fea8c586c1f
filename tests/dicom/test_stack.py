"""Slices become a volume by where they lie; what makes no volume is refused, each fault by its name."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from scipy.spatial.transform import Rotation

from hyoid.dicom.equal import same_image
from hyoid.dicom.read import read_slices
from hyoid.dicom.series import group_series
from hyoid.dicom.source import Reader, Source
from hyoid.dicom.stack import Stack, stack_of
from hyoid.dicom.volumes import ct_volume
from hyoid.errors import DicomError
from hyoid.geometry import Grid
from support.dicom_series import ct_slices, edited, stored, uid, write_series


def stacked(slices: list[Dataset], folder: Path, fill_gaps: int = 0) -> Stack:
    write_series(slices, folder)
    with Reader() as reader:
        found = [one for path in sorted(folder.iterdir()) for one in read_slices(Source(path), reader)]
        (series,) = group_series(found)
        return stack_of(series, lambda one, other: same_image(one, other, reader), fill_gaps)


def hounsfield(stack: Stack) -> np.ndarray:
    with Reader() as reader:
        return ct_volume(stack, reader).volume.array


def test_slices_are_sorted_by_position_and_not_by_number_or_name(tmp_path):
    values = stored((6, 8, 10))
    stack = stacked(ct_slices(values), tmp_path)
    assert stack.grid.same_as(Grid((10, 8, 6), (1.25, 1.5, 2.0), (-10, -20, -30)), 1e-9)
    assert [one.instance_number for one in stack.slices] != sorted(one.instance_number for one in stack.slices)
    np.testing.assert_array_equal(hounsfield(stack), values - 1000)
    assert stack.notes == ()


def test_a_prone_patient_scanned_feet_first_keeps_every_voxel_in_its_place(tmp_path):
    orientation = (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0)  # rows run to the right, so the normal points to the feet
    values = stored((5, 4, 6))
    stack = stacked(ct_slices(values, orientation=orientation, origin=(100, 0, 50)), tmp_path)
    np.testing.assert_allclose(stack.grid.matrix, np.diag([-1.0, 1.0, -1.0]), atol=1e-12)
    np.testing.assert_allclose(stack.grid.to_world((1, 2, 3)), (100 - 1.25, 3.0, 50 - 6.0), atol=1e-9)
    assert hounsfield(stack)[3, 2, 1] == values[3, 2, 1] - 1000


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    angles=st.tuples(*[st.floats(-25, 25)] * 3),
    step=st.floats(0.3, 8),
    origin=st.tuples(*[st.floats(-400, 400)] * 3),
)
def test_an_oblique_stack_lies_where_its_header_says(tmp_path_factory, angles, step, origin):
    matrix = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    orientation = tuple(matrix[:, :2].T.ravel())
    slices = ct_slices(stored((3, 4, 5)), orientation=orientation, step=step, origin=origin)
    stack = stacked(slices, tmp_path_factory.mktemp("oblique"))
    for index, dataset in enumerate(slices):  # each slice's own position is where its first voxel lies
        expected = [float(mm) for mm in dataset.ImagePositionPatient]
        np.testing.assert_allclose(stack.grid.to_world((0, 0, index)), expected, atol=1e-6)
    np.testing.assert_allclose(stack.grid.matrix, matrix, atol=1e-9)


def test_missing_slices_are_refused_and_interpolated_where_that_is_asked_for(tmp_path):
    values = stored((8, 4, 4))
    slices = [one for index, one in enumerate(ct_slices(values)) if index not in (2, 3, 6)]
    with pytest.raises(DicomError, match=r"3 slices are missing, 2 in a row after CT.*--fill-gaps 2"):
        stacked(slices, tmp_path / "refused")
    with pytest.raises(DicomError, match="2 in a row"):
        stacked(slices, tmp_path / "one", fill_gaps=1)
    stack = stacked(slices, tmp_path / "filled", fill_gaps=2)
    assert stack.missing == (2, 3, 6)
    assert stack.grid.size == (4, 4, 8)
    filled = hounsfield(stack)
    exact = values.astype(float) - 1000
    np.testing.assert_array_equal(filled[[0, 1, 4, 5, 7]], exact[[0, 1, 4, 5, 7]])
    np.testing.assert_array_equal(filled[3], np.rint(exact[1] / 3 + exact[4] * 2 / 3))
    np.testing.assert_array_equal(filled[6], np.rint((exact[5] + exact[7]) / 2))
    assert "3 missing slices were interpolated" in stack.notes[0]


def test_equal_images_at_one_place_become_one_and_different_ones_are_refused(tmp_path):
    slices = ct_slices()
    again = edited(ct_slices()[2:3], SOPInstanceUID=uid("again"))
    stack = stacked([*slices, *again], tmp_path / "equal")
    assert stack.grid.size[2] == 6
    assert "1 images were equal to another at the same place" in stack.notes[0]
    other = edited(ct_slices(stored((6, 8, 10), seed=5))[2:3], SOPInstanceUID=uid("other"), AcquisitionNumber=2)
    with pytest.raises(DicomError, match=r"7 images at 6 places, which differ.*acquisitions that overlap"):
        stacked([*slices, *other], tmp_path / "different")


def test_copies_of_a_file_count_once_and_a_changed_copy_is_refused(tmp_path):
    slices = ct_slices()
    stack = stacked([*slices, *ct_slices()], tmp_path / "copies")
    assert stack.grid.size[2] == 6
    assert "6 files are copies of others" in stack.notes[0]
    with pytest.raises(DicomError, match="two different images with the same UID"):
        stacked([*slices, *ct_slices(stored((6, 8, 10), seed=5))[:1]], tmp_path / "changed")


def test_time_points_of_a_dynamic_series_are_not_one_image(tmp_path):
    later = edited(ct_slices(stored((6, 8, 10), seed=3)), AcquisitionTime="110500")
    for index, one in enumerate(later):
        one.SOPInstanceUID = uid("later", index)
    with pytest.raises(DicomError, match="dynamic or gated series of 2 time points"):
        stacked([*ct_slices(), *later], tmp_path)


def test_kinds_of_slices_are_not_mixed(tmp_path):
    slices = ct_slices(stored((12, 8, 10)))
    wider = edited(ct_slices(stored((12, 8, 10)))[:1], PixelSpacing=[3.0, 3.0], SOPInstanceUID=uid("wide"))
    stack = stacked([*slices, *wider], tmp_path / "stray")
    assert stack.grid.size[2] == 12
    assert "1 images of other size, spacing or orientation were left out" in stack.notes[0]
    half = edited(ct_slices(stored((12, 8, 10)))[:6], ImageOrientationPatient=[1, 0, 0, 0, 0.8, 0.6])
    with pytest.raises(DicomError, match=r"slices of 2 kinds in one series \(6 of 10x8 .* 6 of 10x8"):
        stacked([*slices[6:], *half], tmp_path / "half")


def test_a_scout_within_the_series_is_left_out(tmp_path):
    scout = edited(
        ct_slices(stored((1, 30, 40)), orientation=(1, 0, 0, 0, 0, -1)),
        ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"],
        SOPInstanceUID=uid("scout"),
    )
    stack = stacked([*ct_slices(stored((3, 8, 10))), *scout], tmp_path)
    assert stack.grid.size == (10, 8, 3)
    assert "1 localizer images" in stack.notes[0]


def sheared(per_slice: float) -> list[Dataset]:
    slices = ct_slices()
    for index, one in enumerate(slices):
        x, y, z = one.ImagePositionPatient
        one.ImagePositionPatient = [x, y + per_slice * index, z]
    return slices


def two_steps() -> list[Dataset]:
    slices = ct_slices(stored((8, 4, 4)))
    for index, one in enumerate(slices):
        one.ImagePositionPatient = [0, 0, 2.0 * min(index, 4) + 1.3 * max(0, index - 4)]
    return slices


@pytest.mark.parametrize(
    ("slices", "sentence"),
    [
        (lambda: ct_slices(orientation=(1, 0, 0, 0, 0, -1)), "expected axial slices"),
        (lambda: ct_slices(stored((1, 8, 10))), "a single slice"),
        (lambda: edited(ct_slices(), ImagePositionPatient=None), r"no usable Image Position \(Patient\)"),
        (lambda: edited(ct_slices(), PixelSpacing=[0, 1]), "no usable Pixel Spacing"),
        (lambda: edited(ct_slices(), ImageOrientationPatient=[1, 0, 0, 0.5, 1, 0]), "away from orthonormal"),
        (lambda: sheared(0.5), "shifted by up to 2.5 mm .* 14 degrees off the normal.*gantry tilt"),
        (two_steps, r"irregular distances: .*2 mm \(4 times\).*1.3 mm \(3 times\)"),
    ],
)
def test_what_makes_no_volume_is_refused_by_name(tmp_path, slices, sentence):
    with pytest.raises(DicomError, match=sentence):
        stacked(slices(), tmp_path)


def test_positions_rounded_to_a_tenth_of_a_millimetre_are_one_grid(tmp_path):
    slices = ct_slices(stored((20, 4, 4)), step=3.27)
    for one in slices:
        one.ImagePositionPatient = [round(mm, 1) for mm in one.ImagePositionPatient]
    stack = stacked(slices, tmp_path)
    assert stack.grid.spacing[2] == pytest.approx(3.27, abs=0.1 / 19)
    assert "off a regular distance" in stack.notes[0]


@pytest.mark.parametrize(
    ("element", "value", "described"),
    [
        ("ImageOrientationPatient", [1, 0, 0, 0, 0.98, 0.198997], r"0\.98"),
        ("PixelSpacing", [3.0, 2.5], "3x2.5 mm"),
    ],
)
def test_a_gap_where_a_slice_of_another_kind_was_left_out_says_so(tmp_path, element, value, described):
    slices = ct_slices(stored((20, 4, 4)))
    setattr(slices[7], element, value)
    with pytest.raises(DicomError, match=rf"a gap: 1 slices.*; 1 images of other size.*{described}.*Export the series"):
        stacked(slices, tmp_path / "refused")
    stack = stacked(slices, tmp_path / "filled", fill_gaps=1)
    assert stack.missing == (7,)
    assert any("1 images of other size" in note for note in stack.notes)
