"""A cohort written in the challenge's layout is read back as it was."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case, check_cohort, read_cohort
from hyoid.cohort.expert_mask import read_expert_mask
from hyoid.cohort.write import write_hecktor
from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_grid, read_volume, write_volume
from hyoid.phantom import write_cohort
from support.balls import ball_cohort
from support.ct_series import oblique


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("phantom") / "cohort"
    write_cohort(root, patients=3, size="tiny", seed=1)
    return root


@pytest.mark.parametrize("images", ["copy", "link"])
def test_a_cohort_comes_back_with_images_masks_and_records(phantom: Path, tmp_path: Path, images) -> None:
    cohort = read_cohort(phantom)
    told = write_hecktor(cohort.cases, read_expert_mask, tmp_path / "out", images)
    again = read_cohort(tmp_path / "out")
    with_mask = [case for case in cohort.cases if case.mask is not None]
    assert told.left_out == {}
    assert told.cases == tuple(case.id for case in with_mask) == tuple(case.id for case in again.cases)
    for before, after in zip(with_mask, again.cases, strict=True):
        for name in ("center", "clinical", "relapse", "hpv"):
            assert getattr(after, name) == getattr(before, name)
        assert after.rfs_days == pytest.approx(before.rfs_days) or (after.rfs_days, before.rfs_days) == (None, None)
        assert set(after.images) == set(before.images)
        for name, path in after.images.items():
            assert path.read_bytes() == before.images[name].read_bytes()
            assert path.is_symlink() == (images == "link")
        assert after.mask is not None
        assert read_grid(after.mask) == read_grid(after.images["ct"])
        assert np.array_equal(read_volume(after.mask).array, read_volume(before.mask).array)
    if images == "copy":
        assert {f.code for f in check_cohort(again) if f.severity == "error"} <= {
            f.code for f in check_cohort(cohort) if f.severity == "error"
        }


@pytest.mark.parametrize(
    "grid", [oblique(), Grid((9, 8, 7), (0.9765625, 0.9765625, 3.27), (-249.51171875, -401.3, 12.7))]
)
def test_a_mask_has_exactly_the_geometry_of_its_ct(tmp_path: Path, grid: Grid) -> None:
    write_volume(tmp_path / "in/P__CT.nii.gz", Volume(np.full(grid.shape, -1000, np.int16), grid))
    case = Case("P", images={"ct": tmp_path / "in/P__CT.nii.gz"})
    labels = Volume(np.ones(grid.shape, np.uint8), read_grid(case.images["ct"]))
    write_hecktor([case], lambda _: labels, tmp_path / "out", "copy")
    assert read_grid(tmp_path / "out/P/P.nii.gz") == read_grid(tmp_path / "out/P/P__CT.nii.gz")


def test_masks_alone(tmp_path: Path) -> None:
    cohort = read_cohort(ball_cohort(tmp_path / "in", 2))
    told = write_hecktor(cohort.cases, read_expert_mask, tmp_path / "out", "none")
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.gz")) == [f"{case}.nii.gz" for case in told.cases]


def test_a_case_that_fails_leaves_nothing_and_stops_nothing(tmp_path: Path) -> None:
    cases = read_cohort(ball_cohort(tmp_path / "in", 4)).cases
    cases = (*cases[:3], replace(cases[3], id="../outside"))

    def labels(case: Case) -> Volume | None:
        if case.id == cases[0].id:
            raise ImageError("this one cannot be read")
        found = read_expert_mask(case)
        assert found is not None
        return Volume(found.array[:-1], replace(found.grid, size=(32, 32, 31))) if case.id == cases[1].id else found

    told = write_hecktor(cases, labels, tmp_path / "out", "copy")
    assert told.cases == (cases[2].id,)
    assert set(told.left_out) == {cases[0].id, cases[1].id, "../outside"}
    assert "cannot be read" in told.left_out[cases[0].id]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [cases[2].id, "clinical.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


@pytest.mark.parametrize("identifier", ["", ".hidden", "a/b", "a\\b", "..", "A_CT", "A__PT"])
def test_ids_that_cannot_name_a_file_are_left_out(tmp_path: Path, identifier: str) -> None:
    case = replace(read_cohort(ball_cohort(tmp_path / "in", 1)).cases[0], id=identifier)
    told = write_hecktor([case], read_expert_mask, tmp_path / "out", "copy")
    assert list(told.left_out) == [identifier]
    assert not (tmp_path / "out").exists()
