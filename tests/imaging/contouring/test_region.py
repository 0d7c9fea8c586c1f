from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring import (
    Contour,
    adaptive_threshold,
    box_on_grid,
    fixed_threshold,
    flab,
    gradient_watershed,
    region_grow,
    relative_threshold,
)
from support.hot_balls import ball_pet

Method = Callable[[Volume, Block], Contour]
METHODS: dict[str, Method] = {
    "fixed": lambda pet, box: fixed_threshold(pet, box, 2.5),
    "relative": relative_threshold,
    "half": lambda pet, box: relative_threshold(pet, box, 0.5),
    "half of the peak": lambda pet, box: relative_threshold(pet, box, 0.5, "peak"),
    "adaptive": adaptive_threshold,
    "gradient": gradient_watershed,
    "flab": flab,
    "grow": lambda pet, box: region_grow(pet, (10, 10, 10), 2.0, box),
}


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(("radius", "contrast"), [(10, 5), (14, 8)])
def test_a_ball_is_found_within_the_box_and_in_one_piece(name: str, radius: float, contrast: float) -> None:
    pet, truth, box = ball_pet(radius, contrast, noise=0.05)
    before = pet.array.copy()
    contour = METHODS[name](pet, box)
    mask = contour.mask.array
    np.testing.assert_array_equal(pet.array, before)
    assert contour.mask.grid == pet.grid
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 1}
    outside = np.ones_like(mask, bool)
    outside[box.slices] = False
    assert not mask[outside].any()
    assert mask[np.unravel_index(np.argmax(np.where(outside, -1, pet.array)), mask.shape)]
    assert 2 * (mask * truth).sum() / (mask.sum() + truth.sum()) > 0.65
    assert not [note for note in contour.notes if "sides" in note]


@pytest.mark.parametrize("name", METHODS)
def test_what_lies_outside_the_box_changes_nothing(name: str) -> None:
    pet, _, box = ball_pet(10, 5, noise=0.05)
    other = np.full_like(pet.array, 100.0)
    other[box.slices] = pet.array[box.slices]
    other[0, 0, 0] = np.nan
    first, second = METHODS[name](pet, box), METHODS[name](pet.with_array(other), box)
    np.testing.assert_array_equal(first.mask.array, second.mask.array)
    assert first.notes == second.notes
    assert first.threshold_suv == second.threshold_suv


@pytest.mark.parametrize("name", METHODS)
def test_moving_image_and_box_by_whole_voxels_moves_the_contour(name: str) -> None:
    pet, _, box = ball_pet(9, 6, noise=0.05)
    moved = pet.with_array(np.roll(pet.array, (1, -2, 1), (0, 1, 2)))
    x, y, z = box.start
    if name == "grow":
        first = region_grow(pet, (10, 10, 10), 2.0, box)
        second = region_grow(moved, (11, 8, 11), 2.0, Block((x + 1, y - 2, z + 1), box.size))
    else:
        first = METHODS[name](pet, box)
        second = METHODS[name](moved, Block((x + 1, y - 2, z + 1), box.size))
    np.testing.assert_array_equal(np.roll(first.mask.array, (1, -2, 1), (0, 1, 2)), second.mask.array)


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"flab", "gradient"}))
def test_exchanging_axes_exchanges_the_contours(name: str) -> None:
    pet, _, box = ball_pet(9, 6, noise=0.05)
    pet = pet.with_array(pet.array.astype(np.float64))
    first = METHODS[name](pet, box)
    second = METHODS[name](pet.with_array(pet.array.transpose(2, 0, 1)), box)
    np.testing.assert_array_equal(first.mask.array.transpose(2, 0, 1), second.mask.array)


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"grow"}))
@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_scaling_suv_changes_no_contour_but_by_a_fixed_threshold(name: str, factor: float) -> None:
    pet, _, box = ball_pet(9, 6, noise=0.05)
    first, second = METHODS[name](pet, box), METHODS[name](pet.with_array(pet.array * np.float32(factor)), box)
    same = np.array_equal(first.mask.array, second.mask.array)
    assert same == (name != "fixed")


