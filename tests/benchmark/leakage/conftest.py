"""Finished runs on records alone, in which nothing leaks; every test plants a leak into a copy of one."""

from pathlib import Path

import pytest

from hyoid import api
from hyoid.cohort import Cohort, read_cohort
from support.hpv import TABLE as HPV_TABLE
from support.hpv import records, write_table
from support.leaks import Planted
from support.rfs import TABLE as RFS_TABLE
from support.rfs import outcome_records

PATIENTS = 36
CLASSIFIER = "recipe: 'hpv-logistic:clinical', folds: 2, overrides: ['stages.0.estimator.strengths=[0.1]']"
INFERRED = (
    "inputs.clinical.columns=[age, tobacco, hpv]",
    f"inputs.hpv={{train: predicted, predict: ensemble, {CLASSIFIER}}}",
)


@pytest.fixture(scope="session")
def hpv_cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return read_cohort(write_table(tmp_path_factory.mktemp("leaks") / HPV_TABLE, records(PATIENTS)))


@pytest.fixture(scope="session")
def rfs_cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    rows = outcome_records(PATIENTS)
    for i, row in enumerate(rows.values()):
        row["HPV Status"] = i % 2
    return read_cohort(write_table(tmp_path_factory.mktemp("leaks") / RFS_TABLE, rows))


@pytest.fixture(scope="session")
def hpv_folder(hpv_cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaks") / "hpv"
    split = "split={name: holdout_kfold, folds: 3, test_fraction: 0.1, select_fraction: 0.3}"
    api.train(hpv_cohort, "hpv-logistic:clinical", folder, overrides=[split], device="cpu")
    return folder


@pytest.fixture(scope="session")
def rfs_folder(rfs_cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folds that read an HPV status which two inner folds of a classifier infer."""
    folder = tmp_path_factory.mktemp("leaks") / "rfs"
    overrides = ["split={name: kfold, folds: 2, select_fraction: 0.3}", *INFERRED]
    api.train(rfs_cohort, "rfs-lesions:clinical", folder, overrides=overrides, device="cpu")
    return folder


@pytest.fixture
def hpv_run(hpv_folder: Path, hpv_cohort: Cohort, tmp_path: Path) -> Planted:
    return Planted.copy(hpv_folder, hpv_cohort, tmp_path / "hpv")


@pytest.fixture
def rfs_run(rfs_folder: Path, rfs_cohort: Cohort, tmp_path: Path) -> Planted:
    return Planted.copy(rfs_folder, rfs_cohort, tmp_path / "rfs")
