"""A fold whose `select` part has no event, or nobody: a defined result with a note, or a clear sentence."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hyoid.cohort import Cohort, Fold, read_cohort
from hyoid.files import read_json
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import train_run
from support.hpv import write_folds, write_table
from support.rfs import TABLE, outcome_records, record_network

RECIPES: dict[str, Callable[[str], Recipe]] = {
    "cox": lambda split: load_recipe("rfs-lesions:clinical", overrides=[split]),
    "mtlr": lambda split: load_recipe("baseline-rfs-mtlr:ehr", overrides=[split]),
    "network, then iCARE": lambda split: record_network(split, "stages.1.iterations=best", epochs=2),
}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return read_cohort(write_table(tmp_path_factory.mktemp("rfs") / TABLE, outcome_records(36)))


def folds_of(cohort: Cohort, selected: int) -> list[Fold]:
    """Two halves of the cohort, of each of which the first `selected` censored patients select."""
    halves = [cohort.cases[:18], cohort.cases[18:]]
    folds = []
    for name, training, report in (("first", halves[0], halves[1]), ("second", halves[1], halves[0])):
        select = [case.id for case in training if not case.relapse][:selected]
        train = [case.id for case in training if case.id not in select]
        folds.append(Fold(name, tuple(train), tuple(select), tuple(case.id for case in report)))
    return folds


@pytest.mark.parametrize("kind", sorted(RECIPES))
@pytest.mark.parametrize("selected", [0, 2])
def test_without_an_event_to_select_by_survival_is_that_of_the_training_part_and_said_so(
    kind: str, selected: int, cohort: Cohort, tmp_path: Path
) -> None:
    split = f"split={{name: folds_file, path: {write_folds(tmp_path / 'folds.json', folds_of(cohort, selected))}}}"
    run = train_run(cohort, RECIPES[kind](split), tmp_path / "run", device="cpu")
    rows = pd.read_csv(run.folder / "out-of-fold" / "predictions.csv", float_precision="round_trip")
    assert sorted(rows["PatientID"]) == sorted(case.id for case in cohort.cases)
    assert np.isfinite(rows["rfs_risk"]).all()
    assert rows["rfs_survival_1825"].between(0, 1).all()
    for folder in run.folds.values():
        fitted = read_json(folder / "fitted.json")
        (member,) = fitted["members"]
        assert any(f"No event among {selected} selection cases" in note for note in member["baseline"]["notes"])
        assert member["baseline"]["events"] == fitted["cases"]["events"]
        assert len(read_json(folder / "prognoses.json")["select"]) == selected


def test_a_best_fold_needs_nobody_to_select_and_one_fold_alone_has_no_groups_then(
    cohort: Cohort, tmp_path: Path
) -> None:
    split = f"split={{name: folds_file, path: {write_folds(tmp_path / 'folds.json', folds_of(cohort, 0))}}}"
    recipe = load_recipe("rfs-lesions:clinical", overrides=[split, "inference.ensemble={name: best_fold}"])
    run = train_run(cohort, recipe, tmp_path / "run", device="cpu", fold="1")
    rows = pd.read_csv(run.folder / "out-of-fold" / "predictions.csv")
    assert len(rows) == 18
    assert set(rows["rfs_group"]) == {1}
    assert read_json(run.folder / "prognosis.json")["best_fold"] == "fold-1"


def test_the_order_of_the_cohort_changes_no_digit(cohort: Cohort, tmp_path: Path) -> None:
    other = replace(cohort, cases=tuple(reversed(cohort.cases)))
    for kind, name in (("cox", "c"), ("network, then iCARE", "n")):
        recipe = RECIPES[kind]("split={name: kfold, folds: 2}")
        one, two = (
            train_run(each, recipe, tmp_path / f"{name}-{k}", device="cpu", fold="0")
            for k, each in enumerate((cohort, other))
        )
        for file in ("fitted.json", "prognoses.json"):
            assert (one.folds["fold-0"] / file).read_bytes() == (two.folds["fold-0"] / file).read_bytes()
