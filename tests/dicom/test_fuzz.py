"""Damaged and hostile piles: a sentence for each, nothing outside OUT, the good patients imported all the same."""

import contextlib
import random
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import config
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLSLossless, RLELossless

from hyoid.dicom import archive
from hyoid.dicom.cohort import ImportResult, import_dicom
from hyoid.dicom.read import read_slices
from hyoid.dicom.source import Reader, Source
from hyoid.errors import DicomError
from hyoid.imaging import read_volume
from support.damage import damaged
from support.dicom_series import ct_slices, edited, pet_slices, stored, write_file, write_series

SEEDS = range(25)


def checked(pile: Path, out: Path) -> ImportResult:
    """Import a pile; whatever lies in it, the result is plain, finite, and within `out`."""
    outside = {path for path in pile.parent.rglob("*") if out not in (path, *path.parents)}
    result = import_dicom(pile, out)
    assert {path for path in pile.parent.rglob("*") if out not in (path, *path.parents)} == outside
    for case in result.cases:
        for image in case.images.values():
            assert "Please report this fault" not in image.error, image.error
    for sentence in result.survey.damaged:
        assert len(sentence) < 1000
        assert sentence.isprintable()
    for path in out.rglob("*.nii.gz"):
        assert np.isfinite(read_volume(path).array).all()
    return result


@pytest.mark.parametrize("compressed", [None, RLELossless, JPEGLSLossless])
def test_a_damaged_slice_never_stops_the_other_patients(tmp_path, compressed):
    pile = tmp_path / "pile"
    write_series(ct_slices(patient="good", frame="G"), pile / "good")
    for seed in SEEDS:  # a patient each, whose one slice is damaged
        make = pet_slices if seed % 2 else ct_slices
        patient = f"bad{seed}"
        paths = write_series(make(patient=patient, frame=patient), pile / patient, compressed=compressed)
        paths[seed % len(paths)].write_bytes(damaged(paths[seed % len(paths)].read_bytes(), seed))
    result = checked(pile, tmp_path / "out")
    assert read_volume(tmp_path / "out" / "good" / "good__CT.nii.gz").array.shape == (6, 8, 10)
    told = [case for case in result.cases if case.errors or any(not v.use for v in case.plan.verdicts)]
    assert len(told) + result.survey.n_damaged > len(SEEDS) / 4


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=300), start=st.sampled_from(["preamble", "bare", "meta"]))
def test_any_bytes_are_slices_or_a_sentence(tmp_path_factory, content, start):
    before = {
        "preamble": bytes(128) + b"DICM",
        "bare": b"\x08\x00\x05\x00",
        "meta": bytes(128) + b"DICM\x02\x00\x00\x00UL",
    }
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(before[start] + content)
    with Reader() as reader:
        slices = []
        with contextlib.suppress(DicomError):
            slices = read_slices(Source(path), reader)
        assert all(one.series_uid for one in slices)


WRONG_VR = [
    ("Rows", "LO", "8"),
    ("Rows", "FD", 8.0),
    ("Columns", "LO", "ten"),
    ("PixelSpacing", "LO", ["1.5", "1.25"]),
    ("PixelSpacing", "UT", "wide"),
    ("ImagePositionPatient", "FD", [-10.0, -20.0, -30.0]),
    ("ImagePositionPatient", "SQ", [Dataset()]),
    ("ImageOrientationPatient", "UN", b"1\\0\\0\\0\\1\\0 "),
    ("RescaleSlope", "LT", "1"),
    ("RescaleIntercept", "OB", b"\x01\x02"),
    ("SeriesInstanceUID", "US", 5),
    ("PatientID", "SQ", [Dataset()]),
    ("SeriesNumber", "LO", "two"),
    ("ImageType", "DS", "1"),
    ("BitsStored", "UT", "sixteen"),
    ("PixelData", "UT", "picture"),
    ("SOPClassUID", "DA", "20200101"),
    ("NumberOfFrames", "UT", "many"),
]


@pytest.mark.parametrize(("keyword", "vr", "value"), WRONG_VR)
def test_a_value_of_another_vr_is_understood_or_a_sentence(tmp_path, keyword, vr, value):
    slices, pile = ct_slices(), tmp_path / "pile"
    only_first = keyword in ("ImagePositionPatient", "SeriesInstanceUID")
    pile.mkdir()
    with config.disable_value_validation():
        for index, one in enumerate(slices):
            if index == 0 or not only_first:
                one[keyword] = DataElement(keyword, vr, value)
            write_file(one, pile / f"{index}")
    result = checked(pile, tmp_path / "out")
    for path in (tmp_path / "out").rglob("*.nii.gz"):  # what was written is right, or one slice short and refused
        np.testing.assert_array_equal(
            read_volume(path).array[:6], (stored((6, 8, 10)) - 1000)[-len(read_volume(path).array) :]
        )
    assert (
        result.imported
        or result.survey.n_damaged
        or all(verdict.reason for case in result.cases for verdict in case.plan.verdicts)
    )


def test_ids_and_names_that_climb_out_of_the_folder_stay_in_it(tmp_path):
    pile = tmp_path / "pile"
    ids = ["../../evil", "/srv/evil", "..", "a\\..\\b", "x\n\x1b[2J", "CON", "p" * 64, "", "Ä Ö"]
    for index, patient in enumerate(ids):
        write_series(
            edited(ct_slices(patient="P", study=f"{index}", frame=f"{index}"), PatientID=patient), pile / str(index)
        )
    result = checked(pile, tmp_path / "out")
    assert result.imported == len(ids)
    folders = [path for path in (tmp_path / "out").iterdir() if path.is_dir()]
    assert len({path.name.lower() for path in folders}) == len(ids)
    assert all(path.parent == tmp_path / "out" for path in folders)


def test_a_bomb_beside_a_patient_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "FREE_BYTES", 2**23)
    pile = tmp_path / "pile"
    paths = write_series(ct_slices(), tmp_path / "files")
    pile.mkdir()
    with zipfile.ZipFile(pile / "good.zip", "w", zipfile.ZIP_DEFLATED) as good:
        for path in paths:
            good.write(path, f"../../{path.name}")
    with zipfile.ZipFile(pile / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", bytes(2**24))
    result = checked(pile, tmp_path / "out")
    assert result.imported == 1
    assert "zip bomb" in result.survey.damaged[0]


def test_sequences_nested_without_end_are_a_sentence(tmp_path):
    nested = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    uid = struct.pack("<HH2sH", 0x0008, 0x0016, b"UI", 26) + b"1.2.840.10008.5.1.4.1.1.2\0"
    path = tmp_path / "nested"
    path.write_bytes(bytes(128) + b"DICM" + uid + nested * 5000)
    with Reader() as reader, pytest.raises(DicomError):
        read_slices(Source(path), reader)


def test_thousands_of_strangers_are_counted_and_the_patient_found(tmp_path):
    pile = tmp_path / "pile"
    write_series(ct_slices(), pile / "deep" / "er")
    draw = random.Random(0)
    for index in range(10_000):
        (pile / f"{index}.dcm").write_bytes(draw.randbytes(draw.randint(0, 400)))
    result = checked(pile, tmp_path / "out")
    assert result.imported == 1
    assert result.survey.files == 10_006
    assert sum(result.survey.left_out.values()) + result.survey.n_damaged == 10_000
    assert len(result.survey.damaged) <= 20
