import numpy as np
import pytest

from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap, ratio, weighted_interval
from hyoid.metrics.survival.intervals import weighted_intervals


def test_each_is_what_it_is_alone() -> None:
    rng = np.random.default_rng(0)
    sums, other = rng.random((40, 2)), rng.random((40, 2))
    settings, strata = Bootstrap(replicates=300, seed=5), ["A", "B"] * 20

    def both(weights: np.ndarray) -> np.ndarray:
        return np.stack([ratio(weights @ sums), ratio(weights @ other)], axis=-1)

    found = weighted_intervals(both, 40, (40, 31), settings, strata)
    for k, (own, n) in enumerate(((sums, 40), (other, 31))):
        alone = weighted_interval(lambda weights, own=own: ratio(weights @ own), 40, settings, strata, n)  # type: ignore[misc]
        assert found[k] == alone
    with pytest.raises(HyoidError, match="no case"):
        weighted_intervals(both, 0, (0, 0))
