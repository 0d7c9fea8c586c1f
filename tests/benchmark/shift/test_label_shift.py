import json

import numpy as np
import pytest
from lifelines.statistics import multivariate_logrank_test
from scipy.stats import binomtest, chi2_contingency

from hyoid.benchmark.shift import event_shift, label_shift
from hyoid.errors import HyoidError
from hyoid.metrics.survival import Observed
from support.shift import places


def test_shares_and_tests_equal_scipy_and_lifelines() -> None:
    cohort = places(400)
    found = event_shift(cohort.centers, cohort.observed)
    table = []
    for row in found.centers:
        event = cohort.observed.event[cohort.centers == row.center]
        expected = binomtest(int(event.sum()), len(event)).proportion_ci(method="wilson")
        assert (row.share, row.low, row.high) == pytest.approx((event.mean(), expected.low, expected.high))
        table.append([event.sum(), (~event).sum()])
    assert found.test.p_value == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-6)
    expected = multivariate_logrank_test(cohort.observed.days, cohort.centers, cohort.observed.event)
    assert found.log_rank is not None
    assert found.log_rank.statistic == pytest.approx(expected.test_statistic)
    assert json.loads(json.dumps(found.to_dict()))["log_rank"]["degrees_of_freedom"] == 3


def test_a_label_has_no_log_rank_and_one_center_no_test() -> None:
    found = label_shift(["x"] * 3 + ["y"] * 4, np.array([True, True, False, False, False, False, False]))
    assert [(row.center, row.positives, row.patients) for row in found.centers] == [("x", 2, 3), ("y", 0, 4)]
    assert found.test.drawn
    assert found.log_rank is None
    # of 21 equally likely pairs of positives 3 lie in x and 6 in y; 12 are mixed and lie nearer to what is expected
    assert found.test.p_value == pytest.approx(3 / 21, abs=0.02)
    alone = event_shift(["x"] * 3, Observed(np.ones(3), np.ones(3, bool)))
    assert np.isnan(alone.test.p_value)
    assert alone.log_rank is None


def test_unknown_labels_and_centers_are_refused() -> None:
    for centers, labels in ((["x"], np.array([1.0])), (["x"], np.array([True, False])), ([None], np.array([True]))):
        with pytest.raises(HyoidError, match="Found"):
            label_shift(centers, labels)


def test_a_center_of_a_few_patients_is_counted_and_has_no_interval() -> None:
    found = label_shift(["x"] + ["y"] * 4 + ["z"] * 5, np.array([True] * 10))
    assert [np.isnan(row.low) for row in found.centers] == [True, True, False]
    assert [(row.share, row.patients) for row in found.centers] == [(1.0, 1), (1.0, 4), (1.0, 5)]


def test_centers_with_few_events_have_no_log_rank_p_value() -> None:
    cohort = places(400)
    first = np.flatnonzero(cohort.observed.event)[:6]
    few = Observed(cohort.observed.days, np.isin(np.arange(len(cohort.observed)), first))
    told = event_shift(cohort.centers, few).to_dict()["log_rank"]
    assert told["p_value"] is None
    assert told["reason"] == "6 events in all, fewer than 10"
