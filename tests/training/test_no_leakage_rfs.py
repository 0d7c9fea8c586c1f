"""No encoder, network, estimator, baseline survival or risk group saw a patient that its fold reports.

The proof: where the records and outcomes of the patients that fold k reports are permuted among themselves, and
altered, nothing that was fitted for fold k may change by one bit. The cut points of its risk groups come from the other
folds' out-of-fold risks, and change neither with the risks of fold k's own patients nor with their outcomes.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hyoid.cohort import Case, Cohort, Fold, read_cohort
from hyoid.files import read_json, write_json
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import train_run
from hyoid.training.folds import Work
from hyoid.training.risk_table import write_risk_tables
from support.hpv import write_folds, write_table
from support.rfs import TABLE, outcome_records, record_network

PATIENTS, FOLDS, K = 36, 3, 1

RECIPES: dict[str, Callable[[str], Recipe]] = {
    "cox on a table": lambda split: load_recipe("rfs-lesions:clinical", overrides=[split]),
    "network, then iCARE": lambda split: record_network(split, epochs=2),
}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return read_cohort(write_table(tmp_path_factory.mktemp("leak") / TABLE, outcome_records(PATIENTS)))


@pytest.fixture(scope="module")
def folds(cohort: Cohort) -> list[Fold]:
    """Fixed by hand: a third is reported, of the others six select."""
    drawn = []
    for k in range(FOLDS):
        report = [case.id for i, case in enumerate(cohort.cases) if i // 3 % FOLDS == k]
        rest = [case.id for case in cohort.cases if case.id not in report]
        drawn.append(Fold(f"fold-{k}", tuple(rest[6:]), tuple(rest[:6]), tuple(report)))
    return drawn


@pytest.fixture(scope="module")
def altered(cohort: Cohort, folds: list[Fold]) -> Cohort:
    """The cohort with the records and, by another permutation, the outcomes of fold K's patients permuted.

    A permutation keeps means, categories and counts, so that an encoder or a baseline fitted on everybody would not
    show. Therefore all of them also become older, are of a performance status that nobody else has, are followed for
    1000 days more, and a few of their events are turned.
    """
    report = folds[K].report
    rng = np.random.default_rng(3)
    record_of, outcome_of = (dict(zip(report, rng.permutation(report), strict=True)) for _ in range(2))
    turned = set(report[:4])

    def other(case: Case) -> Case:
        if case.id not in report:
            return case
        record, outcome = cohort.case(record_of[case.id]).clinical, cohort.case(outcome_of[case.id])
        clinical = {**record, "age": record["age"] + 30, "performance_status": 4}
        event = bool(outcome.relapse) != (case.id in turned)
        return replace(case, clinical=clinical, rfs_days=outcome.rfs_days + 1000, relapse=event)

    cases = tuple(other(case) for case in cohort.cases)
    changed = {one.id for one, another in zip(cohort.cases, cases, strict=True) if one != another}
    assert changed == set(report)
    events = [sum(case.relapse is True for case in part if case.id in report) for part in (cohort.cases, cases)]
    assert events[0] != events[1]
    return replace(cohort, cases=cases)


Trained = Callable[[str, bool], Path]


@pytest.fixture(scope="module")
def trained(cohort: Cohort, altered: Cohort, folds: list[Fold], tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train (recipe, altered or not) completely, each once."""
    root = tmp_path_factory.mktemp("runs")
    split = f"split={{name: folds_file, path: {write_folds(root / 'folds.json', folds)}}}"

    def train(kind: str, is_altered: bool) -> Path:
        out = root / f"{sorted(RECIPES).index(kind)}-{is_altered}"
        if not out.exists():
            train_run(altered if is_altered else cohort, RECIPES[kind](split), out, device="cpu")
        return out

    return train


def _fitted(run: Path, k: int) -> dict[str, bytes]:
    """All that was fitted for a fold: encoder, estimator and baseline of each member, and the weights of networks."""
    folder = run / f"fold-{k}"
    found = {path.name: path.read_bytes() for path in folder.glob("*.safetensors")}
    return found | {"fitted.json": (folder / "fitted.json").read_bytes()}


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_nothing_that_a_fold_fitted_saw_whom_it_reports(kind: str, trained: Trained) -> None:
    one, other = trained(kind, False), trained(kind, True)
    fitted = read_json(one / f"fold-{K}" / "fitted.json")
    assert fitted["encoder"]
    assert all(member["estimator"] and member["baseline"]["days"] for member in fitted["members"])
    assert _fitted(one, K) == _fitted(other, K)
    for k in set(range(FOLDS)) - {K}:  # these trained on fold K's patients: the alteration is no idle one
        before, after = (read_json(run / f"fold-{k}" / "fitted.json") for run in (one, other))
        for part in ("encoder", "members"):
            assert before[part] != after[part]
    select = [read_json(run / f"fold-{K}" / "prognoses.json") for run in (one, other)]
    assert select[0]["select"] == select[1]["select"]
    assert select[0]["report"] != select[1]["report"]


def test_a_network_and_what_follows_it_were_part_of_the_proof(trained: Trained) -> None:
    one, other = (trained("network, then iCARE", is_altered) for is_altered in (False, True))
    assert {"best.safetensors", "selected-0001.safetensors", "fitted.json"} <= set(_fitted(one, K))
    stacks = [[fold["stack"] for fold in read_json(run / "splits.json")] for run in (one, other)]
    assert stacks[0][K] == stacks[1][K]  # drawn by the outcomes of the fold's training patients alone
    assert len(stacks[0][K]) == 5


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_the_risk_groups_of_a_fold_are_cut_by_the_others(
    kind: str, trained: Trained, cohort: Cohort, folds: list[Fold], tmp_path: Path
) -> None:
    """The risks of fold K's patients, and their outcomes, are permuted and moved, and the groups are made again."""
    run = shutil.copytree(trained(kind, False), tmp_path / "run")
    before = pd.read_csv(run / "out-of-fold" / "predictions.csv", float_precision="round_trip").set_index("PatientID")
    prognoses = read_json(run / f"fold-{K}" / "prognoses.json")
    rng = np.random.default_rng(0)
    moved = {i: one | {"risk": one["risk"] * 3 + 5 * rng.random()} for i, one in prognoses["report"].items()}
    write_json(run / f"fold-{K}" / "prognoses.json", prognoses | {"report": moved})
    cases = {case.id: case for case in cohort.cases}
    cases |= {i: replace(cases[i], rfs_days=9999.0, relapse=not cases[i].relapse) for i in moved}
    work = Work(load_recipe(str(run / "recipe.yaml")), cases, None, run, "cpu")
    write_risk_tables(work, folds, range(FOLDS), held_out=False)
    after = pd.read_csv(run / "out-of-fold" / "predictions.csv", float_precision="round_trip").set_index("PatientID")
    others = before.loc[before["fold"] != f"fold-{K}", "rfs_risk"]
    cuts = np.quantile(others, [1 / 3, 2 / 3])
    for rows in (before, after):
        own = rows[rows["fold"] == f"fold-{K}"]
        assert own["rfs_group"].tolist() == [1 + int((risk > cuts).sum()) for risk in own["rfs_risk"]]
    changed = {i for i in before.index if before.loc[i, "rfs_group"] != after.loc[i, "rfs_group"]}
    assert any(before.loc[i, "fold"] != f"fold-{K}" for i in changed)  # the others' groups are cut by fold K's risks
