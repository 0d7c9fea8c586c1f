import numpy as np

from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring import fixed_threshold


def test_sides_that_are_reached_are_named_by_the_patient() -> None:
    array = np.ones((6, 6, 6))
    array[0:3, 2:4, 2:4] = 5.0  # towards z = 0
    for direction, side in (((1, 0, 0, 0, 1, 0, 0, 0, 1), "inferior"), ((1, 0, 0, 0, 1, 0, 0, 0, -1), "superior")):
        pet = Volume(array, Grid((6, 6, 6), (4, 4, 4), direction=direction))
        contour = fixed_threshold(pet, Block((0, 0, 0), (6, 6, 6)))
        assert contour.notes == (
            f"The contour reaches 1 of the box's 6 sides ({side}): it is cut off there, or the method found no border.",
        )
    array = np.ones((4, 4, 8))
    array[1:3, 1:3, :] = 5.0  # along x, which points to the front in this image, from left to right along y
    pet = Volume(array, Grid((8, 4, 4), (4, 4, 4), direction=(0, -1, 0, -1, 0, 0, 0, 0, 1)))
    notes = fixed_threshold(pet, Block((0, 0, 0), (8, 4, 4))).notes
    assert "2 of the box's 6 sides (posterior, anterior)" in notes[0]


def test_a_contour_that_fills_the_box_is_said() -> None:
    array = np.full((5, 5, 5), 9.0)
    array[0, 0, 0] = 1.0
    notes = fixed_threshold(Volume(array, Grid((5, 5, 5), (4, 4, 4))), Block((0, 0, 0), (5, 5, 5))).notes
    assert "fills 99% of the box" in notes[-1]
