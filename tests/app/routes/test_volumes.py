"""Images and label maps as the browser gets them."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from hyoid.imaging import read_volume
from hyoid.imaging.itk import from_sitk
from support.review_client import Browser


@pytest.mark.parametrize(
    ("case_id", "name", "file", "kind"),
    [
        ("MDA-001", "volumes/ct", "MDA-001__CT", np.int16),
        ("MDA-001", "volumes/pet", "MDA-001__PT", np.float32),
        ("MDA-001", "volumes/dose", "MDA-001__RTDOSE", np.float32),
        ("MDA-001", "layers/expert", "MDA-001", np.uint8),
        ("MDA-002", "layers/expert", "MDA-002", np.uint8),
    ],
)
def test_the_file_in_ras_order(
    visitor: Browser, viewed: Path, tmp_path: Path, case_id: str, name: str, file: str, kind: type
) -> None:
    answer = visitor.get(f"/api/cases/{case_id}/{name}.nii")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert json.loads(answer.headers["x-hyoid-notes"]) == []
    assert answer.headers["cache-control"] == "no-store"
    path = tmp_path / "a.nii"
    path.write_bytes(answer.content)
    found = read_volume(path)
    given = sitk.ReadImage(str(viewed / "cohort" / f"{file}.nii.gz"))
    expected = from_sitk(sitk.DICOMOrient(given, "RAS"))
    assert found.array.dtype == kind
    np.testing.assert_array_equal(found.array, expected.array)
    assert found.grid.same_as(expected.grid, 1e-3)


def test_packed_voxels_are_those_of_the_nifti(visitor: Browser) -> None:
    packed = visitor.get("/api/cases/MDA-001/layers/predicted/voxels")
    nifti = visitor.get("/api/cases/MDA-001/layers/predicted.nii")
    assert packed.headers["x-hyoid-voxels"] == "gzip"
    assert "content-encoding" not in packed.headers
    assert gzip.decompress(packed.content) == nifti.content[352:]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("MDA-002/volumes/ct.nii", 404, "no such image"),
        ("MDA-003/volumes/pet.nii", 404, "no such image"),
        ("MDA-002/layers/predicted.nii", 404, "no such label map"),
        ("MDA-004/volumes/ct.nii", 422, "MDA-004__CT.nii.gz"),
        ("MDA-005/layers/expert.nii", 422, "Resample the mask"),
        ("MDA-005/layers/expert/voxels", 422, "Resample the mask"),
    ],
)
def test_what_cannot_be_shown_says_why(visitor: Browser, viewed: Path, path: str, status: int, words: str) -> None:
    answer = visitor.get(f"/api/cases/{path}")
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert str(viewed) not in answer.text
