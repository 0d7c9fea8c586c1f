import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import ImageError
from hyoid.imaging import Clip, DivideByMean, Intensity, MinMax, Window, ZScore
from hyoid.imaging.suv_scale import TOLERANCE_SUV, SuvScale


def uptake(seed: int, hot: float = 20.0) -> np.ndarray:
    """A PET: air of SUV 0, tissue, something hot."""
    rng = np.random.default_rng(seed)
    suv = rng.gamma(2.0, 0.6, (6, 7, 8))
    suv[rng.random(suv.shape) < 0.4] = 0.0
    suv[0, 0, :2] = hot * rng.uniform(0.5, 1, 2)
    return suv.astype(np.float32)


def after(suv: np.ndarray, *chain: Intensity) -> np.ndarray:
    for step in chain:
        suv = step.apply(suv)
    return suv


CHAINS: dict[str, tuple[Intensity, ...]] = {
    "none": (),
    "z-score of what is not 0": (ZScore(),),
    "z-score": (ZScore(nonzero=False),),
    "min-max": (MinMax(),),
    "mean": (DivideByMean(),),
    "wide window": (Window(lower=0, upper=100),),
    "two steps": (Clip(upper=100), ZScore(), MinMax()),
}


@pytest.mark.parametrize("name", CHAINS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), hot=st.floats(5, 90))
def test_every_chain_of_lines_is_undone(name: str, seed: int, hot: float) -> None:
    suv = uptake(seed, hot)
    values = after(suv, *CHAINS[name])
    scale = SuvScale.of(suv, values)
    assert scale is not None
    assert (scale.floor_suv, scale.ceiling_suv) == (None, None)
    np.testing.assert_allclose(scale.to_suv(values), suv, atol=TOLERANCE_SUV)
    scale.check_tells(2.5)
    assert SuvScale(**json.loads(json.dumps(scale.to_dict()))) == scale


def test_a_window_gives_back_its_limits() -> None:
    suv = uptake(1)
    values = after(suv, Window(lower=1, upper=10, to=(-1, 1)), ZScore(nonzero=False))
    scale = SuvScale.of(suv, values)
    assert scale is not None
    assert (scale.floor_suv, scale.ceiling_suv) == (pytest.approx(1, abs=1e-4), pytest.approx(10, abs=1e-4))
    found = scale.to_suv(values)
    above = suv > 1
    np.testing.assert_allclose(found[above], np.minimum(suv, 10)[above], atol=TOLERANCE_SUV)
    assert found[~above].max() <= 1 + TOLERANCE_SUV
    scale.check_tells(2.5)
    for limit in (0.9, 10.5):
        with pytest.raises(ImageError, match=r"only SUV 1\.00 to 10\.00 is left"):
            scale.check_tells(limit)


def test_a_curve_and_an_image_of_one_value_are_not_turned_back() -> None:
    suv = uptake(2)
    assert SuvScale.of(suv, np.sqrt(suv)) is None
    assert SuvScale.of(suv, -suv) is None
    flat = np.zeros((2, 2, 2), np.float32)
    assert SuvScale.of(flat, flat) is None


def test_a_voxel_of_the_mean_itself_spoils_nothing() -> None:
    suv = np.array([[[0.0, 1.0, 2.0, 3.0, 1.5, 2.5]]], np.float32)  # of what is not 0 the mean is 2
    values = after(suv, ZScore())
    scale = SuvScale.of(suv, values)
    assert scale is not None
    np.testing.assert_allclose(scale.to_suv(values), [[[0, 1, 0, 3, 1.5, 2.5]]], atol=1e-5)
