import numpy as np
import pytest

from hyoid.errors import HyoidError
from hyoid.metrics.survival import risk_cut_points, risk_groups


def test_training_risks_are_cut_into_equal_parts_and_others_where_they_fall() -> None:
    training = np.random.default_rng(0).permutation(np.arange(1.0, 10.0))
    points = risk_cut_points(training)
    assert np.bincount(risk_groups(training, points)).tolist() == [3, 3, 3]
    assert risk_groups([-5.0, points[0], points[0] + 1e-9, 99.0], points).tolist() == [0, 0, 1, 2]
    assert np.bincount(risk_groups(training, risk_cut_points(training, 2))).tolist() == [5, 4]


def test_wrong_input_is_refused() -> None:
    for training, groups in (([], 2), ([1.0, np.nan], 2), ([1.0, 2.0], 1)):
        with pytest.raises(HyoidError, match="two groups or more of finite risks"):
            risk_cut_points(training, groups)
    with pytest.raises(HyoidError, match="finite numbers that ascend"):
        risk_cut_points([1.0, 1.0, 1.0])
    with pytest.raises(HyoidError, match="finite numbers that ascend"):
        risk_groups([1.0], [2.0, 1.0])
    with pytest.raises(HyoidError, match="a risk that is no finite number"):
        risk_groups([np.nan], [1.0])
