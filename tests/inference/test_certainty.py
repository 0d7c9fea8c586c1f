from itertools import pairwise

import numpy as np
import pytest
import torch

from hyoid.geometry import Grid
from hyoid.imaging import WayBack
from hyoid.inference import certainty
from hyoid.inference.certainty import Gathered, RecipeMaps, lesion_certainty

GRID = Grid((6, 5, 4), (2.0, 3.0, 4.0), (10.0, -5.0, 7.0))


def _filled(probabilities: np.ndarray, labelled: np.ndarray, cuts: tuple[int, ...] = (0, 1, 3, 4)) -> Gathered:
    """Add members (N, classes, z, y, x) slab by slab."""
    gathered = Gathered(GRID)
    for start, end in pairwise(cuts):
        gathered.add(start, labelled[start:end], torch.from_numpy(probabilities[:, :, start:end]))
    return gathered


def _points(voxels: np.ndarray) -> np.ndarray:
    return GRID.to_world(voxels[:, ::-1])


def test_points_find_their_voxel_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.random((3, 2, *GRID.shape)).astype(np.float32)
    labelled = rng.random(GRID.shape) < 0.4
    gathered = _filled(probabilities, labelled)
    voxels = np.argwhere(np.ones(GRID.shape, bool))
    off = rng.uniform(-0.49, 0.49, voxels.shape)
    found = gathered.at(_points(voxels + off)).reshape(3, 2, *GRID.shape)
    np.testing.assert_array_equal(found[:, :, labelled], probabilities[:, :, labelled])
    assert np.isnan(found[:, :, ~labelled]).all()
    outside = np.array([[-1, 0, 0], [0, 5, 0], [4, 0, 0], [0, 0, 6]])
    assert np.isnan(gathered.at(_points(outside))).all()


def test_maps_of_recipes_are_background_outside_their_frame() -> None:
    rng = np.random.default_rng(1)
    other = Grid((3, 3, 3), (2.0, 3.0, 4.0), GRID.origin)
    maps = [rng.random((2, *grid.shape)).astype(np.float16) for grid in (GRID, other)]
    members = RecipeMaps([(maps[0], WayBack(GRID, GRID)), (maps[1], WayBack(other, GRID))])
    voxels = np.argwhere(np.ones(GRID.shape, bool))
    found = members.at(_points(voxels)).reshape(2, 2, *GRID.shape)
    np.testing.assert_array_equal(found[0], maps[0])
    np.testing.assert_array_equal(found[1, :, :3, :3, :3], maps[1])
    assert not found[1, :, 3:].any()
    assert not found[1, :, :, :, 3:].any()


def test_a_lesion_by_hand() -> None:
    """Four voxels, four networks: all of it, three quarters, one voxel (the rest node), none."""
    gtvp = np.array([[0.9, 0.9, 0.8, 0.6], [0.6, 0.6, 0.6, 0.2], [0.1, 0.1, 0.1, 0.5], [0.0, 0.1, 0.2, 0.1]])
    gtvn = np.array([[0.0, 0.0, 0.0, 0.0], [0.1, 0.1, 0.1, 0.1], [0.8, 0.8, 0.8, 0.3], [0.9, 0.1, 0.1, 0.1]])
    probabilities = np.zeros((4, 2, *GRID.shape), np.float32)
    voxels = np.array([[0, 0, 0], [0, 1, 2], [2, 3, 4], [3, 4, 5]])
    labelled = np.zeros(GRID.shape, bool)
    for k, (z, y, x) in enumerate(voxels):
        labelled[z, y, x] = True
        probabilities[:, 0, z, y, x], probabilities[:, 1, z, y, x] = gtvp[:, k], gtvn[:, k]
    members = _filled(probabilities, labelled)
    means = np.array([0.8, 0.5, 0.2, 0.1])
    rim = np.array([[1, 0, 0]])  # a voxel that no network's mean labelled
    assert lesion_certainty(members, 1, _points(np.concatenate([voxels, rim]))) == {
        "mean_probability": pytest.approx(0.4),
        "probability_sd": pytest.approx(np.std(means, ddof=1), abs=5e-4),
        "found_by": 0.75,
        "half_found_by": 0.5,
    }
    assert lesion_certainty(members, 2, _points(voxels))["found_by"] == 0.5
    assert lesion_certainty(members, 1, _points(rim)) == {}


def test_one_network_has_a_probability_and_no_spread() -> None:
    probabilities = np.full((1, 1, *GRID.shape), 0.75, np.float32)
    members = _filled(probabilities, np.ones(GRID.shape, bool))
    assert lesion_certainty(members, 1, _points(np.array([[1, 1, 1]]))) == {"mean_probability": 0.75}


def test_more_than_the_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    probabilities = np.zeros((2, 1, *GRID.shape), np.float32)
    assert not _filled(probabilities, np.ones(GRID.shape, bool)).too_large
    monkeypatch.setattr(certainty, "MOST_BYTES", 100)
    assert _filled(probabilities, np.ones(GRID.shape, bool)).too_large
