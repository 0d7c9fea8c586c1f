import numpy as np
from hypothesis import given, settings

from hyoid.geometry import Grid
from hyoid.imaging.blocks import Block, block_meeting, block_of_slices
from imaging.worlds import DIRECTIONS, SEEDS, grid_around, voxel_centres


@settings(max_examples=60, deadline=None)
@given(SEEDS, DIRECTIONS, DIRECTIONS)
def test_block_holds_all_voxels_that_the_other_grid_touches(seed: int, of_grid: str, of_other: str) -> None:
    rng = np.random.default_rng(seed)
    grid = grid_around(rng, np.zeros(3), np.array([20, 25, 30]), (1.0, 2.0, 3.0), of_grid)
    other = grid_around(rng, rng.normal(0, 15, 3), np.array([10, 12, 14]), (2.0, 1.0, 3.0), of_other)
    touched = np.rint(grid.to_index(voxel_centres(other)).reshape(-1, 3)).astype(int)
    touched = touched[((touched >= 0) & (touched < grid.size)).all(1)]
    block = block_meeting(grid, other, margin=0)
    if block is None:
        assert not touched.size
        return
    assert ((touched >= block.start) & (touched < np.add(block.start, block.size))).all()
    assert (np.asarray(block.start) >= 0).all()
    assert (np.add(block.start, block.size) <= grid.size).all()


def test_block_cuts_array_and_grid_alike() -> None:
    grid = Grid((10, 9, 8), (1, 2, 3), (5, 6, 7))
    block = Block((1, 2, 3), (4, 5, 2))
    assert np.zeros(grid.shape)[block.slices].shape == block.grid_in(grid).shape == (2, 5, 4)
    assert block.grid_in(grid).origin == tuple(grid.to_world((1, 2, 3)))


def test_margin_stops_at_the_border() -> None:
    assert block_of_slices((slice(0, 2), slice(3, 4), slice(5, 6)), (3, 9, 6), 2) == Block((3, 1, 0), (3, 5, 3))


def test_grids_apart_share_no_block() -> None:
    assert block_meeting(Grid((4, 4, 4), (1, 1, 1)), Grid((4, 4, 4), (1, 1, 1), (90, 0, 0)), 5) is None
