import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.dicom.suv.decay import mean_rate_time, remaining, seconds_of_factor


@given(st.floats(1, 1e7), st.floats(0, 10))
def test_half_is_left_after_each_half_life(half_life: float, count: float) -> None:
    assert remaining(count * half_life, half_life) == pytest.approx(np.exp(-count * np.log(2)))
    assert seconds_of_factor(1 / remaining(count * half_life, half_life), half_life) == pytest.approx(
        count * half_life, abs=1e-6 * half_life
    )


@pytest.mark.parametrize(("duration", "half_life"), [(180, 6586.2), (1200, 6586.2), (300, 122.24), (60, 360806.0)])
def test_the_mean_rate_is_the_mean_over_the_frame(duration: float, half_life: float) -> None:
    t = (np.arange(200_000) + 0.5) * duration / 200_000
    mean = np.mean(np.exp(-np.log(2) * t / half_life))
    assert remaining(mean_rate_time(duration, half_life), half_life) == pytest.approx(mean, rel=1e-9)


@given(st.floats(1e-3, 1e4), st.floats(10, 1e7))
def test_it_is_sooner_than_the_middle(duration: float, half_life: float) -> None:
    moment = mean_rate_time(duration, half_life)
    assert 0 < moment <= duration / 2 * (1 + 1e-7)


def test_no_jump_where_the_series_takes_over() -> None:
    half_life = 1e7
    edge = 1e-6 * half_life / np.log(2)
    below, above = mean_rate_time(edge * 0.999, half_life), mean_rate_time(edge * 1.001, half_life)
    assert above / below == pytest.approx(1.001 / 0.999, rel=1e-6)
