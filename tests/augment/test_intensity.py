import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hyoid.augment import Gamma, GaussianSmooth, Samples


@settings(max_examples=50, deadline=None)
@given(st.floats(0.3, 3), st.integers(0, 2**32 - 1))
def test_gamma_keeps_least_greatest_and_order(power: float, seed: int) -> None:
    values = np.random.default_rng(seed).normal(3, 10, (1, 1, 3, 4, 5)).astype(np.float32)
    changed = Gamma().apply(Samples(torch.from_numpy(values), None, ("ct",)), {"gamma": np.array([[power]])}).images
    low, high = values.min().astype(float), values.max().astype(float)
    expected = ((values.astype(float) - low) / (high - low)) ** power * (high - low) + low
    np.testing.assert_allclose(changed, expected, atol=2e-5 * (high - low))
    assert changed.min().item() == values.min()
    assert changed.max().item() == pytest.approx(values.max(), abs=1e-6 * (high - low))
    in_order = changed.flatten()[np.argsort(values, axis=None)]
    assert (torch.diff(in_order) >= 0).all()


def test_gamma_by_hand() -> None:
    values = torch.tensor([-1.0, 0.0, 1.0, 3.0]).reshape(1, 1, 1, 1, 4)
    changed = Gamma().apply(Samples(values, None, ("ct",)), {"gamma": np.array([[2.0]])}).images
    # (0, 1/4, 1/2, 1) squared is (0, 1/16, 1/4, 1), times 4, minus 1.
    assert changed.flatten().tolist() == [-1.0, -0.75, 0.0, 3.0]


def test_gamma_leaves_one_value_and_a_power_of_one_alone() -> None:
    absent = torch.full((1, 1, 2, 2, 2), -1024.0)
    assert torch.equal(Gamma().apply(Samples(absent, None, ("ct",)), {"gamma": np.array([[0.7]])}).images, absent)
    some = torch.randn(1, 1, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(Gamma().apply(Samples(some, None, ("ct",)), {"gamma": np.array([[1.0]])}).images, some)


def test_gamma_is_drawn_within_bounds_for_each_channel() -> None:
    drawn = Gamma(channels=("ct", "pet"), probability=0.5).draw(np.random.default_rng(0), 2000)["gamma"]
    assert drawn.shape == (2000, 2)
    assert 0.45 < (drawn != 1).mean() < 0.55
    assert 0.7 <= drawn.min() < 0.71 < 1.49 < drawn.max() <= 1.5
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.1


def test_gamma_changes_the_named_channel_alone() -> None:
    images = torch.randn(3, 2, 4, 4, 4, generator=torch.Generator().manual_seed(0))
    part = Gamma(channels=("pet",), probability=1)
    drawn = part.draw(np.random.default_rng(0), 3)
    changed = part.apply(Samples(images, None, ("ct", "pet")), drawn).images
    assert torch.equal(changed[:, 0], images[:, 0])
    assert not torch.equal(changed[:, 1], images[:, 1])


def test_smoothing_keeps_the_mean_of_what_the_edge_does_not_touch() -> None:
    images = torch.zeros(2, 1, 24, 24, 24)
    images[:, :, 8:15, 9:14, 10:16] = torch.rand(2, 1, 7, 5, 6, generator=torch.Generator().manual_seed(0))
    part = GaussianSmooth(probability=1)
    smoothed = part.apply(Samples(images, None, ("ct",)), part.draw(np.random.default_rng(0), 2)).images
    torch.testing.assert_close(smoothed.mean(dim=(1, 2, 3, 4)), images.mean(dim=(1, 2, 3, 4)), rtol=1e-5, atol=0)
    assert (smoothed.amax(dim=(1, 2, 3, 4)) < 0.95 * images.amax(dim=(1, 2, 3, 4))).all()


def test_impossible_powers_are_refused() -> None:
    with pytest.raises(ValidationError, match="exchange them"):
        Gamma(lower=2, upper=1)
    with pytest.raises(ValidationError, match="greater than 0"):
        Gamma(lower=0)
