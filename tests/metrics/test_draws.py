import numpy as np
import pytest

from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap, draw_values, weighted_interval


def test_percentiles_of_the_draws_are_the_interval() -> None:
    values, settings, strata = (
        np.random.default_rng(0).normal(size=30),
        Bootstrap(replicates=200, seed=3),
        ["a", "b"] * 15,
    )
    found, drawn = draw_values(lambda weights: weights @ values / 30, 30, settings, strata)
    expected = weighted_interval(lambda weights: weights @ values / 30, 30, settings, strata)
    assert (found, *np.quantile(drawn, [0.025, 0.975])) == (expected.value, expected.low, expected.high)
    several, each = draw_values(lambda weights: weights @ np.stack([values, -values], 1), 30, settings, strata)
    assert several.shape == (2,)
    np.testing.assert_allclose(each, np.stack([30 * drawn, -30 * drawn], 1))


def test_without_replicates_there_is_only_the_value() -> None:
    value, drawn = draw_values(lambda weights: weights.sum(axis=1), 4, Bootstrap(replicates=0))
    assert (value, drawn.shape) == (4, (0,))
    with pytest.raises(HyoidError, match="Found no case"):
        draw_values(lambda weights: weights.sum(axis=1), 0)
