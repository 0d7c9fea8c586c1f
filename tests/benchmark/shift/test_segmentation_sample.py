import numpy as np
import pytest

from hyoid.benchmark.shift import SegmentationSample, measured
from hyoid.errors import HyoidError
from hyoid.metrics import MEASURES, Bootstrap, SegmentationOptions, bootstrap_interval, score_case

QUICK, MEASURE = Bootstrap(replicates=100), "gtvn_dsc_agg"


def _scores(n: int) -> list:
    rng = np.random.default_rng(0)
    maps = rng.integers(0, 3, (n, 2, 3, 4, 5)).astype(np.uint8)
    maps[0] = 0  # nothing to find and nothing found: does not count
    return [score_case(one, other, (1.0, 1.0, 2.0), SegmentationOptions(), surfaces=False) for one, other in maps]


def test_the_measured_value_is_that_of_the_evaluation() -> None:
    scores, centers = _scores(12), ["x", "y"] * 6
    sample = SegmentationSample.of(MEASURE, range(12), centers, scores)
    expected = bootstrap_interval(MEASURES[MEASURE].sums(scores), settings=QUICK, strata=centers, n=11)
    assert measured(sample, QUICK) == expected
    assert sample.within_centers() is sample
    assert (sample.fold, sample.truth.shape, sample.too_few, sample.instead()) == (None, (12, 0), "", ())
    assert sample.take(np.arange(12) < 1).too_few == "no case that counts"


def test_distances_and_unknown_measures_are_refused() -> None:
    for measure in ("gtvp_hd95_mm", "dice"):
        with pytest.raises(HyoidError, match="the measure"):
            SegmentationSample.of(measure, range(2), ["x", "x"], _scores(2))
