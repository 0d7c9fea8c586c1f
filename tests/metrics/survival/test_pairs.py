import numpy as np
import pytest

from hyoid.metrics.survival import RankedPairs, concordance
from oracles.survival_metrics import comparable_pairs, share_of_pairs
from support.survival import draw


def _share(pairs: RankedPairs, weights: np.ndarray) -> np.ndarray:
    right, compared = (sums * weights[:, pairs.worse] for sums in pairs.of_each_worse(weights))
    return right.sum(axis=1) / compared.sum(axis=1)


@pytest.mark.parametrize("tied", [False, True])
def test_unit_weights_give_the_count_of_pairs(tied: bool) -> None:
    drawn = draw(90, tied=tied)
    pairs = RankedPairs.by_time(drawn.observed, drawn.risk, drawn.fold)
    right, compared = pairs.of_each_worse(np.ones((1, 90)))
    counted = concordance(drawn.observed, drawn.risk, list(drawn.fold))
    assert (right.sum(), compared.sum()) == (counted.right + counted.tied / 2, counted.comparable)
    assert sorted(pairs.worse) == np.flatnonzero(drawn.observed.event).tolist()


def test_a_weight_is_a_repeated_patient() -> None:
    drawn = draw(30, seed=1, folds=2, tied=True)
    days, event = drawn.observed.days, drawn.observed.event
    weights = np.random.default_rng(0).multinomial(30, np.full(30, 1 / 30), size=10)
    by_time = _share(RankedPairs.by_time(drawn.observed, drawn.risk, drawn.fold), weights.astype(float))
    at_horizon = _share(RankedPairs.at_horizon(drawn.observed, drawn.risk, drawn.fold, 900.0), weights.astype(float))
    for k, row in enumerate(weights):
        chosen = np.repeat(np.arange(30), row)
        own = [values[chosen] for values in (days, event, drawn.fold, drawn.risk)]
        assert by_time[k] == pytest.approx(share_of_pairs(comparable_pairs(*own[:3]), own[3]))
        by_then = [(i, j) for i, j in comparable_pairs(*own[:3]) if own[0][i] <= 900 < own[0][j]]
        assert at_horizon[k] == pytest.approx(share_of_pairs(by_then, own[3]))


def test_patients_that_count_stand_in_a_pair() -> None:
    drawn = draw(40, seed=2)
    days, event = drawn.observed.days, drawn.observed.event
    pairs = comparable_pairs(days, event, drawn.fold)
    assert RankedPairs.by_time(drawn.observed, drawn.risk, drawn.fold).patients == len({i for p in pairs for i in p})
    early = [pair for pair in pairs if days[pair[0]] <= 500 < days[pair[1]]]
    found = RankedPairs.at_horizon(drawn.observed, drawn.risk, drawn.fold, 500.0).patients
    assert 0 < found == len({i for p in early for i in p}) < 40
    assert RankedPairs.at_horizon(drawn.observed, drawn.risk, drawn.fold, 0.0).patients == 0
