import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case, read_cohort
from hyoid.errors import CohortError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_volume, write_volume
from hyoid.training.copies import find_copies
from hyoid.training.store import Store
from support.balls import ball_cohort
from support.recipes import small_recipe


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    return ball_cohort(tmp_path / "cohort", 3)


def _store(tmp_path: Path, *overrides: str) -> Store:
    recipe = small_recipe("baseline-unet", *overrides)
    return Store(tmp_path / "store", recipe.preprocess, recipe.inputs.images)


def test_stored_case_equals_the_preprocessed_one(cohort: Path, tmp_path: Path) -> None:
    store, cases = _store(tmp_path), read_cohort(cohort).cases
    store.prepare(cases)
    for case in cases:
        assert case.mask is not None
        images = {name: read_volume(path) for name, path in case.images.items()}
        framed = store.preprocess.apply(images, ("ct", "pet"), read_volume(case.mask))
        stored = store.open(case.id)
        np.testing.assert_array_equal(stored.images(), framed.images)
        np.testing.assert_array_equal(stored.mask(), framed.mask)
        np.testing.assert_array_equal(stored.body(), framed.body)
        assert stored.framed().way_back == framed.way_back
        for label, voxels in stored.locations.items():
            assert (framed.mask[tuple(voxels.T)] == label).all()


def test_patch_is_the_block_and_repeats_the_edge_beyond_it(cohort: Path, tmp_path: Path) -> None:
    store = _store(tmp_path)
    store.prepare(read_cohort(cohort).cases)
    case = store.open("ACEN-000")
    images, labels = case.patch((3, 4, 5), (16, 16, 16))
    np.testing.assert_array_equal(images, case.images()[:, 3:19, 4:20, 5:21])
    np.testing.assert_array_equal(labels, case.mask()[3:19, 4:20, 5:21])
    whole, outside = case.patch((-4, 0, 0), (40, 32, 32))
    np.testing.assert_array_equal(whole, np.pad(case.images(), [(0, 0), (4, 4), (0, 0), (0, 0)], mode="edge"))
    assert outside[:4].max() == 0


def test_second_run_makes_only_what_is_missing_or_changed(cohort: Path, tmp_path: Path) -> None:
    cases = read_cohort(cohort).cases
    assert _store(tmp_path).prepare(cases[:2]).made == ("ACEN-000", "ACEN-002")
    report = _store(tmp_path).prepare(cases)
    assert (report.made, report.ready) == (("BCEN-001",), ("ACEN-000", "ACEN-002"))
    (cohort / "BCEN-001__CT.nii.gz").write_bytes((cohort / "ACEN-000__CT.nii.gz").read_bytes())
    assert _store(tmp_path).prepare(cases).made == ("BCEN-001",)


def test_other_preprocessing_lies_elsewhere_and_the_same_is_shared(tmp_path: Path) -> None:
    assert _store(tmp_path).folder == _store(tmp_path, "stages.0.training.epochs=7").folder
    assert _store(tmp_path).folder != _store(tmp_path, "preprocess.interpolation.ct=linear").folder


def test_bad_case_is_set_aside_with_its_reason_and_stops_nothing(cohort: Path, tmp_path: Path) -> None:
    broken = cohort / "ACEN-002__PT.nii.gz"
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    report = _store(tmp_path).prepare(read_cohort(cohort).cases)
    assert report.made == ("ACEN-000", "BCEN-001")
    assert "ACEN-002__PT.nii.gz" in report.quarantined["ACEN-002"]
    assert list((_store(tmp_path).folder / "quarantine").iterdir())
    broken.write_bytes(whole)
    assert _store(tmp_path).prepare(read_cohort(cohort).cases).made == ("ACEN-002",)
    assert not list((_store(tmp_path).folder / "quarantine").iterdir())


