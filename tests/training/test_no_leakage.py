"""No encoder, model, threshold or calibrator saw a patient that its fold reports.

The proof: where the records and the HPV labels of the patients that fold k reports are permuted among themselves, and
altered, nothing that was fitted for fold k may change by one bit. With `source: other_folds` one path is left, of
second order: the *models* of the other folds trained on fold k's patients, and calibrator and threshold of fold k are
fitted on what these models said of others. With `source: select` there is none.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hyoid.cohort import Case, Cohort, Fold, read_cohort
from hyoid.files import read_json, write_json
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import train_run
from hyoid.training.decide import decide, fit_decision
from hyoid.training.folds import Work
from support.hpv import TABLE, clinical_network, records, write_folds, write_table

PATIENTS, FOLDS, K = 36, 3, 1

RECIPES: dict[str, Callable[[list[str]], Recipe]] = {
    "estimator": lambda overrides: load_recipe("hpv-logistic:clinical", overrides=overrides),
    "network": lambda overrides: clinical_network(*overrides, epochs=3),
}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return read_cohort(write_table(tmp_path_factory.mktemp("leak") / TABLE, records(PATIENTS)))


@pytest.fixture(scope="module")
def folds(cohort: Cohort) -> list[Fold]:
    """Fixed by hand: a third is reported, of the others every fifth pair selects."""
    drawn = []
    for k in range(FOLDS):
        report = [case.id for i, case in enumerate(cohort.cases) if i // 3 % FOLDS == k]
        rest = [case.id for case in cohort.cases if case.id not in report]
        drawn.append(Fold(f"fold-{k}", tuple(rest[6:]), tuple(rest[:6]), tuple(report)))
    return drawn


@pytest.fixture(scope="module")
def altered(cohort: Cohort, folds: list[Fold]) -> Cohort:
    """The cohort with the records and, by another permutation, the labels of fold K's patients permuted.

    A permutation keeps means, categories and counts, so that an encoder or a class weight fitted on everybody would not
    show. Therefore all of them also become older, are of a performance status that nobody else has, and a few of their
    labels are turned.
    """
    report = folds[K].report
    rng = np.random.default_rng(3)
    record_of, label_of = (dict(zip(report, rng.permutation(report), strict=True)) for _ in range(2))
    turned = set(report[:4])

    def other(case: Case) -> Case:
        if case.id not in report:
            return case
        record = cohort.case(record_of[case.id]).clinical
        label = bool(cohort.case(label_of[case.id]).hpv) != (case.id in turned)
        return replace(case, clinical={**record, "age": record["age"] + 30, "performance_status": 4}, hpv=label)

    cases = tuple(other(case) for case in cohort.cases)
    changed = {one.id for one, another in zip(cohort.cases, cases, strict=True) if one != another}
    assert changed == set(report)
    labels = [[case.hpv for case in part if case.id in report] for part in (cohort.cases, cases)]
    assert labels[0] != labels[1]
    assert labels[0].count(True) != labels[1].count(True)
    return replace(cohort, cases=cases)


Trained = Callable[[str, str, bool], Path]


@pytest.fixture(scope="module")
def trained(cohort: Cohort, altered: Cohort, folds: list[Fold], tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train (recipe, source, altered or not) completely, each once."""
    root = tmp_path_factory.mktemp("runs")
    split = f"split={{name: folds_file, path: {write_folds(root / 'folds.json', folds)}}}"

    def train(kind: str, source: str, is_altered: bool) -> Path:
        out = root / f"{kind}-{source}-{is_altered}"
        if not out.exists():
            recipe = RECIPES[kind]([split, f"inference.decision.source={source}"])
            train_run(altered if is_altered else cohort, recipe, out, device="cpu")
        return out

    return train


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_encoder_and_model_of_a_fold_never_saw_whom_it_reports(kind: str, trained: Trained) -> None:
    one, other = trained(kind, "other_folds", False), trained(kind, "other_folds", True)
    assert _model(one, K) == _model(other, K)
    for k in set(range(FOLDS)) - {K}:  # these trained on fold K's patients: the alteration is no idle one
        assert _model(one, k) != _model(other, k)


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_decision_of_a_fold_never_saw_the_rows_that_it_reports(
    kind: str, trained: Trained, cohort: Cohort, folds: list[Fold], tmp_path: Path
) -> None:
    """The logits of fold K's own patients, and their labels, are permuted and moved; its decision is fitted again."""
    run = shutil.copytree(trained(kind, "other_folds", False), tmp_path / "run")
    before = [read_json(run / f"fold-{k}" / "fitted.json")["decision"] for k in range(FOLDS)]
    rng = np.random.default_rng(0)
    logits = read_json(run / f"fold-{K}" / "logits.json")
    report = sorted(logits["report"])
    values = (rng.permutation([logits["report"][i] for i in report]) + 1.5).tolist()
    write_json(run / f"fold-{K}" / "logits.json", logits | {"report": dict(zip(report, values, strict=True))})
    cases = {case.id: case for case in cohort.cases}
    labels = rng.permutation([cases[i].hpv for i in report]).tolist()
    cases |= {i: replace(cases[i], hpv=label) for i, label in zip(report, labels, strict=True)}
    decide(_work(run, cases), folds, range(FOLDS), held_out=False)
    after = [read_json(run / f"fold-{k}" / "fitted.json")["decision"] for k in range(FOLDS)]
    assert after[K] == before[K]
    for k in set(range(FOLDS)) - {K}:
        assert after[k] != before[k]


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_with_the_source_select_nothing_at_all_changes(kind: str, trained: Trained) -> None:
    """Retrained completely: encoder, weights, calibrator and threshold of fold K are equal bit by bit."""
    one, other = trained(kind, "select", False), trained(kind, "select", True)
    assert (one / f"fold-{K}/fitted.json").read_bytes() == (other / f"fold-{K}/fitted.json").read_bytes()
    assert "threshold" in read_json(one / f"fold-{K}/fitted.json")["decision"]
    assert _weights(one, K) == _weights(other, K)
    assert (one / f"fold-{K}/logits.json").read_bytes() != (other / f"fold-{K}/logits.json").read_bytes()
    for k in set(range(FOLDS)) - {K}:
        assert (one / f"fold-{k}/fitted.json").read_bytes() != (other / f"fold-{k}/fitted.json").read_bytes()


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_with_other_folds_the_only_path_left_leads_through_the_other_folds_models(
    kind: str, trained: Trained, cohort: Cohort
) -> None:
    """A documented fact: after complete retraining the threshold of fold K may move a little.

    What it was fitted on, the other folds' logits of their own patients, has changed, since these folds' models trained
    on fold K's patients. The labels have not, and the decision is a function of the two and of nothing else. Whether
    the threshold itself moves is left open here; `source: select` is for those who want none of it.
    """
    for is_altered in (False, True):
        run = trained(kind, "other_folds", is_altered)
        values, positive, fold = _others(run, cohort)
        recipe = _work(run, {}).recipe
        found = read_json(run / f"fold-{K}/fitted.json")["decision"]
        middle = found.pop("middle")
        assert fit_decision(recipe, values, positive, found["fitted_on"], fold) == found
        assert middle == _middle(run, K)
    (one, first, _), (other, second, _) = (
        _others(trained(kind, "other_folds", is_altered), cohort) for is_altered in (False, True)
    )
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_a_planted_leak_would_be_noticed(kind: str, trained: Trained, cohort: Cohort, altered: Cohort) -> None:
    """Were fold K's own rows among those that its decision is fitted on, the alteration would change it."""
    run = trained(kind, "other_folds", False)
    values, positive, fold = _others(run, cohort)
    report, middle = read_json(run / f"fold-{K}" / "logits.json")["report"], _middle(run, K)
    own = {i: value - middle for i, value in report.items()}
    leaking = [
        fit_decision(
            _work(run, {}).recipe,
            np.concatenate([values, list(own.values())]),
            np.concatenate([positive, [bool(labels.case(i).hpv) for i in own]]),
            "leak",
            np.concatenate([fold, [K] * len(own)]),
        )
        for labels in (cohort, altered)
    ]
    assert leaking[0] != leaking[1]


