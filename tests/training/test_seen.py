"""The record of whom each fitted thing saw, by what it was really fitted on."""

from pathlib import Path

import pytest

from hyoid.cohort import Cohort, Fold, folds_from_json, read_cohort
from hyoid.files import read_json
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import train_run
from hyoid.training.seen import SEEN, write_seen
from support.hpv import TABLE, records, write_table
from support.rfs import TABLE as RFS_TABLE
from support.rfs import outcome_records, record_network

PATIENTS = 24


@pytest.fixture(scope="module")
def hpv_cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return read_cohort(write_table(tmp_path_factory.mktemp("seen") / TABLE, records(PATIENTS)))


@pytest.fixture(scope="module")
def rfs_cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return read_cohort(write_table(tmp_path_factory.mktemp("seen") / RFS_TABLE, outcome_records(PATIENTS)))


def trained(
    cohort: Cohort, recipe: Recipe, out: Path, fold: str = "all"
) -> tuple[list[Fold], list[dict[str, list[str]]]]:
    train_run(cohort, recipe, out, device="cpu", fold=fold)
    folds = folds_from_json(read_json(out / "splits.json"))
    return folds, [read_json(path) for path in sorted(out.glob(f"fold-*/{SEEN}"))]


def test_a_classifiers_decision_saw_the_other_folds_report_parts_and_the_rest_its_own_train_and_select(
    hpv_cohort: Cohort, tmp_path: Path
) -> None:
    split = "split={name: kfold, folds: 2, select_fraction: 0.3}"
    folds, seen = trained(hpv_cohort, load_recipe("hpv-logistic:clinical", overrides=[split]), tmp_path)
    for k, fold in enumerate(folds):
        train, select, others = sorted(fold.train), sorted(fold.select), sorted(folds[1 - k].report)
        assert seen[k] == {
            "model": train,
            "encoder": train,
            "selection": select,
            "middle": select,
            "calibrator": others,
            "threshold": others,
        }


def test_a_single_finished_fold_decides_by_its_own_select_part(hpv_cohort: Cohort, tmp_path: Path) -> None:
    recipe = load_recipe("hpv-logistic:clinical", overrides=["split={name: kfold, folds: 2}"])
    folds, (seen,) = trained(hpv_cohort, recipe, tmp_path, fold="1")
    assert seen["threshold"] == seen["calibrator"] == sorted(folds[1].select)


def test_an_estimator_on_features_saw_stack_and_the_network_train(rfs_cohort: Cohort, tmp_path: Path) -> None:
    folds, seen = trained(rfs_cohort, record_network(epochs=1, folds=2), tmp_path)
    for k, fold in enumerate(folds):
        assert seen[k]["model"] == seen[k]["encoder"] == sorted(fold.train)
        assert seen[k]["estimator"] == sorted(fold.stack)
        assert seen[k]["selection"] == sorted(fold.select)
        assert set(seen[k]["baseline"]) - set(fold.train) == set(fold.select)
        assert seen[k]["cut_points"] == sorted(folds[1 - k].report)


def test_what_is_fitted_again_replaces_its_record_and_no_other(tmp_path: Path) -> None:
    write_seen(tmp_path, {"model": ["b", "a", "b"], "threshold": ["c"]})
    write_seen(tmp_path, {"threshold": ["d"]})
    assert read_json(tmp_path / SEEN) == {"model": ["a", "b"], "threshold": ["d"]}