def test_foreign_label_is_set_aside(cohort: Path, tmp_path: Path) -> None:
    mask = cohort / "ACEN-000.nii.gz"
    content = bytearray(gzip.decompress(mask.read_bytes()))
    content[-1] = 7
    mask.write_bytes(gzip.compress(bytes(content)))
    assert "labels [0, 1, 2, 7]" in _store(tmp_path).prepare(read_cohort(cohort).cases).quarantined["ACEN-000"]


def test_wrong_units_nan_and_a_mask_elsewhere_are_set_aside(cohort: Path, tmp_path: Path) -> None:
    pet = read_volume(cohort / "ACEN-000__PT.nii.gz")
    write_volume(cohort / "ACEN-000__PT.nii.gz", pet.with_array(pet.array * 5000))
    holes = read_volume(cohort / "ACEN-002__PT.nii.gz")
    holes.array[0, 0, 0] = np.nan
    write_volume(cohort / "ACEN-002__PT.nii.gz", holes)
    mask = read_volume(cohort / "BCEN-001.nii.gz")
    write_volume(cohort / "BCEN-001.nii.gz", Volume(mask.array, mask.grid.cropped((5, 0, 0), mask.grid.size)))
    reasons = _store(tmp_path).prepare(read_cohort(cohort).cases).quarantined
    assert "Bq/mL" in reasons["ACEN-000"]
    assert "1 NaN" in reasons["ACEN-002"]
    assert "the CT's grid" in reasons["BCEN-001"]


def test_copies_are_told_by_any_image_however_compressed_or_placed(cohort: Path, tmp_path: Path) -> None:
    ct, pet = (read_volume(cohort / f"ACEN-000__{name}.nii.gz") for name in ("CT", "PT"))
    x, y, z = ct.grid.origin
    moved = Grid(ct.grid.size, ct.grid.spacing, (x, y, z + 30.0))
    write_volume(cohort / "ZCEN-001__CT.mha", Volume(ct.array, moved))
    write_volume(cohort / "ZCEN-001__PT.nii.gz", pet.with_array(pet.array * np.float32(1.01)))
    write_volume(cohort / "ZCEN-002__CT.nii.gz", ct.with_array(ct.array + np.int16(1)))
    write_volume(cohort / "ZCEN-002__PT.nii.gz", pet.with_array(pet.array * np.float32(1.01)))
    store, cases = _store(tmp_path), read_cohort(cohort).cases
    assert not store.prepare(cases).quarantined
    copies = find_copies(store.open(case.id) for case in reversed(cases))
    assert list(copies) == ["ZCEN-001"]  # the PET of ZCEN-002 is that of a case which is left out: it stays
    assert "the ct of ACEN-000" in copies["ZCEN-001"]


def test_half_written_case_is_made_again(cohort: Path, tmp_path: Path) -> None:
    store, cases = _store(tmp_path), read_cohort(cohort).cases
    store.prepare(cases)
    torn = store.folder / "cases" / ".99.ACEN-000"
    (store.folder / "cases" / "ACEN-000").rename(torn)
    assert store.prepare(cases).made == ("ACEN-000",)


def test_unprepared_case_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="hyoid preprocess"):
        _store(tmp_path).open("nobody")


def test_case_without_pet_is_filled_and_flagged_or_set_aside(cohort: Path, tmp_path: Path) -> None:
    (case, *_) = read_cohort(cohort).cases
    ct_only = Case("X-1", images={"ct": case.images["ct"]})
    store = _store(tmp_path)
    store.prepare([ct_only])
    stored = store.open("X-1")
    assert stored.present.tolist() == [True, False]
    assert np.ptp(stored.images()[1]) == 0
    assert not stored.has_mask


def test_masks_are_hashed_apart_from_images_and_tell_no_copies(cohort: Path, tmp_path: Path) -> None:
    store, cases = _store(tmp_path), read_cohort(cohort).cases
    store.prepare([cases[0], replace(cases[1], mask=None)])
    assert store.open(cases[0].id).mask_voxels == {"mask": read_volume(cases[0].mask).voxel_hash()}
    assert store.open(cases[1].id).mask_voxels == {}
    assert set(store.open(cases[0].id).voxels) == {"ct", "pet"}
