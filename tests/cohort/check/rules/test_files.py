import gzip
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from cohort.check.dummy import Dummy
from hyoid.cohort import Case
from hyoid.imaging import write_volume

Codes = Callable[[Case], list[str]]


def test_the_clean_twin_has_no_finding(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    assert codes(dummy.write(tmp_path)) == []


def test_a_case_of_a_table_alone_has_no_finding(codes: Codes) -> None:
    assert codes(Case("CHUM-001", "CHUM", clinical={"age": 60})) == []


@pytest.mark.parametrize("role", ["ct", "pet"])
def test_missing_file(dummy: Dummy, tmp_path: Path, codes: Codes, role: str) -> None:
    case = dummy.write(tmp_path)
    case.images[role].unlink()
    assert codes(case) == ["missing-file"]


def test_missing_image(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    assert codes(replace(case, images={"ct": case.images["ct"]})) == ["missing-image"]
    assert codes(replace(case, images={"pet": case.images["pet"]})) == ["missing-image"]


def test_truncated_gzip(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    path = case.images["ct"]
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    assert codes(case) == ["truncated-file"]
    path.write_bytes(path.read_bytes()[:40])  # not even the header is whole
    assert codes(case) == ["truncated-file"]


def test_whole_gzip_of_a_truncated_file(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    path = case.images["pet"]
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-1000]))
    assert codes(case) == ["truncated-file"]


def test_truncated_plain_nifti(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    path = tmp_path / "ct.nii"
    write_volume(path, dummy.ct)
    path.write_bytes(path.read_bytes()[:-1000])
    assert codes(replace(case, images={**case.images, "ct": path})) == ["truncated-file"]


def test_damaged_checksum(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    content = bytearray(case.images["ct"].read_bytes())
    content[-8:-4] = struct.pack("<I", 1234)  # the CRC-32 of the gzip trailer
    case.images["ct"].write_bytes(content)
    assert codes(case) == ["unreadable-file"]


# Compressed data carry the time of day: without names, parallel workers would collect different tests.
@pytest.mark.parametrize(
    "content",
    [b"hello", b"", gzip.compress(b"not an image" * 100, mtime=0)],
    ids=["text", "empty", "compressed text"],
)
def test_no_image_at_all(dummy: Dummy, tmp_path: Path, codes: Codes, content: bytes) -> None:
    case = dummy.write(tmp_path)
    case.images["ct"].write_bytes(content)
    assert codes(case) == ["unreadable-file"]


def test_a_file_of_another_kind(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    path = tmp_path / "ct.png"
    path.write_bytes(b"png")
    case = dummy.write(tmp_path)
    assert codes(replace(case, images={**case.images, "ct": path})) == ["unreadable-file"]


def test_a_time_series_is_unreadable(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    sitk.WriteImage(sitk.Image([3, 3, 3, 2], sitk.sitkInt16), str(case.images["ct"]))
    assert codes(case) == ["unreadable-file"]


@pytest.mark.parametrize("suffix", [".nii.gz", ".nii", ".mha", ".nrrd"])
def test_non_finite_voxels(dummy: Dummy, tmp_path: Path, codes: Codes, suffix: str) -> None:
    def spoil(array: np.ndarray) -> None:
        array[20, 20, 20:23] = np.nan, np.inf, -np.inf

    case = dummy.write(tmp_path)
    path = tmp_path / f"spoilt{suffix}"
    write_volume(path, dummy.with_pet(spoil).pet)
    assert codes(replace(case, images={**case.images, "pet": path})) == ["non-finite-voxels"]


def test_other_images_are_read_too(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    dose = tmp_path / "CHUM-001__RTDOSE.nii.gz"
    write_volume(dose, dummy.pet)
    assert codes(replace(case, images={**case.images, "dose": dose})) == []
    dose.write_bytes(dose.read_bytes()[:-500])
    assert codes(replace(case, images={**case.images, "dose": dose})) == ["truncated-file"]
