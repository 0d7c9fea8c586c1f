"""RTDOSE objects against hand-worked tables, pydicom's arithmetic by hand, and GDCM's reading."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from hyoid.dicom.dose import read_dose
from hyoid.errors import DicomError
from support.dicom_dose import FRAME, PLAN, file_bytes, reread, rtdose


def ramp(frames: int = 4, rows: int = 3, columns: int = 5, dtype: type = np.uint16) -> np.ndarray:
    return (1 + np.arange(frames * rows * columns).reshape(frames, rows, columns)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_stored_numbers_times_the_scaling_are_gray(dtype: type) -> None:
    stored = ramp(dtype=dtype)
    stored[0, 0, 0] = np.iinfo(dtype).max  # the highest bit is set: no sign
    scaling = 70.0 / float(np.iinfo(dtype).max)
    dose = read_dose(reread(rtdose(stored, scaling=f"{scaling:.10e}")))
    assert dose.volume.array.dtype == np.float32
    assert dose.volume.array[0, 0, 0] == pytest.approx(70.0, rel=1e-6)
    np.testing.assert_allclose(dose.volume.array, stored * float(f"{scaling:.10e}"), rtol=1e-6)
    assert dose.notes == ()


def test_header_is_read() -> None:
    source = rtdose(ramp(), beams=[2, 3], fraction_group=1, summation="BEAM", TissueHeterogeneityCorrection="IMAGE")
    header = read_dose(reread(source)).header
    assert (header.frame_of_reference, header.plans, header.fraction_groups) == (FRAME, (PLAN,), (1,))
    assert header.parts == {(1, "beam", 2), (1, "beam", 3)}
    assert (header.dose_type, header.summation, header.heterogeneity) == ("PHYSICAL", "BEAM", ("IMAGE",))


# Where the voxel (column 1, row 2, frame 3) of an object at (-10, -20, -30), 3 mm between rows and 2 mm between
# columns, planes 2.5 mm apart, lies in the patient: worked by hand from PS3.3 C.7.6.2.1.1 and C.8.8.3.2.
PLACES = [
    ("head first supine", (1, 0, 0, 0, 1, 0), (0, 2.5, 5, 7.5), (-8, -14, -22.5)),
    ("head first supine, falling", (1, 0, 0, 0, 1, 0), (0, -2.5, -5, -7.5), (-8, -14, -37.5)),
    ("head first supine, absolute", (1, 0, 0, 0, 1, 0), (-30, -27.5, -25, -22.5), (-8, -14, -22.5)),
    ("head first supine, absolute, falling", (1, 0, 0, 0, 1, 0), (-30, -32.5, -35, -37.5), (-8, -14, -37.5)),
    ("head first prone", (-1, 0, 0, 0, -1, 0), (0, 2.5, 5, 7.5), (-12, -26, -22.5)),
    ("feet first supine: the normal points to -z", (-1, 0, 0, 0, 1, 0), (0, 2.5, 5, 7.5), (-12, -14, -37.5)),
    ("feet first supine, absolute: the patient's z", (-1, 0, 0, 0, 1, 0), (-30, -27.5, -25, -22.5), (-12, -14, -22.5)),
    ("coronal: rows along -z, the normal along +y", (1, 0, 0, 0, 0, -1), (0, 2.5, 5, 7.5), (-8, -12.5, -36)),
    ("sagittal: the normal along -x", (0, 1, 0, 0, 0, -1), (0, 2.5, 5, 7.5), (-17.5, -18, -36)),
    # turned by 30 degrees about x: the column is (0, cos, sin), the normal (0, -sin, cos)
    (
        "oblique",
        (1, 0, 0, 0, math.sqrt(0.75), 0.5),
        (0, 2.5, 5, 7.5),
        (-8, -20 + 6 * math.sqrt(0.75) - 3.75, -30 + 3 + 7.5 * math.sqrt(0.75)),
    ),
]


@pytest.mark.parametrize(("name", "orientation", "offsets", "expected"), PLACES, ids=[p[0] for p in PLACES])
def test_a_voxel_lies_where_the_hand_says(name: str, orientation: tuple, offsets: tuple, expected: tuple) -> None:
    stored = np.zeros((4, 3, 5), np.uint16)
    stored[3, 2, 1] = 4200
    volume = read_dose(reread(rtdose(stored, orientation=orientation, offsets=offsets))).volume
    z, y, x = np.argwhere(volume.array > 0)[0]
    assert volume.array[z, y, x] == pytest.approx(42.0)
    np.testing.assert_allclose(volume.grid.to_world([x, y, z]), expected, atol=1e-4)
    assert np.linalg.det(volume.grid.matrix) == pytest.approx(1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_orientation_and_order_places_every_voxel(seed: int) -> None:
    """The dose is a function of place: written on a turned grid, in any order, it is read as that function."""
    rng = np.random.default_rng(seed)
    turned, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    row, column = np.round(turned[0], 9), np.round(turned[1], 9)
    normal = np.cross(row, column)
    frames, rows, columns = rng.integers(2, 6, 3)
    spacing, position = np.round(rng.uniform(1, 4, 2), 3), np.round(rng.uniform(-200, 200, 3), 3)
    offsets = np.round(np.arange(frames) * rng.uniform(1, 4), 3) * rng.choice([-1, 1])
    k, j, i = np.meshgrid(np.arange(frames), np.arange(rows), np.arange(columns), indexing="ij")
    place = (
        position + i[..., None] * spacing[1] * row + j[..., None] * spacing[0] * column
        + offsets[k][..., None] * normal
    )  # fmt: skip
    stored = np.rint(30000 + 50 * place @ [1.0, -0.5, 0.3]).astype(np.uint32)
    source = rtdose(
        stored,
        position=[f"{v:.3f}" for v in position],
        orientation=[f"{v:.9f}" for v in (*row, *column)],
        spacing=[f"{v:.3f}" for v in spacing],
        offsets=[f"{v:.3f}" for v in offsets],
    )
    volume = read_dose(reread(source)).volume
    index = np.stack(np.meshgrid(*(np.arange(n) for n in volume.grid.shape), indexing="ij")[::-1], -1)
    expected = 0.01 * (30000 + 50 * volume.grid.to_world(index) @ [1.0, -0.5, 0.3])
    np.testing.assert_allclose(volume.array, expected, atol=0.02)


@pytest.mark.parametrize("orientation", [(1, 0, 0, 0, 1, 0), (0, 1, 0, 0, 0, 1), (-1, 0, 0, 0, -1, 0)])
@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_same_places_and_stored_numbers_as_gdcm(tmp_path: Path, orientation: tuple, dtype: type) -> None:
    source = rtdose(ramp(dtype=dtype), orientation=orientation, scaling=0.25)
    path = tmp_path / "dose.dcm"
    path.write_bytes(file_bytes(source))
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.SetImageIO("GDCMImageIO")
    image = reader.Execute()
    volume = read_dose(path).volume
    np.testing.assert_allclose(volume.grid.spacing, image.GetSpacing())
    np.testing.assert_allclose(volume.grid.origin, image.GetOrigin())
    np.testing.assert_allclose(volume.grid.direction, image.GetDirection(), atol=1e-12)
    # ITK's GDCM leaves the scaling to the caller
    np.testing.assert_allclose(volume.array, 0.25 * sitk.GetArrayFromImage(image), rtol=1e-6)


def test_uneven_planes_are_interpolated_and_said() -> None:
    """Planes at 0, 2, 4, 7 mm with 10, 20, 40, 70 Gy: an even stack of 5 planes lies 1.75 mm apart."""
    stored = np.repeat(np.array([10, 20, 40, 70], np.uint16), 6).reshape(4, 2, 3)
    dose = read_dose(rtdose(stored, scaling=1, offsets=[0, 2, 4, 7]))
    assert dose.volume.grid.spacing[2] == pytest.approx(1.75)
    np.testing.assert_allclose(dose.volume.array[:, 0, 0], [10, 18.75, 35, 52.5, 70], rtol=1e-6)
    assert any("unevenly spaced (2 to 3 mm)" in note for note in dose.notes)
    falling = read_dose(rtdose(stored, scaling=1, offsets=[0, -2, -4, -7]))
    np.testing.assert_allclose(falling.volume.array[:, 0, 0], [70, 52.5, 35, 18.75, 10], rtol=1e-6)
    assert falling.volume.grid.origin[2] == pytest.approx(-37)


def test_rounded_offsets_are_even() -> None:
    offsets = [round(i * 2.4999, 2) for i in range(40)]
    dose = read_dose(rtdose(ramp(40), offsets=offsets))
    assert dose.notes == ()
    assert dose.volume.grid.size[2] == 40


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless]
)
def test_transfer_syntaxes_give_the_same_dose(syntax: str) -> None:
    stored = ramp(dtype=np.uint32) * 70000
    if syntax == RLELossless:  # of at most 16 bits, PS3.5 8.2.2
        stored = ramp() * 1000
        source = rtdose(stored)
        source.compress(RLELossless)
    elif syntax == ExplicitVRBigEndian:
        source = rtdose(stored.astype(">u4"), transfer_syntax=syntax)
    else:
        source = rtdose(stored, transfer_syntax=syntax)
    np.testing.assert_allclose(read_dose(reread(source)).volume.array, stored * 0.01, rtol=1e-6)


def test_a_file_without_preamble_is_read(tmp_path: Path) -> None:
    source = rtdose(ramp(), transfer_syntax=ImplicitVRLittleEndian)
    path = tmp_path / "old.dcm"
    with path.open("wb") as stream:
        Dataset(source).save_as(stream, implicit_vr=True, little_endian=True)
    np.testing.assert_allclose(read_dose(path).volume.array, ramp() * 0.01, rtol=1e-6)


def test_what_a_reader_must_know_is_said() -> None:
    water = read_dose(rtdose(ramp(), TissueHeterogeneityCorrection="WATER"))
    assert any("were water" in note for note in water.notes)
    effective = read_dose(rtdose(ramp(), dose_type="EFFECTIVE"))
    assert any("not the absorbed dose" in note for note in effective.notes)
    assert any("no frame of reference" in note for note in read_dose(rtdose(ramp(), FrameOfReferenceUID=None)).notes)
    signed = read_dose(rtdose(ramp(dtype=np.int16)))
    assert any("signed" in note for note in signed.notes)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"units": "RELATIVE"}, "relative to a prescription"),
    ({"DoseUnits": None}, "DoseUnits"),
    ({"dose_type": "ERROR"}, "difference between two doses"),
    ({"dose_type": ""}, "DoseType"),
    ({"summation": ""}, "DoseSummationType"),
    ({"summation": "TREATMENT"}, "TREATMENT"),
    ({"DoseGridScaling": None}, "DoseGridScaling"),
    ({"scaling": 0}, "DoseGridScaling"),
    ({"scaling": -0.01}, "DoseGridScaling"),
    ({"PixelData": None}, "histograms alone"),
    ({"GridFrameOffsetVector": None}, "0 offsets"),
    ({"offsets": [0, 2.5, 5]}, "3 offsets"),
    ({"offsets": [0, 2.5, 1, 7.5]}, "rise and fall"),
    ({"offsets": [0, 2.5, 2.5, 7.5]}, "rise and fall or repeat"),
    ({"offsets": [1.0, 3.5, 6, 8.5]}, "begins with 1"),
    ({"offsets": [0, 0.01, 5, 7.5]}, "apart"),
    ({"offsets": [0, 1000, 2000, 2000.2]}, "even stack"),
    ({"offsets": [-30, -27, -24, -21], "orientation": (1, 0, 0, 0, 0.8, 0.6)}, "oblique"),
    ({"orientation": (1, 0, 0, 0, 0.9, 0)}, "orthonormal"),
    ({"orientation": (1, 0, 0, 1, 0, 0)}, "orthonormal"),
    ({"ImageOrientationPatient": None}, "ImageOrientationPatient"),
    ({"ImagePositionPatient": [1, 2]}, "2 values"),
    ({"ImagePositionPatient": None}, "ImagePositionPatient"),
    ({"spacing": (0, 2)}, "PixelSpacing"),
    ({"PixelSpacing": None}, "PixelSpacing"),
    ({"Rows": 4}, "decoded"),
    ({"Rows": 65535, "Columns": 65535}, "voxels"),
    ({"NumberOfFrames": 1, "GridFrameOffsetVector": [0]}, "pixels of shape"),
    ({"BitsAllocated": 8, "BitsStored": 8}, "BitsAllocated"),
    ({"BitsStored": 4}, "BitsStored"),
    ({"SamplesPerPixel": 3}, "samples"),
    ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "Modality": "CT"}, "modality CT"),
    ({"PixelData": b"\1\0\2\0"}, "decoded"),
]


@pytest.mark.parametrize(("elements", "said"), REFUSED, ids=[str(e)[:60] for e, _ in REFUSED])
def test_damaged_or_meaningless_headers_are_refused_by_a_sentence(elements: dict[str, Any], said: str) -> None:
    with pytest.raises(DicomError, match=said) as caught:
        read_dose(rtdose(ramp(), **elements))
    assert str(caught.value).startswith("Found ")


def test_a_negative_dose_is_refused() -> None:
    with pytest.raises(DicomError, match="negative"):
        read_dose(rtdose(-ramp(dtype=np.int16)))


def test_no_file_and_no_dicom(tmp_path: Path) -> None:
    with pytest.raises(DicomError, match="no file"):
        read_dose(tmp_path / "none.dcm")
    (tmp_path / "text.dcm").write_text("not DICOM at all, " * 50)
    with pytest.raises(DicomError, match="Found"):
        read_dose(tmp_path / "text.dcm")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_damaged_bytes_give_the_dose_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    rng = np.random.default_rng(seed)
    stream = bytearray(file_bytes(rtdose(ramp())))
    if rng.random() < 0.3:
        stream = stream[: rng.integers(0, len(stream))]
    for _ in range(rng.integers(1, 6)):
        if stream:
            stream[rng.integers(0, len(stream))] = rng.integers(0, 256)
    path = tmp_path_factory.getbasetemp() / "fuzz.dcm"
    path.write_bytes(bytes(stream))
    try:
        dose = read_dose(path)
    except DicomError:
        return
    assert np.isfinite(dose.volume.array).all()
    assert dose.volume.array.min() >= 0
