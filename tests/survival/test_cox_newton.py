import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from numpy.typing import NDArray
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from hyoid.errors import CohortError
from hyoid.metrics.survival import Observed
from hyoid.survival import Ties, cox_newton, fit_cox, partial_log_likelihood


def cohort(seed: int, cases: int = 50, columns: int = 4, last: int = 25) -> tuple[NDArray[np.float64], Observed]:
    """Draw patients whose days are rounded, so that there are ties."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(cases, columns))
    days = np.ceil(rng.exponential(last * np.exp(-values[:, 0]), cases))
    return values, Observed(np.minimum(days, last), days < last)


def literal(log_hazard: NDArray[np.float64], observed: Observed, ties: Ties) -> float:
    total = 0.0
    for day in np.unique(observed.days[observed.event]):
        tied = np.flatnonzero(observed.event & (observed.days == day))
        at_risk = np.exp(log_hazard[observed.days >= day]).sum()
        for number, patient in enumerate(tied):
            share = number / len(tied) if ties == "efron" else 0.0
            total += log_hazard[patient] - np.log(at_risk - share * np.exp(log_hazard[tied]).sum())
    return total


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("seed", range(3))
def test_the_log_likelihood_equals_a_literal_loop(ties: Ties, seed: int) -> None:
    values, observed = cohort(seed)
    assert partial_log_likelihood(values[:, 0], observed, ties) == pytest.approx(literal(values[:, 0], observed, ties))


def test_the_log_likelihood_equals_lifelines() -> None:
    values, observed = cohort(0)
    frame = pd.DataFrame(values).assign(days=observed.days, event=observed.event)
    oracle = CoxPHFitter().fit(frame, "days", "event", fit_options={"precision": 1e-12})
    log_hazard = values @ oracle.params_.to_numpy()
    assert partial_log_likelihood(log_hazard, observed) == pytest.approx(oracle.log_likelihood_, abs=1e-9)
    np.testing.assert_allclose(fit_cox(values, observed, [1e-9])[0], oracle.params_, atol=1e-6)


def test_by_hand_with_two_events_on_one_day() -> None:
    """Hazards 1, 2 (events on day 1) and 3: Breslow 1/6 x 2/6; Efron 1/6 x 2/(6 - 3/2)."""
    observed, logs = Observed([1, 1, 2], [1, 1, 0]), np.log([1, 2, 3])
    assert partial_log_likelihood(logs, observed, "breslow") == pytest.approx(np.log(2 / 36))
    assert partial_log_likelihood(logs, observed, "efron") == pytest.approx(np.log(2 / 27))


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("shape", [(50, 4), (25, 60)])
def test_weights_equal_scikit_survival_also_with_more_columns_than_patients(ties: Ties, shape: tuple[int, int]) -> None:
    values, observed = cohort(3, *shape)
    penalties = [0.5, 5.0, 50.0]
    found = fit_cox(values, observed, penalties, ties)
    truth = Surv.from_arrays(observed.event, observed.days)
    for weights, penalty in zip(found, penalties, strict=True):
        oracle = CoxPHSurvivalAnalysis(alpha=penalty, ties=ties, tol=1e-12).fit(values, truth)
        np.testing.assert_allclose(weights, oracle.coef_, atol=1e-6)


def test_a_column_that_orders_all_events_has_a_finite_weight() -> None:
    values = np.arange(30.0)[:, np.newaxis] / 10
    observed = Observed(30 - np.arange(30), np.ones(30))
    weights = fit_cox(values, observed, [0.01, 0.1, 1.0])[:, 0]
    assert np.isfinite(weights).all()
    assert weights[0] > weights[1] > weights[2] > 0
    assert (fit_cox(-values, observed, [0.1])[0] < 0).all()


def test_log_hazards_beyond_the_range_of_exp() -> None:
    observed = Observed([1, 2], [1, 1])
    assert partial_log_likelihood([1e5, -1e5], observed) == 0
    assert partial_log_likelihood([-1e5, 1e5], observed) == -2e5


def test_nothing_is_learnt_without_an_event() -> None:
    observed = Observed([1, 2], [0, 0])
    assert partial_log_likelihood([0.0, 1.0], observed) == 0
    np.testing.assert_array_equal(fit_cox(np.ones((2, 3)), observed, [1.0, 2.0]), np.zeros((2, 3)))


def test_a_fit_that_does_not_end_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cox_newton, "_STEPS", 1)
    with pytest.raises(CohortError, match="does not end"):
        fit_cox(*cohort(0), [0.1])
