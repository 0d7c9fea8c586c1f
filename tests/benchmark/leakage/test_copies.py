"""One patient under two ids: the same bytes, or the same voxels in other bytes."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from hyoid.benchmark.leakage import find_external_leaks
from hyoid.benchmark.leakage.copies import copy_leaks
from hyoid.benchmark.leakage.trained import TrainedRun
from hyoid.cohort import Cohort, read_cohort
from hyoid.files import read_json, write_json, write_text
from hyoid.imaging import read_volume, write_volume
from hyoid.recipe import Recipe, dump_recipe, load_recipe
from hyoid.training import Store
from support.balls import ball_cohort
from support.recipes import small_recipe

IDS = ("ACEN-000", "BCEN-001", "ACEN-002", "BCEN-003")
ENDS = {"ct": "__CT", "mask": "", "pet": "__PT"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return ball_cohort(tmp_path / "balls", 4)


def image(folder: Path, case_id: str, role: str) -> Path:
    return folder / f"{case_id}{ENDS[role]}.nii.gz"


def run_of(cohort: Cohort, out: Path, recipe: Recipe) -> TrainedRun:
    """Return a run of which there is the split alone: the first two patients are learnt from, the others reported."""
    write_text(out / "recipe.yaml", dump_recipe(recipe))
    halves = {"train": IDS[:1], "select": IDS[1:2], "report": IDS[2:]}
    write_json(out / "splits.json", [{"folder": "fold-0", "name": "fold-0", **halves}])
    return TrainedRun(out, cohort, out / "store")


def on_tables(folder: Path, out: Path) -> TrainedRun:
    return run_of(read_cohort(folder), out, load_recipe("hpv-logistic:clinical"))


@pytest.mark.parametrize("role", ["ct", "pet", "mask"])
def test_the_same_bytes_on_both_sides_are_found_for_a_recipe_that_reads_no_images(
    role: str, folder: Path, tmp_path: Path
) -> None:
    assert list(copy_leaks(on_tables(folder, tmp_path / "run"))) == []
    shutil.copyfile(image(folder, IDS[0], role), image(folder, IDS[2], role))
    (leak,) = copy_leaks(on_tables(folder, tmp_path / "run"))
    assert (leak.kind, leak.patients, leak.path) == ("copy", (IDS[0], IDS[2]), "splits.json: fold-0")
    assert f"the {role} of {IDS[0]} is that of {IDS[2]}, byte by byte" in leak.found
    assert str(image(folder, IDS[2], role)) in leak.found


def test_copies_on_one_side_are_no_leak(folder: Path, tmp_path: Path) -> None:
    shutil.copyfile(image(folder, IDS[0], "ct"), image(folder, IDS[1], "ct"))
    shutil.copyfile(image(folder, IDS[2], "ct"), image(folder, IDS[3], "ct"))
    assert list(copy_leaks(on_tables(folder, tmp_path / "run"))) == []


def test_empty_masks_and_masks_of_a_few_voxels_are_no_copies(folder: Path, tmp_path: Path) -> None:
    mask = read_volume(image(folder, IDS[0], "mask"))
    for count in (0, 99):
        few = mask.with_array(
            np.where(np.arange(mask.array.size).reshape(mask.array.shape) < count, 1, 0).astype(np.uint8)
        )
        for case_id in (IDS[0], IDS[2]):
            write_volume(image(folder, case_id, "mask"), few)
        assert list(copy_leaks(on_tables(folder, tmp_path / f"run-{count}"))) == []


def test_the_same_voxels_in_other_bytes_are_found_where_the_run_has_a_store(folder: Path, tmp_path: Path) -> None:
    for role in ENDS:
        target = image(folder, IDS[3], role)
        target.write_bytes(gzip.compress(gzip.decompress(image(folder, IDS[1], role).read_bytes()), 3, mtime=7))
    cohort, recipe = read_cohort(folder), small_recipe("baseline-unet")
    run = run_of(cohort, tmp_path / "run", recipe)
    assert list(copy_leaks(run)) == []  # nothing is stored yet, and the bytes differ
    Store(run.store, recipe.preprocess, recipe.inputs.images).prepare(cohort.cases)
    for role, leak in zip(ENDS, sorted(copy_leaks(run), key=lambda leak: leak.found), strict=True):
        assert leak.patients == (IDS[1], IDS[3])
        assert f"the {role} of {IDS[1]} is that of {IDS[3]}, voxel by voxel" in leak.found


def test_a_copy_of_somebody_whom_only_the_record_names_is_found(folder: Path, tmp_path: Path) -> None:
    shutil.copyfile(image(folder, IDS[0], "ct"), image(folder, IDS[2], "ct"))
    run = on_tables(folder, tmp_path / "run")
    record = read_json(run.folder / "splits.json")
    record[0]["train"] = [IDS[1]]
    record[0]["select"] = []
    write_json(run.folder / "splits.json", record)
    write_json(run.folder / "fold-0" / "seen.json", {"model": [IDS[0]]})
    (leak,) = copy_leaks(TrainedRun(run.folder, run.cohort, run.store))
    assert leak.patients == (IDS[0], IDS[2])


def test_patients_of_an_external_cohort_are_found_by_id_and_by_image(folder: Path, tmp_path: Path) -> None:
    cohort = read_cohort(folder)
    apart = cohort.select(IDS[:2]), cohort.select(IDS[2:])
    assert find_external_leaks(*apart) == []
    shutil.copyfile(image(folder, IDS[0], "pet"), image(folder, IDS[3], "pet"))
    (copied,) = find_external_leaks(cohort.select(IDS[:2]), read_cohort(folder).select(IDS[2:]))
    assert (copied.kind, copied.patients) == ("copy", (IDS[3], IDS[0]))
    assert copied.path == str(image(folder, IDS[3], "pet"))
    same = find_external_leaks(cohort.select(IDS[:2]), cohort.select(IDS[1:]))[0]
    assert (same.kind, same.patients) == ("split", (IDS[1],))
