import json

import numpy as np
import pytest
from scipy.stats import binomtest

from hyoid.benchmark.shift import calibration_by_center, reliability_picture
from hyoid.errors import HyoidError
from hyoid.metrics import calibration_intervals, expected_calibration_error, reliability_bins
from support.shift import places


def test_every_center_is_calibrated_alone() -> None:
    cohort = places()
    probability = cohort.classified("auc").cases.probability
    found = calibration_by_center(cohort.centers, cohort.truth, probability, level=0.9)
    for row in found:
        own = cohort.centers == row.center
        truth, own_probability = cohort.truth[own], probability[own]
        bins = reliability_bins(truth, own_probability, 4, "equal_count", 0.9)
        assert row.bins == bins
        assert row.expected_calibration_error == expected_calibration_error(bins)
        wilson = binomtest(int(truth.sum()), len(truth)).proportion_ci(0.9, "wilson")
        assert (row.observed, row.low, row.high) == pytest.approx((truth.mean(), wilson.low, wilson.high))
        assert row.mean_probability == pytest.approx(own_probability.mean())
        if row.center != "D":
            assert row.calibration == calibration_intervals(truth, own_probability, 0.9)
            assert row.reason == ""
    assert found[3].calibration is None
    assert found[3].reason.endswith("0 negatives")
    assert json.loads(json.dumps(found[3].to_dict()))["positives"] == found[3].patients


def test_right_on_average_and_wrong_in_each() -> None:
    rng = np.random.default_rng(0)
    centers, probability = np.repeat(["x", "y"], 500), rng.uniform(0.3, 0.7, 1000)
    truth = rng.random(1000) < probability + np.where(centers == "x", 0.2, -0.2)
    x, y = calibration_by_center(centers, truth, probability)
    whole = calibration_intervals(truth, probability)
    assert whole.in_the_large[0] < 0 < whole.in_the_large[1]
    assert x.calibration is not None
    assert y.calibration is not None
    assert x.calibration.in_the_large[0] > 0.5
    assert y.calibration.in_the_large[1] < -0.5


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(HyoidError, match="a probability that is not in"):
        calibration_by_center(["x"], np.array([True]), np.array([1.5]))


def test_a_center_of_one_patient_is_counted_and_given_no_interval() -> None:
    one, many = calibration_by_center(["a"] + ["b"] * 20, np.arange(21) % 2 == 0, np.linspace(0.1, 0.9, 21))
    assert (one.patients, one.observed, one.reason) == (1, 1.0, "1 positive and 0 negatives")
    assert np.isnan([one.low, one.high, one.expected_calibration_error]).all()
    assert one.bins == ()
    assert len(many.bins) == 4
    picture = reliability_picture([one, many], "HPV-positive")
    assert "n = 1, too few" in picture
