import numpy as np
import pytest

from hyoid.errors import ImageError
from hyoid.geometry import Grid
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring import adaptive_threshold, contour_on_grid
from hyoid.imaging.contouring.contour import Contour
from support.hot_balls import ball_pet, overlap

CT = Grid((70, 70, 30), (1.0, 1.0, 2.5), (-36.3, -35.8, -37.0))


def centres(grid: Grid) -> np.ndarray:
    z, y, x = np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")
    return grid.to_world(np.stack([x, y, z], axis=-1))


def test_a_ball_stays_where_it_is_on_the_cts_grid() -> None:
    pet, truth, _ = ball_pet(12, 6)
    contour = Contour(pet.with_array(truth.astype(np.uint8)), ("A note.",), 3.0)
    carried = contour_on_grid(contour, CT)
    assert carried.mask.grid == CT
    assert carried.mask.array.dtype == np.uint8
    inside = carried.mask.array > 0
    assert overlap(inside, np.linalg.norm(centres(CT), axis=-1) < 12) > 0.9  # of voxels of 4 mm
    np.testing.assert_allclose(centres(CT)[inside].mean(axis=0), 0.0, atol=0.2)
    assert carried.mask.volume_ml() == pytest.approx(contour.mask.volume_ml(), rel=0.05)
    assert carried.notes == ("A note.",)
    assert carried.threshold_suv == 3.0


def test_nothing_lies_outside_the_box() -> None:
    pet, _, box = ball_pet(12, 6)
    contour = adaptive_threshold(pet, box)
    limit = Block((30, -4, 5), (12, 90, 40))
    carried = contour_on_grid(contour, CT, limit)
    whole = contour_on_grid(contour, CT).mask.array
    expected = np.zeros_like(whole)
    expected[5:30, 0:70, 30:42] = whole[5:30, 0:70, 30:42]
    np.testing.assert_array_equal(carried.mask.array, expected)
    assert carried.notes[-1].startswith("On the CT's grid the contour has")


def test_a_contour_that_is_lost_is_refused() -> None:
    pet, _, box = ball_pet(12, 6)
    contour = adaptive_threshold(pet, box)
    with pytest.raises(ImageError, match="no voxel lies on the CT's grid"):
        contour_on_grid(contour, Grid((5, 5, 5), (1, 1, 1), (300, 0, 0)))
    with pytest.raises(ImageError, match="no voxel lies on the CT's grid"):
        contour_on_grid(contour, CT, Block((0, 0, 0), (2, 2, 2)))
