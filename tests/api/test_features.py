"""Deep features of a cohort as a table: one network, the part of each patient, and what could not be read."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hyoid
from hyoid import api
from hyoid.bundle import load_bundle
from hyoid.cohort import read_cohort
from hyoid.errors import CohortError
from hyoid.files import read_json
from hyoid.geometry import Volume
from hyoid.imaging import read_volume, write_volume
from hyoid.inference.deep_features import DeepNetwork
from support.hpv import TABLE, ball_hpv_cohort, clinical_network, records, write_table

KFOLD = "split={name: kfold, folds: 2}"
LESIONS = "inputs.lesions={measures: [log_gtvp_volume_ml, log_gtvn_volume_ml]}"

ENCODER = "inputs.clinical.encoder={name: median, numeric: [age], flag: true, unordered: []}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deep")


@pytest.fixture(scope="module")
def table(root: Path) -> Path:
    rows = records(24)
    rows["ACEN-000"]["HPV Status"] = ""  # unknown: left out of the run
    return write_table(root / "table" / TABLE, rows)


@pytest.fixture(scope="module")
def run(root: Path, table: Path) -> Path:
    return api.train(table, clinical_network(KFOLD, epochs=2), root / "run", device="cpu").run.folder


@pytest.fixture(scope="module")
def balls(root: Path) -> Path:
    return ball_hpv_cohort(root / "balls", records(9))


@pytest.fixture(scope="module")
def lesion_run(root: Path, balls: Path) -> Path:
    recipe = clinical_network(KFOLD, LESIONS, ENCODER, "inputs.missing=fill", epochs=2)
    return api.train(balls, recipe, root / "lesions", device="cpu").run.folder


def _deep(found: pd.DataFrame) -> np.ndarray:
    return found.filter(regex=r"^deep_\d{4}$").to_numpy()


def test_two_folds_are_two_tables_with_unrelated_features(table: Path, run: Path) -> None:
    one, two = (hyoid.deep_features(table, run, fold=k, device="cpu").table for k in (0, 1))
    width = _deep(one).shape[1]
    names = [f"deep_{k:04d}" for k in range(width)]
    assert list(one) == ["PatientID", "CenterID", "fold", "network", "part", *names, "Missing", "Notes"]
    assert (set(one["fold"]), set(two["fold"])) == ({"fold-0"}, {"fold-1"})
    assert one["network"].nunique() == two["network"].nunique() == 1
    assert one["network"][0] != two["network"][0]
    assert np.isfinite(_deep(one)).all()
    assert not np.allclose(_deep(one), _deep(two))


def test_rows_are_the_networks_features_whatever_the_order_of_the_patients(table: Path, run: Path) -> None:
    cohort = read_cohort(table)
    turned = replace(cohort, cases=cohort.cases[::-1])
    found = api.deep_features(cohort, run, device="cpu").table
    again = api.deep_features(turned, run, device="cpu").table
    pd.testing.assert_frame_equal(again.iloc[::-1].reset_index(drop=True), found, check_exact=True)
    network = DeepNetwork.of(load_bundle(run), device="cpu")
    by_hand = np.stack([network.features(case).values for case in cohort.cases])
    np.testing.assert_array_equal(_deep(found), by_hand)


@pytest.mark.parametrize("fold", [0, 1])
def test_part_is_where_the_patient_stood_in_this_fold(table: Path, run: Path, fold: int) -> None:
    found = api.deep_features(table, run, fold=fold, device="cpu")
    split = read_json(run / "splits.json")[fold]
    parts = dict(zip(found.table["PatientID"], found.table["part"], strict=True))
    assert parts.pop("ACEN-000") == "excluded"
    assert parts == {i: part for part in ("train", "select", "report") for i in split[part]}
    assert found.notes == ()


def test_patients_whom_the_run_does_not_know_are_new_and_shared_ids_are_told(run: Path, tmp_path: Path) -> None:
    rows = {f"New-{i}": row for i, row in enumerate(records(3).values())}
    strangers = api.deep_features(write_table(tmp_path / "new" / TABLE, rows), run, device="cpu")
    assert set(strangers.table["part"]) == {"new"}
    assert strangers.notes == ()
    mixed = rows | {"BCEN-003": records(4)["BCEN-003"] | {"Age": 44}}
    found = api.deep_features(write_table(tmp_path / "mixed" / TABLE, mixed), run, device="cpu")
    assert set(found.table.set_index("PatientID").loc["New-0":, "part"]) == {"new"}
    (note,) = found.notes
    assert "is not the cohort of the run" in note
    assert "1 of its ids (first: BCEN-003)" in note
    assert found.provenance["notes"] == [note]


def test_without_the_run_no_part_is_claimed(table: Path, run: Path, tmp_path: Path) -> None:
    alone = shutil.copytree(run / "bundle", tmp_path / "bundle")
    found, whole = (api.deep_features(table, folder, device="cpu") for folder in (alone, run))
    assert set(found.table["part"]) == {"unknown"}
    (note,) = found.notes
    assert "Give the folder of the run" in note
    np.testing.assert_array_equal(_deep(found.table), _deep(whole.table))


def test_a_patient_who_cannot_be_read_has_an_empty_row_and_changes_no_other(run: Path, tmp_path: Path) -> None:
    rows = records(4)
    intact = api.deep_features(write_table(tmp_path / "intact" / TABLE, rows), run, device="cpu").table
    nothing = {column: "" for column in rows["ACEN-001"] if column != "CenterID"}
    rows["ACEN-001"] |= nothing
    rows["ACEN-002"] |= {"Age": "", "Gender": 7}
    found = api.deep_features(write_table(tmp_path / "gaps" / TABLE, rows), run, device="cpu").table
    lost = found["PatientID"] == "ACEN-001"
    assert np.isnan(_deep(found[lost])).all()
    assert "expected at least one of what glasgow-hpv:clinical reads" in found.loc[lost, "Notes"].item()
    changed = found["PatientID"] == "ACEN-002"
    assert found.loc[changed, "Missing"].item() == "age gender treatment"
    assert found.loc[changed, "Notes"].item().startswith("gender = 7: expected")
    assert found.loc[0, ["Missing", "Notes"]].tolist() == ["treatment", ""]
    assert np.isfinite(_deep(found[changed])).all()
    same = ~lost & ~changed
    np.testing.assert_array_equal(_deep(found[same]), _deep(intact[same]))
    rows = {i: row | nothing for i, row in rows.items()}
    with pytest.raises(CohortError, match=r"None of 4 patients can be read by glasgow-hpv:clinical; of ACEN-000: "):
        api.deep_features(write_table(tmp_path / "nothing" / TABLE, rows), run, device="cpu")


def test_masks_take_the_place_of_the_cohorts_where_lesions_are_measured(
    balls: Path, lesion_run: Path, tmp_path: Path
) -> None:
    cohort = read_cohort(balls)
    first, second, *_ = (case for case in cohort.cases)
    assert first.mask is not None
    assert second.mask is not None
    mask = read_volume(first.mask)
    nodes = Volume(np.where(mask.array == 2, 2, 0).astype(np.uint8), mask.grid)
    write_volume(tmp_path / "masks" / f"{first.id}.nii.gz", nodes)
    shutil.copyfile(second.mask, tmp_path / "masks" / f"{second.id}.nii.gz")
    own = api.deep_features(balls, lesion_run, device="cpu").table
    other = api.deep_features(balls, lesion_run, masks=tmp_path / "masks", device="cpu").table
    same = (_deep(own) == _deep(other)).all(axis=1)
    assert same.tolist() == [False, True] + [False] * 7
    assert other["Notes"][1].startswith("Lesions were measured in a predicted label map")
    assert "No label map: the lesion measures are missing." in other["Notes"][2]
    assert set(own["Notes"]) == {""}


def test_masks_that_would_do_nothing_are_refused(
    table: Path, run: Path, balls: Path, lesion_run: Path, tmp_path: Path
) -> None:
    with pytest.raises(CohortError, match="label maps for glasgow-hpv:clinical, which measures no lesions"):
        api.deep_features(table, run, masks=balls, device="cpu")
    shutil.copyfile(balls / "ACEN-000.nii.gz", tmp_path / "Nobody.nii.gz")
    with pytest.raises(CohortError, match="masks for Nobody but none of them a patient"):
        api.deep_features(balls, lesion_run, masks=tmp_path, device="cpu")
