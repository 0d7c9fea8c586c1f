"""Versions are whole, hashed, and never overwritten."""

from pathlib import Path

import numpy as np
import pytest

from hyoid.app.annotation import AnnotationStore
from hyoid.geometry import Grid, Volume

GRID = Grid((6, 5, 4), (1.0, 1.2, 3.0), (-3.0, 2.0, 10.0))


def labels(*voxels: tuple[int, int, int]) -> Volume:
    array = np.zeros(GRID.shape, np.uint8)
    for z, y, x in voxels:
        array[z, y, x] = 1
    return Volume(array, GRID)


@pytest.fixture
def store(tmp_path: Path) -> AnnotationStore:
    return AnnotationStore(tmp_path / "annotations")


def test_a_save_comes_back_voxel_for_voxel(store: AnnotationStore) -> None:
    saved = store.save("A", "anna", labels((1, 2, 3)), 0, "127.0.0.1")
    back = store.voxels(store.version("A", "anna", 1), GRID)
    assert (saved.version, saved.base, saved.state) == (1, 0, "draft")
    assert np.array_equal(back.array, labels((1, 2, 3)).array)
    assert back.grid == GRID
    assert store.newest("A", "anna") == saved
