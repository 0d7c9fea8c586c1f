import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap, decision_curve, weighted_interval

NONE = Bootstrap(replicates=0)


def test_by_hand() -> None:
    truth = np.array([True, True, False, False, False])
    probability = np.array([0.9, 0.5, 0.5, 0.2, 0.1])
    found = decision_curve(truth, probability, (0.5, 0.2, 0.95), NONE)
    assert found.thresholds == (0.2, 0.5, 0.95)
    # two true; two false at odds 1/4, then one at odds 1; nobody
    assert [one.value for one in found.model] == pytest.approx([(2 - 2 / 4) / 5, (2 - 1) / 5, 0])
    assert [one.value for one in found.treat_all] == pytest.approx([(2 - 3 / 4) / 5, (2 - 3) / 5, (2 - 3 * 19) / 5])
    assert [one.value for one in found.against_all] == pytest.approx([0.05, 0.4, 11.0])
    assert (found.acted_on, found.n, found.positives) == ((4, 3, 0), 5, 2)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=20), st.floats(0.01, 0.99))
def test_every_curve_equals_a_loop_over_patients(cases: list[tuple[bool, float]], threshold: float) -> None:
    truth, probability = np.array([c[0] for c in cases]), np.array([c[1] for c in cases])
    found = decision_curve(truth, probability, (threshold,), NONE)
    loop = sum((1 if true else -threshold / (1 - threshold)) for true, p in cases if p >= threshold) / len(cases)
    assert found.model[0].value == pytest.approx(loop, abs=1e-12)
    prevalence = truth.mean()
    everyone = prevalence - (1 - prevalence) * threshold / (1 - threshold)
    assert found.treat_all[0].value == pytest.approx(everyone, abs=1e-12)


def test_intervals_are_those_of_each_threshold_alone() -> None:
    rng = np.random.default_rng(0)
    probability = rng.random(60)
    truth, bootstrap, strata = rng.random(60) < probability, Bootstrap(replicates=300), ["a", "b"] * 30
    found = decision_curve(truth, probability, (0.3, 0.999), bootstrap, strata)
    gains = np.where(probability >= 0.3, np.where(truth, 1, -3 / 7), 0)
    everyone = np.where(truth, 1, -3 / 7)
    for one, values in ((found.model, gains), (found.treat_all, everyone), (found.against_all, gains - everyone)):
        expected = weighted_interval(lambda weights, values=values: weights @ values / 60, 60, bootstrap, strata)
        assert (one[0].value, one[0].low, one[0].high) == pytest.approx((expected.value, expected.low, expected.high))
    # nobody is acted on: 0 by necessity, not by evidence
    assert found.acted_on[1] == 0
    assert math.isnan(found.model[1].low)
    assert found.to_dict()["model"][1]["low"] is None


def test_what_is_no_probability_or_threshold_is_refused() -> None:
    truth = np.array([True, False])
    for probability, thresholds in (([0.5, 1.2], (0.5,)), ([0.5], (0.5,)), ([0.5, 0.5], (0.0,)), ([0.5, 0.5], ())):
        with pytest.raises(HyoidError, match="Found"):
            decision_curve(truth, np.array(probability), thresholds)
    with pytest.raises(HyoidError, match="bool"):
        decision_curve(np.array([1, 0]), np.array([0.5, 0.5]))
