import math

import numpy as np
import pytest
from scipy.stats import chi2, t

from hyoid.errors import HyoidError
from hyoid.metrics import heterogeneity

# 13 trials of the BCG vaccine: tuberculosis, healthy; vaccinated, then control (Colditz et al., JAMA 1994)
TRIALS = np.array(
    [
        (4, 119, 11, 128),
        (6, 300, 29, 274),
        (3, 228, 11, 209),
        (62, 13536, 248, 12619),
        (33, 5036, 47, 5761),
        (180, 1361, 372, 1079),
        (8, 2537, 10, 619),
        (505, 87886, 499, 87892),
        (29, 7470, 45, 7232),
        (17, 1699, 65, 1600),
        (186, 50448, 141, 27197),
        (5, 2493, 3, 2338),
        (27, 16886, 29, 17825),
    ],
    float,
)


def test_the_published_summary_of_the_vaccine_trials() -> None:
    a, b, c, d = TRIALS.T
    value = np.log(a / (a + b)) - np.log(c / (c + d))
    error = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    found = heterogeneity(value, error)
    # DerSimonian and Laird's method, as metafor's documentation prints it for these trials
    assert found.mean == pytest.approx(-0.7141, abs=5e-5)
    assert found.tau**2 == pytest.approx(0.3088, abs=5e-5)
    assert found.q == pytest.approx(152.2330, abs=5e-4)
    assert found.i_squared == pytest.approx(0.9212, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((-1.0644, -0.3638), abs=5e-4)
    assert found.p_value == pytest.approx(chi2.sf(found.q, 12), rel=1e-6)
    of_mean = (found.high - found.low) / 2 / 1.959964
    half = t.ppf(0.975, 11) * math.sqrt(0.3088 + of_mean**2)
    assert (found.new_low, found.new_high) == pytest.approx((found.mean - half, found.mean + half), abs=2e-4)


def test_by_hand_and_few_centers() -> None:
    # weights 100 and 100, mean 0.6, Q = 100 * 0.01 * 2 = 2; tau^2 = (2 - 1) / (200 - 100) = 0.01
    two = heterogeneity([0.5, 0.7], [0.1, 0.1])
    assert (two.q, two.i_squared, two.tau, two.mean) == pytest.approx((2.0, 0.5, 0.1, 0.6))
    assert math.isnan(two.new_low)
    equal = heterogeneity([0.6, 0.6, 0.6], [0.1, 0.2, 0.3])
    assert (equal.q, equal.i_squared, equal.tau) == pytest.approx((0, 0, 0), abs=1e-12)
    one, none = heterogeneity([0.6], [0.1]), heterogeneity([], [])
    assert (one.centers, one.mean, none.centers) == (1, 0.6, 0)
    assert math.isnan(one.q)
    assert math.isnan(none.mean)


@pytest.mark.parametrize(("values", "errors"), [([1.0], [0.0]), ([1.0, math.nan], [1.0, 1.0]), ([1.0], [1.0, 1.0])])
def test_what_has_no_summary_is_refused(values: list[float], errors: list[float]) -> None:
    with pytest.raises(HyoidError, match="Found"):
        heterogeneity(values, errors)
