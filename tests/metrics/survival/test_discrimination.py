import math

import numpy as np
import pytest
from sksurv.metrics import concordance_index_ipcw, cumulative_dynamic_auc

from hyoid.metrics.survival import Observed, SurvivalCases, SurvivalStatistics, latest_day
from oracles.survival_metrics import (
    comparable_pairs,
    share_of_pairs,
    structured,
    survived,
    torchsurv_values,
    uncensored,
)
from support.survival import HORIZONS, Drawn, draw

TRAINING = draw(300, seed=77).observed


def _values(
    cases: SurvivalCases, horizons: tuple[float, ...] = HORIZONS, tau: float | None = 1825.0
) -> dict[str, float]:
    statistics = SurvivalStatistics(cases, horizons, tau)
    return dict(zip(statistics.keys, statistics(np.ones((1, len(cases))))[0], strict=True))


@pytest.mark.parametrize("training", [None, TRAINING])
def test_equals_scikit_survival_where_no_event_shares_its_day_with_a_censoring(training: Observed | None) -> None:
    # scikit-survival takes G at the time of an event, here it is G before it: they differ only at equal times
    drawn = draw(200, seed=3)
    found = _values(drawn.cases(None if training is None else {"": training}, folds=False))
    test = structured(drawn.observed.days, drawn.observed.event)
    train = test if training is None else structured(training.days, training.event)
    assert found["uno_c"] == pytest.approx(concordance_index_ipcw(train, test, drawn.risk, tau=1825.0)[0], abs=1e-12)
    each, mean = cumulative_dynamic_auc(train, test, drawn.risk, np.array(HORIZONS))
    np.testing.assert_allclose([found[f"auc_{day:g}"] for day in HORIZONS], each, atol=1e-12)
    assert found["auc_mean"] == pytest.approx(mean, abs=1e-12)
    assert found["c_index"] == found["c_index_pooled"]


def test_equals_torchsurv() -> None:
    drawn = draw(150, seed=4)
    found = _values(drawn.cases(folds=False))
    survival = np.stack([drawn.survival[day] for day in HORIZONS], axis=1)
    oracle = torchsurv_values(drawn.observed.days, drawn.observed.event, drawn.risk, survival, np.array(HORIZONS))
    assert found["c_index"] == pytest.approx(oracle["harrell"], abs=1e-6)
    assert found["uno_c"] == pytest.approx(oracle["uno"], abs=1e-6)
    np.testing.assert_allclose([found[f"auc_{day:g}"] for day in HORIZONS], oracle["auc"], atol=1e-6)


def _by_hand(drawn: Drawn, parts: dict[str, Observed], horizons: tuple[float, ...], tau: float) -> dict[str, float]:
    days, event, n = drawn.observed.days, drawn.observed.event, len(drawn.risk)
    own = [(parts[label].days, parts[label].event) for label in drawn.fold]
    before = np.array([uncensored(*own[i], days[i], before=True) for i in range(n)])
    pairs = comparable_pairs(days, event, drawn.fold)
    squared = np.repeat(1 / before[:, np.newaxis] ** 2, n, axis=1)
    found = {"c_index": share_of_pairs(pairs, drawn.risk)}
    found["uno_c"] = share_of_pairs([(i, j) for i, j in pairs if days[i] < tau], drawn.risk, squared)
    falls = -np.diff([1.0, *(survived(days, event, day) for day in horizons)])
    for day in horizons:
        at = np.array([uncensored(*own[i], day, before=False) for i in range(n)])
        by_then = [(i, j) for i, j in pairs if days[i] <= day < days[j]]
        found[f"auc_{day:g}"] = share_of_pairs(by_then, drawn.risk, 1 / np.outer(before, at))
    found["auc_mean"] = (
        sum(found[f"auc_{day:g}"] * fall for day, fall in zip(horizons, falls, strict=True)) / falls.sum()
    )
    return found


@pytest.mark.parametrize("seed", [0, 1])
def test_equals_loops_over_pairs_with_folds_ties_and_training_parts(seed: int) -> None:
    drawn = draw(60, seed, tied=True)
    parts = {label: draw(80, 10 + k, tied=True).observed for k, label in enumerate("012")}
    horizons, tau = (300.0, 450.0, 1000.0), 1050.0
    found = _values(drawn.cases(parts), horizons, tau)
    for key, expected in _by_hand(drawn, parts, horizons, tau).items():
        assert found[key] == pytest.approx(expected, abs=1e-12), key
    alone = _values(drawn.cases(), horizons, tau)
    for key, expected in _by_hand(drawn, dict.fromkeys("012", drawn.observed), horizons, tau).items():
        assert alone[key] == pytest.approx(expected, abs=1e-12), key


def test_another_scale_of_one_fold_changes_nothing_within_folds() -> None:
    drawn = draw(90, seed=5)
    moved = np.where(drawn.fold == "1", np.exp(drawn.risk) + 50, drawn.risk)
    cases = SurvivalCases.of(drawn.observed, moved, fold=list(drawn.fold))
    first, second = _values(drawn.cases()), _values(cases)
    for key in ("c_index", "uno_c", "auc_365", "auc_mean"):
        assert second[key] == pytest.approx(first[key], abs=1e-12)
    assert abs(second["c_index_pooled"] - first["c_index_pooled"]) > 0.05


def test_what_does_not_exist_is_undefined() -> None:
    nothing = Observed(np.arange(1.0, 21.0), np.zeros(20, bool))
    found = _values(
        SurvivalCases.of(nothing, np.arange(20.0)), (5.0,), latest_day(SurvivalCases.of(nothing, np.zeros(20)))
    )
    assert all(math.isnan(found[key]) for key in ("c_index", "c_index_pooled", "uno_c", "auc_5", "auc_mean"))
    drawn = draw(40)
    assert math.isnan(_values(drawn.cases(), tau=None)["uno_c"])
    # no event by the first horizon: no AUC there, and none of its weight in the mean
    late = Observed(drawn.observed.days + 100, drawn.observed.event)
    found = _values(SurvivalCases.of(late, drawn.risk), (50.0, 700.0))
    assert math.isnan(found["auc_50"])
    assert found["auc_mean"] == pytest.approx(found["auc_700"])
