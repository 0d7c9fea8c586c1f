import math

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap, decision_curve
from hyoid.metrics.survival import Observed, survival_decision_curve
from support.survival import draw

NONE, DAY = Bootstrap(replicates=0), 1095.0


@pytest.mark.parametrize("tied", [False, True])
def test_true_and_false_positives_by_kaplan_meier_of_lifelines(tied: bool) -> None:
    drawn = draw(150, tied=tied)
    survival = drawn.survival[DAY]
    thresholds = (0.1, 0.35, 0.6)
    found = survival_decision_curve(drawn.observed, survival, DAY, thresholds, NONE)
    for k, threshold in enumerate(thresholds):
        for chosen, value in ((1 - survival >= threshold, found.model), (np.ones(150, bool), found.treat_all)):
            fitter = KaplanMeierFitter().fit(drawn.observed.days[chosen], drawn.observed.event[chosen])
            surviving = float(fitter.predict(DAY))
            expected = chosen.mean() * ((1 - surviving) - surviving * threshold / (1 - threshold))
            assert value[k].value == pytest.approx(expected, abs=1e-12)


def test_without_censoring_it_is_the_decision_curve_of_the_event() -> None:
    drawn = draw(80)
    observed = Observed(drawn.observed.days, np.ones(80, bool))
    survival, bootstrap = drawn.survival[DAY], Bootstrap(replicates=100)
    found = survival_decision_curve(observed, survival, DAY, (0.2, 0.5), bootstrap)
    expected = decision_curve(observed.days <= DAY, 1 - survival, (0.2, 0.5), bootstrap)
    for one, other in zip((*found.model, *found.against_all), (*expected.model, *expected.against_all), strict=True):
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), abs=1e-12)
    assert (found.acted_on, found.positives) == (expected.acted_on, expected.positives)


def test_a_threshold_beyond_the_follow_up_is_undefined() -> None:
    observed = Observed(np.array([100.0, 200, 3000, 3000, 50]), np.array([False, True, False, False, True]))
    found = survival_decision_curve(observed, np.array([0.2, 0.3, 0.9, 0.95, 0.8]), 1000.0, (0.5, 0.2), NONE)
    # risk 0.2 is at the threshold 0.2; of the three acted on there the last known state is the event at 200
    assert found.acted_on == (3, 2)
    assert found.model[0].value == pytest.approx(3 / 5)
    censored = Observed(np.array([300.0, 200, 3000, 3000, 50]), np.array([False, True, False, False, True]))
    assert math.isnan(
        survival_decision_curve(censored, np.array([0.2, 0.3, 0.9, 0.95, 0.8]), 1000.0, (0.5,), NONE).model[0].value
    )


def test_few_events_have_no_interval_and_wrong_input_is_refused() -> None:
    drawn = draw(40)
    few = Observed(drawn.observed.days, (np.arange(40) < 4) & (drawn.observed.days > 0))
    assert math.isnan(survival_decision_curve(few, drawn.survival[DAY], DAY, (0.3,)).model[0].low)
    for survival, day in ((drawn.survival[DAY][:3], DAY), (drawn.survival[DAY] + 1, DAY), (drawn.survival[DAY], -1.0)):
        with pytest.raises(HyoidError, match="Found"):
            survival_decision_curve(drawn.observed, survival, day)
