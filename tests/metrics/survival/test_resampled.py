import numpy as np
import pytest

from hyoid.metrics.survival import censoring_curve, kaplan_meier
from hyoid.metrics.survival.resampled import resampled_curves
from support.survival import draw


@pytest.mark.parametrize("tied", [False, True])
def test_each_resample_has_the_curves_of_its_weights(tied: bool) -> None:
    drawn = draw(60, tied=tied)
    weights = np.random.default_rng(0).multinomial(60, np.full(60, 1 / 60), size=5).astype(float)
    weights[0] = 1
    survived, uncensored = resampled_curves(drawn.observed, weights)
    days = np.concatenate([drawn.observed.days, [0.0, 10.0, 1e5]])
    for row, one, other in zip(weights, survived.at(days), uncensored.at(days), strict=True):
        np.testing.assert_allclose(one, kaplan_meier(drawn.observed, row).at(days), atol=1e-12)
        np.testing.assert_allclose(other, censoring_curve(drawn.observed, row).at(days), atol=1e-12)
    for row, one, other in zip(weights, survived.before(days), uncensored.before(days), strict=True):
        np.testing.assert_allclose(one, kaplan_meier(drawn.observed, row).before(days), atol=1e-12)
        np.testing.assert_allclose(other, censoring_curve(drawn.observed, row).before(days), atol=1e-12)
