import numpy as np
import pytest

from hyoid.metrics.survival import Observed, SurvivalCases
from hyoid.metrics.survival.distributions import Distributions, Training, inverse, inverse_weights
from oracles.survival_metrics import survived, uncensored
from support.survival import draw


def test_a_hand_worked_table_of_weights() -> None:
    # 4 at risk; one censored on day 2 of 3 left: G = 2/3 from day 2 on. The event on day 2 is not censored before it
    observed = Observed(np.array([1.0, 2.0, 2.0, 4.0, 5.0]), np.array([1, 1, 0, 1, 0], bool))
    cases = SurvivalCases.of(observed, np.zeros(5))
    found = Distributions.of(cases, np.ones((1, 5)), None)
    np.testing.assert_allclose(found.uncensored_before_own(), [[1, 1, 1, 2 / 3, 2 / 3]])
    np.testing.assert_allclose(inverse_weights(found, 3.0), [[1, 1, 0, 1.5, 1.5]])
    np.testing.assert_allclose(inverse_weights(found, 4.0), [[1, 1, 0, 1.5, 1.5]])
    # on day 5 the last one is censored: known to be free of the event up to it, but not followed beyond it
    np.testing.assert_allclose(inverse_weights(found, 5.0), [[1, 1, 0, 1.5, 0]])
    np.testing.assert_allclose(found.null_survival(2.0), [[4 / 5 * 3 / 4]])
    assert inverse(np.array([0.0, 0.5])).tolist() == [0.0, 2.0]


def test_training_parts_are_looked_up_by_fold() -> None:
    drawn, parts = draw(20, folds=2), {label: draw(60, seed, tied=True).observed for seed, label in enumerate("01")}
    cases = drawn.cases(parts)
    found = Distributions.of(cases, np.ones((3, 20)), Training.of(cases))
    for i, (day, label) in enumerate(zip(drawn.observed.days, drawn.fold, strict=True)):
        days, event = parts[label].days, parts[label].event
        assert found.uncensored_before_own()[0, i] == pytest.approx(uncensored(days, event, day, before=True))
        assert found.uncensored_at(900.0)[0, i] == pytest.approx(uncensored(days, event, 900.0, before=False))
        assert found.null_survival(900.0)[0, i] == pytest.approx(survived(days, event, 900.0))
    assert Training.of(drawn.cases()) is None


def test_without_censoring_everyone_weighs_one() -> None:
    days = np.array([3.0, 1.0, 2.0])
    found = Distributions.of(SurvivalCases.of(Observed(days, np.ones(3, bool)), days), np.ones((1, 3)), None)
    assert inverse_weights(found, 1.5).tolist() == [[1, 1, 1]]
