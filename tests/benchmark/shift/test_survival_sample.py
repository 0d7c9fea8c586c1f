import numpy as np
import pytest

from hyoid.metrics.survival import SurvivalStatistics, concordance
from oracles.survival_metrics import comparable_pairs, share_of_pairs
from support.shift import places


def test_c_is_that_of_the_evaluation_and_of_a_loop_within_centers() -> None:
    cohort = places(80)
    sample = cohort.survived()
    cases, every = sample.cases, np.ones((1, 80))
    assert sample.statistic()(every)[0] == pytest.approx(concordance(cases.observed, cases.risk, cases.fold).index)
    weights = np.random.default_rng(0).integers(0, 3, (4, 80)).astype(float)
    statistics = SurvivalStatistics(cases, (), None)
    np.testing.assert_allclose(sample.statistic()(weights), statistics(weights)[:, statistics.keys.index("c_index")])
    both = np.array([f"{fold} {center}" for fold, center in zip(cohort.fold, cohort.centers, strict=True)])
    pairs = comparable_pairs(cases.observed.days, cases.observed.event, both)
    found = sample.within_centers().statistic()(every)[0]
    assert found == pytest.approx(share_of_pairs(pairs, cases.risk))


def test_few_events_are_too_few() -> None:
    sample = places().survived()
    assert sample.too_few == ""
    assert sample.take(sample.centers == "D").too_few == "0 events"
    assert sample.take(sample.centers == "D").instead() == ()
    each_alone = type(sample).of(sample.ids, sample.centers, sample.cases.observed, sample.cases.risk, sample.ids)
    assert each_alone.too_few == "no comparable pair within a fold"
