import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.metrics import Surface, surface_scores
from oracles.segmentation import deepmind, monai_hd95, monai_surface_dice

SPACINGS = [(1.0, 1.0, 1.0), (0.98, 0.98, 3.27), (4.0, 3.0, 2.0), (0.49, 0.49, 2.0)]


def _blobs(seed: int, shape: tuple[int, int, int] = (14, 16, 18)) -> tuple[np.ndarray, np.ndarray]:
    """Two smooth random masks, both with something in, that share most of their place."""
    rng = np.random.default_rng(seed)
    common = ndimage.gaussian_filter(rng.standard_normal(shape), 2)
    fields = [common + 0.4 * ndimage.gaussian_filter(rng.standard_normal(shape), 1.5) for _ in range(2)]
    first, second = (field > np.quantile(field, rng.uniform(0.6, 0.97)) for field in fields)
    return first, second


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), spacing=st.sampled_from(SPACINGS), tolerance=st.sampled_from([0.7, 2.0, 3.0]))
def test_surfels_equal_deepmind(seed: int, spacing: tuple[float, float, float], tolerance: float) -> None:
    truth, prediction = _blobs(seed)
    hd95_mm, dice = deepmind(truth, prediction, spacing[::-1], tolerance)
    found = surface_scores(truth, prediction, spacing, tolerance)
    assert found.hd95_mm == pytest.approx(hd95_mm, rel=1e-9)
    assert found.surface_dice == pytest.approx(dice, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("spacing", SPACINGS)
def test_voxels_equal_monai(seed: int, spacing: tuple[float, float, float]) -> None:
    truth, prediction = _blobs(seed)
    found = surface_scores(truth, prediction, spacing, 2.0, Surface.VOXELS)
    assert found.hd95_mm == pytest.approx(monai_hd95(truth, prediction, spacing[::-1]), rel=1e-5)
    expected = monai_surface_dice(truth, prediction, spacing[::-1], 2.0, subvoxels=False)
    assert found.surface_dice == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_surfels_equal_monais_subvoxel_surface_dice(seed: int) -> None:
    truth, prediction = _blobs(seed)
    expected = monai_surface_dice(truth, prediction, (3.27, 0.98, 0.98), 2.0, subvoxels=True)
    assert surface_scores(truth, prediction, (0.98, 0.98, 3.27)).surface_dice == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize(
    ("shift", "spacing", "distance_mm"), [((3, 0, 0), (1, 1, 2.5), 7.5), ((0, 0, 4), (0.5, 1, 1), 2.0)]
)
def test_shifted_plate(surface: Surface, shift: tuple[int, int, int], spacing: tuple, distance_mm: float) -> None:
    axis = int(np.argmax(shift))
    thin = [24, 24, 24]
    thin[axis] = 1
    mask = np.zeros((40, 40, 40), bool)
    mask[tuple(slice(8, 8 + n) for n in thin)] = True
    found = surface_scores(mask, np.roll(mask, shift, (0, 1, 2)), spacing, 1.0, surface)
    step = spacing[::-1][axis] if surface is Surface.SURFELS else 0.0  # a plate has two faces, the nearer counts
    assert found.hd95_mm == pytest.approx(distance_mm, abs=step + 1e-9)


def test_identical_masks() -> None:
    mask, _ = _blobs(1)
    found = surface_scores(mask, mask, (1.0, 2.0, 3.0))
    assert (found.hd95_mm, found.surface_dice) == (0.0, 1.0)


@pytest.mark.parametrize("surface", Surface)
def test_empties(surface: Surface) -> None:
    mask, nothing = np.ones((3, 3, 3), bool), np.zeros((3, 3, 3), bool)
    for truth, prediction, dice in [(nothing, nothing, math.nan), (nothing, mask, math.nan), (mask, nothing, 0.0)]:
        found = surface_scores(truth, prediction, (1, 1, 1), 2.0, surface)
        np.testing.assert_equal((found.hd95_mm, found.surface_dice), (math.nan, dice))
