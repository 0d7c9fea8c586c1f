import numpy as np
import pytest

from hyoid.survival.icare import canonical_order, draw_columns, draw_counts


def test_patients_stand_in_order_of_time_then_events_then_values() -> None:
    days = np.array([2.0, 1.0, 2.0, 2.0, 1.0])
    event = np.array([False, False, True, False, True])
    values = np.array([[np.nan], [0.0], [0.0], [1.0], [0.0]])
    order = canonical_order(values, days, event)
    assert order[:3].tolist() == [4, 1, 2]
    again = canonical_order(values[::-1], days[::-1], event[::-1])
    np.testing.assert_array_equal(values[::-1][again], values[order])


def test_a_negative_zero_and_another_nan_change_no_order() -> None:
    days, event = np.ones(3), np.ones(3, bool)
    plain = np.array([[0.0, np.nan, 3.0], [0.0, np.nan, 2.0], [0.0, np.nan, 1.0]])
    odd = plain.copy()
    odd[0, :2] = -0.0, -np.nan
    np.testing.assert_array_equal(canonical_order(odd, days, event), canonical_order(plain, days, event))


def test_a_bootstrap_has_as_many_patients_and_an_event() -> None:
    event = np.arange(30) == 7
    for seed in range(20):
        counts = draw_counts(np.random.default_rng(seed), event)
        assert counts.sum() == 30
        assert counts[7] > 0
        assert counts.max() > 1
    assert not np.array_equal(*(draw_counts(np.random.default_rng(seed), event) for seed in (0, 1)))


@pytest.mark.parametrize(("share", "drawn"), [(1.0, 20), (0.5, 10), (0.29, 5), (0.001, 1)])
def test_a_share_of_the_columns_is_drawn_and_at_least_one(share: float, drawn: int) -> None:
    columns = draw_columns(np.random.default_rng(0), 20, share)
    assert len(columns) == len(set(columns)) == drawn
    assert columns.tolist() != sorted(columns) or drawn == 1


def test_mandatory_columns_are_added_once_and_survive_the_choice_of_groups() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        columns = draw_columns(rng, 20, 0.5, mandatory={3, 4}, allowed=range(10, 15)).tolist()
        assert {3, 4} <= set(columns) <= {3, 4, *range(10, 15)}
        assert len(columns) == len(set(columns))
    everything = draw_columns(np.random.default_rng(0), 20, 1.0, allowed=range(10, 15))
    assert sorted(everything) == list(range(10, 15))
    assert not len(draw_columns(np.random.default_rng(0), 20, 1.0, allowed=()))
