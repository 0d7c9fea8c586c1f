"""A cohort written for nnU-Net has what version 2 of it asks for, and is read back."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from hyoid.cohort import read_cohort
from hyoid.cohort.expert_mask import read_expert_mask
from hyoid.cohort.write import write_nnunet
from hyoid.errors import CohortError
from hyoid.imaging import read_grid, read_volume, write_volume
from support.balls import ball_cohort


@pytest.fixture
def written(tmp_path: Path):
    cohort = read_cohort(ball_cohort(tmp_path / "in", 3))
    cases = (*cohort.cases[:2], replace(cohort.cases[2], mask=None))
    return cohort.cases, write_nnunet(cases, read_expert_mask, tmp_path / "out"), tmp_path / "out"


def test_the_dataset_is_what_nnunet_wants(written) -> None:
    cases, told, out = written
    dataset = json.loads((out / "dataset.json").read_text())
    assert dataset == {
        "channel_names": {"0": "CT", "1": "PET"},
        "labels": {"background": 0, "GTVp": 1, "GTVn": 2},
        "numTraining": 2,
        "file_ending": ".nii.gz",
    }
    first, second, third = (case.id for case in cases)
    names = {path.relative_to(out).as_posix() for path in out.rglob("*.nii.gz")}
    assert names == {
        *(f"imagesTr/{case}_000{channel}.nii.gz" for case in (first, second) for channel in (0, 1)),
        *(f"labelsTr/{case}.nii.gz" for case in (first, second)),
        *(f"imagesTs/{third}_000{channel}.nii.gz" for channel in (0, 1)),
    }
    assert told.left_out == {}
    assert "1 cases without a label map are test images (imagesTs)." in told.notes


def test_all_of_a_case_lies_on_the_grid_of_its_ct(written) -> None:
    cases, _, out = written
    for case in cases[:2]:
        grid = read_grid(case.images["ct"])
        for path in (*out.glob(f"imagesTr/{case.id}_*"), out / f"labelsTr/{case.id}.nii.gz"):
            assert read_grid(path) == grid
        assert np.array_equal(
            read_volume(out / f"imagesTr/{case.id}_0000.nii.gz").array, read_volume(case.images["ct"]).array
        )
        ct = sitk.ReadImage(str(case.images["ct"]))
        pet = sitk.Resample(
            sitk.ReadImage(str(case.images["pet"])), ct, sitk.Transform(), sitk.sitkLinear, 0.0, sitk.sitkFloat32
        )
        found = read_volume(out / f"imagesTr/{case.id}_0001.nii.gz").array
        assert np.allclose(found, sitk.GetArrayFromImage(pet), atol=1e-4)


def test_it_is_read_back_as_the_same_cohort(written) -> None:
    cases, _, out = written
    again = read_cohort(out)
    assert again.layout == "nnunet"
    assert [case.id for case in again.cases] == [case.id for case in cases]
    assert [case.center for case in again.cases] == [case.center for case in cases]
    assert [case.mask is not None for case in again.cases] == [True, True, False]
    for before, after in zip(cases[:2], again.cases[:2], strict=True):
        assert np.array_equal(read_volume(after.mask).array, read_volume(before.mask).array)


def test_a_case_without_pet_is_left_out_with_its_reason(tmp_path: Path) -> None:
    cases = read_cohort(ball_cohort(tmp_path / "in", 2)).cases
    alone = replace(cases[0], images={"ct": cases[0].images["ct"]})
    told = write_nnunet([alone, cases[1]], read_expert_mask, tmp_path / "out")
    assert told.cases == (cases[1].id,)
    assert "without PET" in told.left_out[alone.id]
    assert not list((tmp_path / "out").rglob(f"*{alone.id}*"))


def test_a_ct_of_another_format_is_written_anew(tmp_path: Path) -> None:
    case = read_cohort(ball_cohort(tmp_path / "in", 1)).cases[0]
    write_volume(tmp_path / "ct.mha", read_volume(case.images["ct"]))
    moved = replace(case, images={**case.images, "ct": tmp_path / "ct.mha"})
    write_nnunet([moved], read_expert_mask, tmp_path / "out", "link")
    written = tmp_path / f"out/imagesTr/{case.id}_0000.nii.gz"
    assert not written.is_symlink()
    assert np.array_equal(read_volume(written).array, read_volume(case.images["ct"]).array)


def test_there_is_no_dataset_without_images(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="without images"):
        write_nnunet([], read_expert_mask, tmp_path / "out", "none")
