import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import resample_labels
from imaging.worlds import DIRECTIONS, SEEDS, grid_around, voxel_centres


def by_hand(volume: Volume, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Mean membership over eight points of each voxel by SciPy's splines: the winner, and its lead over the next."""
    size = np.asarray(volume.grid.size)
    labels = range(1, int(volume.array.max()) + 1)
    member = np.zeros((len(labels), *grid.shape))
    doubtful = np.zeros(grid.shape, bool)
    for shift in itertools.product((-0.25, 0.25), repeat=3):
        index = volume.grid.to_index(voxel_centres(grid) + grid.to_world(shift) - grid.origin)
        inside = ((index >= -0.5) & (index < size - 0.5)).all(-1)
        doubtful |= np.minimum(np.abs(index + 0.5), np.abs(index - size + 0.5)).min(-1) < 1e-6
        place = np.moveaxis(index, -1, 0)[::-1]
        for at, label in enumerate(labels):
            spline = ndimage.map_coordinates((volume.array == label).astype(float), place, order=3, mode="mirror")
            member[at] += spline * inside / 8
    stack = np.concatenate([1 - member.sum(0, keepdims=True), member])
    ordered = np.sort(stack, axis=0)
    return stack.argmax(0), np.where(doubtful, 0, ordered[-1] - ordered[-2])


@settings(max_examples=40, deadline=None)
@given(SEEDS, DIRECTIONS, DIRECTIONS)
def test_equals_memberships_by_hand(seed: int, of_source: str, of_target: str) -> None:
    rng = np.random.default_rng(seed)
    spacing, step = tuple(rng.uniform(0.5, 5, 3)), tuple(rng.uniform(0.5, 3, 3))
    source = grid_around(rng, np.zeros(3), rng.integers(5, 14, 3) * spacing, spacing, of_source)
    target = grid_around(rng, rng.normal(0, 6, 3), rng.integers(3, 25, 3) * step, step, of_target)
    labels = ndimage.zoom(rng.integers(0, 4, (3, 3, 3)), np.divide(source.shape, 3), order=0).astype(np.uint8)
    volume = Volume(labels, source)
    if not labels.any():
        return
    expected, lead = by_hand(volume, target)
    found = resample_labels(volume, target).array
    clear = lead > 1e-2
    assert clear.mean() > 0.8
    np.testing.assert_array_equal(found[clear], expected[clear])


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.float32])
def test_same_grid_changes_nothing(dtype: type) -> None:
    labels = np.random.default_rng(0).integers(0, 5, (8, 9, 10)).astype(dtype)
    grid = Grid((10, 9, 8), (0.7, 0.7, 3), (4, 5, 6), (0, 1, 0, 1, 0, 0, 0, 0, -1))
    found = resample_labels(Volume(labels, grid), grid)
    assert found.array.dtype == np.uint8
    np.testing.assert_array_equal(found.array, labels)


def test_tie_goes_to_background_and_then_to_the_smaller_label() -> None:
    half = Grid((2, 1, 1), (1, 1, 1))
    middle = Grid((1, 1, 1), (1, 1, 1), (0.5, 0, 0))
    assert resample_labels(Volume(np.array([[[0, 3]]], np.uint8), half), middle).array.item() == 0
    assert resample_labels(Volume(np.array([[[2, 1]]], np.uint8), half), middle).array.item() == 1


def test_empty_map_and_grid_far_away() -> None:
    grid = Grid((3, 3, 3), (1, 1, 1))
    assert not resample_labels(Volume(np.zeros((3, 3, 3), np.uint8), grid), grid).array.any()
    far = Grid((2, 2, 2), (1, 1, 1), (500, 0, 0))
    assert not resample_labels(Volume(np.ones((3, 3, 3), np.uint8), grid), far).array.any()


def test_bool_mask_is_label_one() -> None:
    grid = Grid((2, 2, 2), (1, 1, 1))
    assert (resample_labels(Volume(np.ones((2, 2, 2), bool), grid), grid).array == 1).all()


@pytest.mark.parametrize("bad", [0.5, -1, 256])
def test_values_that_are_no_labels_are_refused(bad: float) -> None:
    grid = Grid((2, 1, 1), (1, 1, 1))
    with pytest.raises(ImageError, match="whole numbers in 0-255"):
        resample_labels(Volume(np.array([[[0, bad]]]), grid), grid)
