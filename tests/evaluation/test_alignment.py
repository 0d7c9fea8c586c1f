import numpy as np
import pytest

from hyoid.errors import GeometryError
from hyoid.evaluation.alignment import on_grid
from hyoid.geometry import Grid, Volume

GRID = Grid((10, 12, 8), (1.0, 1.5, 3.0), (-20.0, 5.0, 100.0))


def _labels(grid: Grid = GRID) -> Volume:
    array = np.zeros(grid.shape, np.uint8)
    array[2:5, 3:8, 2:6] = 1
    array[6, 6, 6] = 2
    return Volume(array, grid)


def test_the_same_grid_is_left_alone_within_rounding() -> None:
    rounded = Grid(GRID.size, GRID.spacing, (-20.0000004, 5.0, 100.0))
    labels = _labels(rounded)
    moved, notes = on_grid(labels, GRID)
    assert moved.array is labels.array
    assert moved.grid == GRID
    assert notes == ()


def test_a_crop_is_put_back_in_place() -> None:
    whole = _labels()
    crop = Volume(whole.array[1:7, 2:11, 1:9], GRID.cropped((1, 2, 1), (8, 9, 6)))
    moved, notes = on_grid(crop, GRID)
    np.testing.assert_array_equal(moved.array, whole.array)
    assert moved.array.dtype == np.uint8
    assert "0.00 mL fell outside" in notes[0]


def test_what_falls_outside_is_counted() -> None:
    larger = GRID.cropped((-4, -4, -4), (18, 20, 16))
    array = np.zeros(larger.shape, np.uint8)
    array[0:2, 0:10, 0:10] = 1
    moved, notes = on_grid(Volume(array, larger), GRID)
    assert not moved.array.any()
    assert f"{200 * 4.5 / 1000:.2f} mL fell outside" in notes[0]


def test_a_shift_by_part_of_a_voxel_takes_the_nearest() -> None:
    shifted = Grid(GRID.size, GRID.spacing, (-19.6, 5.0, 100.0))
    moved, notes = on_grid(_labels(shifted), GRID)
    np.testing.assert_array_equal(moved.array, _labels().array)
    assert len(notes) == 1


@pytest.mark.parametrize(
    "other",
    [
        Grid((20, 12, 8), (0.5, 1.5, 3.0), (-20.0, 5.0, 100.0)),
        Grid((10, 12, 8), (1.01, 1.5, 3.0), (-20.0, 5.0, 100.0)),
        Grid((10, 12, 8), (1.0, 1.5, 3.0), (-20.0, 5.0, 100.0), (-1, 0, 0, 0, -1, 0, 0, 0, 1)),
        Grid((10, 12, 8), (1.0, 1.5, 3.0), (500.0, 5.0, 100.0)),
    ],
    ids=["finer", "spacing", "turned", "apart"],
)
def test_another_grid_is_refused(other: Grid) -> None:
    with pytest.raises(GeometryError, match="the truth's grid"):
        on_grid(_labels(other), GRID)
