import numpy as np
import pytest
from sksurv.metrics import brier_score, integrated_brier_score

from hyoid.metrics.survival import Observed, SurvivalCases, SurvivalStatistics
from oracles.survival_metrics import brier, structured, survived, torchsurv_values, uncensored
from support.survival import HORIZONS, draw

TRAINING = draw(300, seed=77).observed


def _values(cases: SurvivalCases, horizons: tuple[float, ...] = HORIZONS) -> dict[str, float]:
    statistics = SurvivalStatistics(cases, horizons, None)
    return dict(zip(statistics.keys, statistics(np.ones((1, len(cases))))[0], strict=True))


@pytest.mark.parametrize("training", [None, TRAINING])
def test_equals_scikit_survival_where_no_event_shares_its_day_with_a_censoring(training: Observed | None) -> None:
    drawn = draw(200, seed=3)
    found = _values(drawn.cases(None if training is None else {"": training}, folds=False))
    test = structured(drawn.observed.days, drawn.observed.event)
    train = test if training is None else structured(training.days, training.event)
    survival = np.stack([drawn.survival[day] for day in HORIZONS], axis=1)
    expected = brier_score(train, test, survival, HORIZONS)[1]
    np.testing.assert_allclose([found[f"brier_{day:g}"] for day in HORIZONS], expected, atol=1e-12)
    oracle = integrated_brier_score(train, test, survival, HORIZONS)
    assert found["brier_integrated"] == pytest.approx(oracle, abs=1e-12)


def test_equals_torchsurv() -> None:
    drawn = draw(150, seed=4)
    found = _values(drawn.cases(folds=False))
    survival = np.stack([drawn.survival[day] for day in HORIZONS], axis=1)
    oracle = torchsurv_values(drawn.observed.days, drawn.observed.event, drawn.risk, survival, np.array(HORIZONS))
    np.testing.assert_allclose([found[f"brier_{day:g}"] for day in HORIZONS], oracle["brier"], atol=1e-6)


def test_equals_a_loop_over_patients_with_folds_ties_and_training_parts() -> None:
    drawn = draw(60, tied=True)
    days, event = drawn.observed.days, drawn.observed.event
    parts = {label: draw(80, 10 + k, tied=True).observed for k, label in enumerate("012")}
    own = [(parts[label].days, parts[label].event) for label in drawn.fold]
    found = _values(drawn.cases(parts))
    for day in HORIZONS:

        def g(i: int, when: float, before: bool) -> float:
            return uncensored(*own[i], when, before)

        ours = brier(days, event, drawn.survival[day], day, g)
        null = brier(days, event, np.array([survived(*part, day) for part in own]), day, g)
        assert found[f"brier_{day:g}"] == pytest.approx(ours, abs=1e-12)
        assert found[f"brier_null_{day:g}"] == pytest.approx(null, abs=1e-12)
        assert found[f"brier_scaled_{day:g}"] == pytest.approx(1 - ours / null, abs=1e-12)


def test_the_null_model_of_the_evaluated_patients_scores_its_own_variance() -> None:
    drawn = draw(300)
    survival = {day: np.full(300, survived(drawn.observed.days, drawn.observed.event, day)) for day in HORIZONS}
    found = _values(SurvivalCases.of(drawn.observed, drawn.risk, survival))
    for day in HORIZONS:
        # inverse probability of censoring gives back the Kaplan-Meier estimate S, of which the score is S (1 - S)
        s = survival[day][0]
        assert found[f"brier_{day:g}"] == pytest.approx(s * (1 - s), abs=1e-12)
        assert found[f"brier_scaled_{day:g}"] == pytest.approx(0, abs=1e-12)
    assert found["brier_scaled_integrated"] == pytest.approx(0, abs=1e-12)


def test_without_censoring_it_is_the_mean_squared_error() -> None:
    observed = Observed(np.array([1.0, 3.0, 5.0]), np.ones(3, bool))
    found = _values(SurvivalCases.of(observed, np.zeros(3), {2.0: [0.1, 0.7, 0.9], 4.0: [0.0, 0.5, 0.8]}), (2.0, 4.0))
    assert found["brier_2"] == pytest.approx((0.01 + 0.09 + 0.01) / 3)
    assert found["brier_4"] == pytest.approx((0 + 0.25 + 0.04) / 3)
    assert found["brier_integrated"] == pytest.approx((found["brier_2"] + found["brier_4"]) / 2)


def test_only_predicted_horizons_are_scored() -> None:
    drawn = draw(50)
    cases = SurvivalCases.of(drawn.observed, drawn.risk, {365.0: drawn.survival[365.0]})
    found = _values(cases, (365.0, 730.0))
    assert "auc_730" in found
    assert not [key for key in found if key.startswith("brier") and not key.endswith("_365")]
