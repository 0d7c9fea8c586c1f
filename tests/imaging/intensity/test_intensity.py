import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hyoid.imaging import Clip, DivideByMean, Intensity, MinMax, Window, ZScore

STEPS = [Window(lower=-250, upper=250), Clip(lower=0), ZScore(), ZScore(nonzero=False), MinMax(), DivideByMean()]


def image(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.normal(rng.uniform(-500, 500), rng.uniform(1, 300), (5, 6, 7)).astype(np.float32)
    values[rng.random(values.shape) < 0.3] = 0
    return values


def test_window_by_hand() -> None:
    array = np.array([[[-2000, -250, 0, 125, 250, 3000]]], np.int16)
    np.testing.assert_allclose(Window(lower=-250, upper=250).apply(array), [[[0, 0, 0.5, 0.75, 1, 1]]])
    six = Window(lower=-250, upper=250, to=(-6, 6)).apply(array)
    np.testing.assert_allclose(six, [[[-6, -6, 0, 3, 6, 6]]], atol=1e-6)


def test_clip_by_hand() -> None:
    array = np.array([[[-1.0, 2.0, 30.0]]])
    np.testing.assert_allclose(Clip(lower=0, upper=20).apply(array), [[[0, 2, 20]]])
    np.testing.assert_allclose(Clip(upper=20).apply(array), [[[-1, 2, 20]]])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_z_score_equals_the_definition(seed: int, nonzero: bool) -> None:
    values = image(seed)
    chosen = values != 0 if nonzero else np.ones(values.shape, bool)
    expected = values.astype(np.float64)
    expected[chosen] = (expected[chosen] - expected[chosen].mean()) / expected[chosen].std()
    np.testing.assert_allclose(ZScore(nonzero=nonzero).apply(values), expected, atol=1e-4)


@pytest.mark.slow
def test_z_score_equals_monai() -> None:
    from monai.transforms import NormalizeIntensity

    for nonzero in (True, False):
        expected = np.asarray(NormalizeIntensity(nonzero=nonzero)(image(7)))
        np.testing.assert_allclose(ZScore(nonzero=nonzero).apply(image(7)), expected, atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_min_max_and_mean_keep_their_promise(seed: int) -> None:
    values = image(seed)
    scaled = MinMax().apply(values)
    assert (scaled.min(), scaled.max()) == (0.0, 1.0)
    np.testing.assert_allclose(scaled, (values - values.min()) / np.ptp(values), atol=1e-5)
    divided = DivideByMean().apply(values)
    assert divided.min() >= 0
    assert divided.mean(dtype=np.float64) == pytest.approx(1, abs=1e-4)
    assert np.corrcoef(divided.ravel(), values.ravel())[0, 1] == pytest.approx(1, abs=1e-4)


def test_windowed_ct_of_mean_zero_does_not_blow_up() -> None:
    # Half air at -110, half tissue at +110: the mean is 0, and dividing by it as it stands gives infinities.
    ct = np.repeat([-110.0, 110.0], 50).reshape(4, 5, 5)
    np.testing.assert_allclose(np.unique(DivideByMean().apply(ct)), [0, 2])


@pytest.mark.parametrize("step", STEPS, ids=lambda step: repr(step)[:30])
@pytest.mark.parametrize("value", [-1024.0, 0.0, 0.1, 1e6])
def test_constant_image_stays_finite_and_constant(step: Intensity, value: float) -> None:
    found = step.apply(np.full((3, 40, 40), value, np.float32))
    assert np.isfinite(found).all()
    assert np.ptp(found) == 0
    assert abs(found.flat[0]) <= max(1.0, value)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: repr(step)[:30])
@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_input_is_left_alone_and_the_result_is_float32(step: Intensity, dtype: type) -> None:
    array = (np.arange(60).reshape(3, 4, 5) - 20).astype(dtype)
    before = array.copy()
    found = step.apply(array)
    assert found.dtype == np.float32
    assert found.shape == array.shape
    np.testing.assert_array_equal(array, before)


def test_steps_are_read_by_name() -> None:
    steps = TypeAdapter(tuple[Intensity, ...]).validate_python(
        [{"name": "window", "lower": -110, "upper": 190}, {"name": "divide_by_mean"}, {"name": "min_max"}]
    )
    assert [type(step) for step in steps] == [Window, DivideByMean, MinMax]


@pytest.mark.parametrize(
    "settings_", [{"name": "window", "lower": 5, "upper": 5}, {"name": "clip"}, {"name": "window", "lower": 1}]
)
def test_bounds_that_mean_nothing_are_refused(settings_: dict) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Intensity).validate_python(settings_)
