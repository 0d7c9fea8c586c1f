import numpy as np
import pytest

from hyoid.errors import ImageError
from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging import FullView


def volume(
    size: tuple[int, int, int], spacing: tuple[float, float, float], origin: tuple[float, float, float]
) -> Volume:
    grid = Grid(size, spacing, origin)
    return Volume(np.zeros(grid.shape, np.int16), grid)


CT = volume((100, 100, 60), (1, 1, 3), (0, 0, 0))


def test_frame_is_what_both_images_share() -> None:
    pet = volume((40, 40, 70), (4, 4, 3), (-20, 10, -15))
    located = FullView(spacing_mm=(1, 1, 2)).locate({"ct": CT, "pet": pet})
    shared = Box.of_grid(CT.grid).intersection(Box.of_grid(pet.grid))
    box = Box.of_grid(located.grid)
    np.testing.assert_allclose(box.lower, shared.lower, atol=1)
    np.testing.assert_allclose(box.upper, shared.upper, atol=1)
    assert located.grid.spacing == (1, 1, 2)
    assert located.notes == ()


def test_ct_that_reaches_beyond_the_pet_is_noted() -> None:
    pet = volume((40, 40, 50), (4, 4, 3), (-20, -20, 0))
    located = FullView().locate({"ct": CT, "pet": pet})
    assert located.notes == ("30 mm of the CT along z lie outside the PET and are left out.",)


@pytest.mark.parametrize("origin", [(0, 0, 5000), (95, 0, 0)])
def test_images_that_hardly_meet_leave_the_ct(origin: tuple[float, float, float]) -> None:
    located = FullView().locate({"ct": CT, "pet": volume((40, 40, 60), (4, 4, 3), origin)})
    assert located.grid.size == (100, 100, 180)
    assert "the CT alone" in located.notes[0]


def test_one_image_is_enough_and_noted() -> None:
    assert "No PET" in FullView().locate({"ct": CT}).notes[0]
    assert "No CT" in FullView().locate({"pet": CT}).notes[0]
    with pytest.raises(ImageError, match="a CT or a PET"):
        FullView().locate({"dose": CT})