@pytest.mark.parametrize("name", METHODS)
def test_useless_boxes_are_refused(name: str) -> None:
    pet, _, _ = ball_pet(9, 6)
    for box, words in (
        (Block((3, 3, 3), (4, 0, 4)), "4x0x4 voxels"),
        (Block((30, 3, 3), (4, 4, 4)), "outside the image"),
        (Block((-9, 3, 3), (4, 4, 4)), "outside the image"),
    ):
        with pytest.raises(ImageError, match=words):
            METHODS[name](pet, box)


@pytest.mark.parametrize("name", METHODS)
def test_flat_and_unknown_values_are_refused(name: str) -> None:
    pet, _, box = ball_pet(9, 6)
    with pytest.raises(ImageError, match="the same value, 3, in all"):
        METHODS[name](pet.with_array(np.full_like(pet.array, 3.0)), box)
    for value in (np.nan, np.inf):
        broken = pet.array.copy()
        broken[10, 10, 10] = value
        with pytest.raises(ImageError, match="1 values that are NaN or infinite"):
            METHODS[name](pet.with_array(broken), box)


def test_a_box_beyond_the_image_is_cut_and_said() -> None:
    pet, _, _ = ball_pet(9, 6)
    contour = adaptive_threshold(pet, Block((-5, -5, -5), (40, 40, 40)))
    assert contour.notes[0] == "The box reaches beyond the image and was cut at its edge."


def test_a_box_of_the_ct_becomes_the_voxels_of_the_pet_whose_centres_lie_in_it() -> None:
    ct = Grid((100, 100, 50), (1.0, 1.0, 3.0), (10.0, 20.0, 30.0))
    pet = Grid((40, 40, 60), (4.0, 4.0, 4.0), (-20.0, -10.0, 0.0))
    found = box_on_grid(Block((10, 20, 5), (20, 8, 4)), ct, pet)
    # x from 19.5 to 39.5 mm: voxels 9.875 to 14.875; y from 39.5 to 47.5: 12.375 to 14.375; z from 43.5 to 55.5
    assert found == Block((10, 13, 11), (5, 2, 3))
    thin = box_on_grid(Block((11, 20, 5), (1, 8, 4)), ct, pet)  # x from 20.5 to 21.5 mm: nearest to 10.25
    assert (thin.start[0], thin.size[0]) == (10, 1)
    with pytest.raises(ImageError, match="does not reach"):
        box_on_grid(Block((10, 20, 5), (20, 8, 4)), ct, Grid((4, 4, 4), (4, 4, 4), (500, 0, 0)))
    with pytest.raises(ImageError, match="at least one voxel"):
        box_on_grid(Block((10, 20, 5), (0, 8, 4)), ct, pet)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_box_on_another_grid_voxel_by_voxel(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dx, dy, dz = (float(v) for v in rng.uniform(0.8, 4, 3))
    grid = Grid(
        (20, 20, 20), (dx, dy, dz), tuple(rng.uniform(-5, 5, 3)), tuple(np.diag(rng.choice([-1.0, 1.0], 3)).ravel())
    )
    other = Grid((9, 10, 11), (4.0, 3.0, 5.0), tuple(rng.uniform(-15, 0, 3)))
    x, y, z = (int(v) for v in rng.integers(0, 12, 3))
    nx, ny, nz = (int(v) for v in rng.integers(6, 9, 3))
    box = Block((x, y, z), (nx, ny, nz))
    assert box_on_grid(box, grid, grid) == box
    inside = np.zeros(other.shape, bool)
    for at in np.ndindex(other.shape):
        index = grid.to_index(other.to_world(at[::-1]))
        inside[at] = ((index > np.subtract(box.start, 0.5)) & (index < np.add(box.start, box.size) - 0.5)).all()
    if inside.any():
        expected = np.zeros(other.shape, bool)
        expected[box_on_grid(box, grid, other).slices] = True
        np.testing.assert_array_equal(expected, inside)
