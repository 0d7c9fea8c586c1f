"""Two real studies: against their published NIfTI, the study's own real-world-value map, and dcm2niix."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom import dcmread

from hyoid.dicom.cohort import ImportResult, import_dicom
from hyoid.imaging import read_volume

pytestmark = pytest.mark.skipif(
    "HYOID_TEST_DATA" not in os.environ, reason="HYOID_TEST_DATA is not set: the real studies are not there"
)
ACRIN = "ACRIN-NSCLC-FDG-PET-042"


def data() -> Path:
    return Path(os.environ["HYOID_TEST_DATA"])


@pytest.fixture(scope="module")
def acrin(tmp_path_factory) -> tuple[ImportResult, Path]:
    """Everything of the study in one pile: CT in JPEG-LS, corrected and uncorrected PET, real-world-value maps."""
    out = tmp_path_factory.mktemp("acrin")
    return import_dicom(data() / "acrin-petct" / "dicom", out), out


@pytest.fixture(scope="module")
def sarcoma(tmp_path_factory) -> tuple[ImportResult, Path]:
    out = tmp_path_factory.mktemp("sts")
    return import_dicom(data() / "sts-petct-rtstruct", out), out


def test_the_chest_study_equals_its_nifti(acrin):
    _, out = acrin
    for tag, tolerance in (("CT", {"rtol": 0, "atol": 0}), ("PT", {"rtol": 1e-4, "atol": 0})):
        (published,) = (data() / "acrin-petct" / "nifti").glob(f"*__{tag}.nii.gz")
        expected, found = read_volume(published), read_volume(out / ACRIN / f"{ACRIN}__{tag}.nii.gz")
        assert found.grid.same_as(expected.grid, tolerance_mm=1e-3)
        np.testing.assert_allclose(found.array, expected.array, **tolerance)


def test_the_factor_is_that_of_the_studys_own_map(acrin):
    _, out = acrin
    manifest = json.loads((out / ACRIN / "import.json").read_text())
    rescaled = 0
    for path in sorted((data() / "acrin-petct" / "dicom").glob("RWV_*/*.dcm")):
        for group in dcmread(path).ReferencedImageRealWorldValueMappingSequence:
            for mapping in group.RealWorldValueMappingSequence:
                if "SUVbw" in mapping.MeasurementUnitsCodeSequence[0].CodeValue:
                    assert manifest["images"]["PT"]["suv"]["factor"] == pytest.approx(
                        mapping.RealWorldValueSlope, rel=1e-4
                    )
                    rescaled += 1
    assert rescaled > 0


def test_the_uncorrected_pet_is_refused_and_everything_else_has_its_reason(acrin):
    result, _ = acrin
    (case,) = result.cases
    reasons = {v.series.first.description: v.reason for v in case.plan.verdicts}
    assert reasons["PET NAC"].startswith("values in PROPCNTS")
    assert reasons["PET SUV Factors"] == "no image of CT or PET (Real World Value Mapping Storage)"
    assert (reasons["PET AC"], reasons["CT IMAGES"]) == ("chosen", "chosen")


def test_the_sarcoma_study_is_read_with_a_slope_a_slice(sarcoma):
    result, out = sarcoma
    assert result.imported == 1
    pet = read_volume(out / "STS_008" / "STS_008__PT.nii.gz")
    for path in sorted((data() / "sts-petct-rtstruct" / "PET" / "image").iterdir())[::10]:
        one = dcmread(path)
        x, y, z = (round(i) for i in pet.grid.to_index([float(mm) for mm in one.ImagePositionPatient]))
        assert (x, y) == (0, 0)
        np.testing.assert_allclose(pet.array[z], one.pixel_array * float(one.RescaleSlope), rtol=1e-6)


@pytest.mark.skipif(shutil.which("dcm2niix") is None, reason="dcm2niix is not on this machine")
@pytest.mark.parametrize(
    ("study", "folder", "case", "tag"),
    [
        ("acrin", "acrin-petct/dicom/PT_AC", ACRIN, "PT"),
        ("sarcoma", "sts-petct-rtstruct/PET/image", "STS_008", "PT"),
        ("sarcoma", "sts-petct-rtstruct/CT/image", "STS_008", "CT"),
    ],
)
def test_dcm2niix_finds_the_same_voxels_at_the_same_place(request, tmp_path, study, folder, case, tag):
    _, out = request.getfixturevalue(study)
    command = ["dcm2niix", "-z", "n", "-b", "n", "-f", "peer", "-o", str(tmp_path), str(data() / folder)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = tmp_path.glob("peer*.nii")
    peer = sitk.DICOMOrient(sitk.ReadImage(str(path)), "LPS")
    ours = read_volume(out / case / f"{case}__{tag}.nii.gz")
    manifest = json.loads((out / case / "import.json").read_text())
    factor = manifest["images"]["PT"]["suv"]["factor"] if tag == "PT" else 1.0
    assert peer.GetSize() == ours.grid.size
    np.testing.assert_allclose(peer.GetOrigin(), ours.grid.origin, atol=0.02)  # it steps by the first distance alone
    np.testing.assert_allclose(peer.GetSpacing(), ours.grid.spacing, atol=1e-3)
    np.testing.assert_allclose(sitk.GetArrayFromImage(peer) * factor, ours.array, rtol=1e-5, atol=1e-6)
