import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring import gradient_watershed
from hyoid.imaging.contouring.gradient import gradient_magnitude, lesion_core
from hyoid.imaging.contouring.region import border, region_in_box
from support.hot_balls import ball_pet, overlap


def passes(height: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Lowest height that has to be climbed from any source to each voxel, by faces: Dijkstra's algorithm on maxima."""
    best = np.full(height.shape, np.inf)
    queue: list[tuple[float, tuple[int, ...]]] = []
    for at in zip(*np.nonzero(sources), strict=True):
        best[at] = height[at]
        heapq.heappush(queue, (height[at], at))
    while queue:
        climbed, at = heapq.heappop(queue)
        if climbed > best[at]:
            continue
        for axis in range(3):
            for step in (-1, 1):
                to = tuple(int(v) + (step if i == axis else 0) for i, v in enumerate(at))
                if all(0 <= t < n for t, n in zip(to, height.shape, strict=True)):
                    over = max(climbed, height[to])
                    if over < best[to]:
                        best[to] = over
                        heapq.heappush(queue, (over, to))
    return best


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_voxel_goes_to_the_marker_that_is_reached_over_the_lower_pass(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = ndimage.gaussian_filter(rng.random((8, 9, 10)), 1.2)
    values[4, 4, 5:7] = values.max() + 0.3
    pet = Volume(values, Grid((10, 9, 8), (2.0, 2.5, 3.0)))
    box = Block((0, 0, 0), (10, 9, 8))
    inside = gradient_watershed(pet, box, smoothing_mm=0.0).mask.array > 0
    height = gradient_magnitude(region_in_box(pet, box), 0.0)
    core = np.zeros(values.shape, bool)
    core[4, 4, 5:7] = True
    np.testing.assert_array_equal(lesion_core(region_in_box(pet, box)), core)
    assert inside[core].all()
    ours, theirs = passes(height, core), passes(height, border(values.shape))
    assert inside[ours < theirs].all()
    assert not inside[theirs < ours].any()
    assert (ours != theirs).mean() > 0.3  # the rest lies beyond the one pass that both share


def test_near_skimage_on_balls() -> None:
    segmentation = pytest.importorskip("skimage.segmentation")
    for radius in (8, 12, 16):
        pet, _, box = ball_pet(radius, 6, noise=0.05)
        mask = gradient_watershed(pet, box).mask.array[box.slices]
        region = region_in_box(pet, box)
        markers = border(mask.shape).astype(int) * 2
        markers[lesion_core(region)] = 1
        other = segmentation.watershed(gradient_magnitude(region, 5.0), markers, connectivity=1) == 1
        assert overlap(mask, other) > 0.98


def test_magnitude_of_a_slope_is_per_mm_along_all_axes() -> None:
    z, y, x = np.meshgrid(*(np.arange(8.0),) * 3, indexing="ij")
    values = 3 * (2.0 * x) + 4 * (5.0 * y) + 12 * (3.0 * z)  # slopes 3, 4, 12 per mm at spacings 2, 5, 3
    region = region_in_box(Volume(values, Grid((8, 8, 8), (2, 5, 3))), Block((0, 0, 0), (8, 8, 8)))
    np.testing.assert_allclose(gradient_magnitude(region, 0.0), 13.0)


def test_smoothing_is_a_gaussian_of_that_width() -> None:
    """An error function's slope at its middle, after it was blurred by a Gaussian."""
    x = (np.arange(41) - 20.0) * 1.0
    step = (np.arange(41) >= 20).astype(float)
    values = np.broadcast_to(step, (9, 9, 41)).copy()
    region = region_in_box(Volume(values, Grid((41, 9, 9), (1, 1, 1))), Block((0, 0, 0), (41, 9, 9)))
    sigma = 8.0 / 2.3548
    magnitude = gradient_magnitude(region, 8.0)[4, 4]
    expected = np.exp(-((x + 0.5) ** 2) / (2 * sigma**2)) / np.sqrt(2 * np.pi) / sigma
    assert np.abs(magnitude - expected)[10:-10].max() < 0.01 * expected.max() + 1e-3


def test_a_sharp_step_is_found_whatever_the_contrast() -> None:
    for low, high in ((1.0, 2.0), (1.0, 30.0), (10.0, 11.0)):
        values = np.full((14, 14, 14), low)
        values[4:10, 4:10, 4:10] = high
        values[7, 7, 7] += 0.01
        pet = Volume(values, Grid((14, 14, 14), (2, 2, 2)))
        mask = gradient_watershed(pet, Block((0, 0, 0), (14, 14, 14)), smoothing_mm=0.0).mask.array
        truth = np.zeros_like(mask)
        truth[4:10, 4:10, 4:10] = 1
        # Central differences are as great on either side of a step: each of the two may be the crest.
        assert mask[5:9, 5:9, 5:9].all()
        assert not mask[ndimage.distance_transform_cdt(1 - truth) > 1].any()


def test_uneven_uptake_is_not_cut_to_its_hottest_voxel() -> None:
    """A lesion that fades out on one side: its border is lower there than the crest around the hot spot in it."""
    z, y, x = np.meshgrid(np.arange(40.0) - 10, np.arange(20.0) - 10, np.arange(20.0) - 10, indexing="ij")
    away = np.sqrt(y**2 + x**2)
    fading = np.interp(z, [-7, -6, 6, 28], [0, 8, 8, 0])
    values = 1.0 + fading * (away < 6) + 2.0 * (np.sqrt(z**2 + away**2) < 2)
    pet = Volume(values, Grid((20, 20, 40), (4, 4, 4)))
    mask = gradient_watershed(pet, Block((0, 0, 0), (20, 20, 40)), 0.0).mask.array
    assert mask[(away < 5) & (np.abs(z) < 5)].all()
    assert not mask[away > 7].any()


@pytest.mark.parametrize("seed", range(3))
def test_the_core_by_hand(seed: int) -> None:
    values = ndimage.gaussian_filter(np.random.default_rng(seed).random((8, 9, 10)), 1.0) * 9
    region = region_in_box(Volume(values, Grid((10, 9, 8), (4, 4, 4))), Block((0, 0, 0), (10, 9, 8)))
    rim = np.ones(values.shape, bool)
    rim[1:-1, 1:-1, 1:-1] = False
    low = np.median(values[rim])
    numbered, _ = ndimage.label(values >= low + 0.7 * (values.max() - low), np.ones((3, 3, 3)))
    np.testing.assert_array_equal(lesion_core(region), numbered == numbered[region.hottest])


def test_refusals() -> None:
    pet, _, box = ball_pet(10, 6)
    with pytest.raises(ImageError, match="hottest part of the box at its border"):
        gradient_watershed(pet, Block((10, 10, 10), (6, 6, 6)))
    with pytest.raises(ImageError, match="at least 3 along each axis"):
        gradient_watershed(pet, Block((8, 8, 8), (4, 4, 2)))
    for wrong in (-1.0, float("nan")):
        with pytest.raises(ImageError, match="0 mm or more"):
            gradient_watershed(pet, box, wrong)