def _model(run: Path, k: int) -> tuple[dict[str, Any], bytes | None]:
    """Return all that was fitted before any decision, and the bytes of the weights."""
    fitted = read_json(run / f"fold-{k}" / "fitted.json")
    assert {"encoder", "estimator", "cases", "effective_prior", "stages"} <= fitted.keys()
    return {name: value for name, value in fitted.items() if name != "decision"}, _weights(run, k)


def _weights(run: Path, k: int) -> bytes | None:
    path = run / f"fold-{k}" / "weights.safetensors"
    return path.read_bytes() if path.is_file() else None


def _others(run: Path, cohort: Cohort) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return out-of-fold logits, from each fold's middle, labels and folds of all but K, in order of folds and ids."""
    rows = []
    for k in (k for k in range(FOLDS) if k != K):
        report = read_json(run / f"fold-{k}" / "logits.json")["report"]
        rows += [(report[i] - _middle(run, k), bool(cohort.case(i).hpv), k) for i in sorted(report)]
    values, positive, fold = zip(*rows, strict=True)
    return np.array(values), np.array(positive), np.array(fold)


def _middle(run: Path, k: int) -> float:
    return float(read_json(run / f"fold-{k}" / "fitted.json")["decision"]["middle"])


def _work(run: Path, cases: dict[str, Case]) -> Work:
    return Work(load_recipe(str(run / "recipe.yaml")), cases, None, run, "cpu")
