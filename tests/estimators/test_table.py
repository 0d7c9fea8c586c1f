import numpy as np
import pytest

from hyoid.errors import CohortError
from hyoid.estimators.table import (
    center_and_spread,
    checked_part,
    checked_training_part,
    checked_values,
    constant_notes,
    standardised,
)
from hyoid.metrics.survival import Observed


def test_the_column_that_lacks_most_is_named() -> None:
    values = np.ones((4, 3))
    values[:2, 1] = np.nan
    values[0, 2] = np.inf
    with pytest.raises(CohortError, match="2 missing or infinite values in column 'b'"):
        checked_values(("a", "b", "c"), values)
    values[:, 2] = np.nan
    with pytest.raises(CohortError, match="no value at all in column 'c'"):
        checked_values(("a", "b", "c"), values)
    assert checked_values(("a",), np.zeros((0, 1), np.float32)).dtype == np.float64


def test_patients_stand_in_an_order_of_their_own() -> None:
    values, observed = np.array([[1.0, 9.0], [1.0, 2.0], [0.0, 5.0]]), Observed([7, 7, 3], [1, 1, 0])
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        table, outcomes = checked_part(("a", "b"), (values[order], observed.part(order)))
        assert table.tolist() == [[0, 5], [1, 2], [1, 9]]
        assert outcomes.days.tolist() == [3, 7, 7]


def test_two_events_on_one_day_can_be_compared_and_one_after_all_others_cannot() -> None:
    values = np.zeros((2, 1))
    assert len(checked_training_part(("a",), (values, Observed([7, 7], [1, 1])))[0]) == 2
    with pytest.raises(CohortError, match="none with another patient at risk"):
        checked_training_part(("a",), (values, Observed([6, 7], [0, 1])))


def test_standard_deviations_by_hand_and_0_for_a_constant_column() -> None:
    table = np.array([[1.0, 0.1], [3.0, 0.1], [5.0, 0.1]])
    center, spread = center_and_spread(table)
    assert spread.tolist() == pytest.approx([np.sqrt(8 / 3), 0])
    np.testing.assert_allclose(standardised(table, center, spread)[:, 0], np.array([-2, 0, 2]) / np.sqrt(8 / 3))
    assert standardised(np.array([[3.0, 1e9]]), center, spread).tolist() == [[0, 0]]
    assert constant_notes(("a", "b"), spread) == ("Constant in the training part, and without weight: b.",)
    assert constant_notes(("a",), spread[:1]) == ()
