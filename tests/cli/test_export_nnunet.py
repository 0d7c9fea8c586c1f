import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.cohort import read_cohort
from hyoid.errors import CohortError
from hyoid.imaging import read_volume, write_volume
from support.balls import ball_cohort


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    return ball_cohort(tmp_path / "cohort", 3)


def invoke(*arguments: object):
    return CliRunner().invoke(app, ["export", "nnunet", *map(str, arguments)])


def test_a_cohort_with_its_own_masks(cohort: Path, tmp_path: Path) -> None:
    done = invoke(cohort, tmp_path / "Dataset501_Balls")
    assert done.exit_code == 0, done.output
    assert "3 cases written" in done.stdout
    again = read_cohort(tmp_path / "Dataset501_Balls")
    assert again.layout == "nnunet"
    assert all(case.mask is not None for case in again.cases)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Dataset501_Balls", "cohort"]


def test_masks_of_a_folder_and_the_rest_as_test_images(cohort: Path, tmp_path: Path) -> None:
    case = read_cohort(cohort).cases[1]
    mask = read_volume(case.mask)
    drawn = mask.with_array(np.where(mask.array == 1, np.uint8(2), np.uint8(0)))
    write_volume(tmp_path / "masks" / case.id / f"{case.id}.nii.gz", drawn)
    done = invoke(cohort, tmp_path / "out", "--masks", tmp_path / "masks", "--images", "link", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["cases"][0] == case.id
    assert len(told["cases"]) == 3
    assert np.array_equal(read_volume(tmp_path / f"out/labelsTr/{case.id}.nii.gz").array, drawn.array)
    assert (tmp_path / f"out/imagesTr/{case.id}_0000.nii.gz").is_symlink()
    assert len(list((tmp_path / "out/imagesTs").iterdir())) == 4


def test_what_cannot_be_written_is_said_and_leaves_nothing(cohort: Path, tmp_path: Path) -> None:
    for path in cohort.glob("*__PT.nii.gz"):
        path.unlink()
    with pytest.raises(CohortError, match=r"no case of .*without PET"):
        CliRunner().invoke(app, ["export", "nnunet", str(cohort), str(tmp_path / "out")], catch_exceptions=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cohort"]


def test_a_folder_that_is_not_empty_is_left_alone(cohort: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").touch()
    with pytest.raises(CohortError, match="something in it"):
        CliRunner().invoke(app, ["export", "nnunet", str(cohort), str(tmp_path / "out")], catch_exceptions=False)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["precious"]


def test_masks_of_other_patients_are_refused(cohort: Path, tmp_path: Path) -> None:
    case = read_cohort(cohort).cases[0]
    write_volume(tmp_path / "masks/SOMEBODY.nii.gz", read_volume(case.mask))
    arguments = ["export", "nnunet", str(cohort), str(tmp_path / "out"), "--masks", str(tmp_path / "masks")]
    with pytest.raises(CohortError, match="SOMEBODY, no patient"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
