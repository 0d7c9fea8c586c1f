import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import ImageError
from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging import Preprocess, ResizedView
from hyoid.imaging.frames.field_of_view import field_of_view


def volume(size: tuple, spacing: tuple, origin: tuple) -> Volume:
    grid = Grid(size, spacing, origin)
    return Volume(np.zeros(grid.shape, np.float32), grid)


CT = volume((100, 100, 60), (1, 1, 3), (0, 0, 0))
PET = volume((40, 40, 70), (4, 4, 3), (-20, 10, -15))


def test_shared_view_is_divided_exactly() -> None:
    frame = ResizedView(size_voxels=(10, 20, 30))
    located = frame.locate({"ct": CT, "pet": PET})
    shared = Box.of_grid(CT.grid).intersection(Box.of_grid(PET.grid))
    assert located.grid.size == (10, 20, 30)
    assert located.grid.shape == frame.voxels() == (30, 20, 10)
    np.testing.assert_allclose(located.grid.spacing, np.divide(shared.size_mm, (10, 20, 30)), rtol=1e-12)
    box = Box.of_grid(located.grid)
    np.testing.assert_allclose([box.lower, box.upper], [shared.lower, shared.upper], atol=1e-9)
    assert located.notes == ()


@pytest.mark.parametrize("names", [("ct",), ("pet",)])
def test_one_image_is_enough_and_noted(names: tuple[str, ...]) -> None:
    images = {name: {"ct": CT, "pet": PET}[name] for name in names}
    located = ResizedView().locate(images)
    box, notes = field_of_view(images)
    assert located.notes == notes
    assert located.grid.extent_mm == pytest.approx(box.size_mm)
    assert located.grid.size == (96, 96, 96)


def test_images_that_do_not_meet_leave_the_ct() -> None:
    far = volume((40, 40, 60), (4, 4, 3), (0, 0, 5000))
    located = ResizedView().locate({"ct": CT, "pet": far})
    assert "the CT alone" in located.notes[0]
    assert located.grid.extent_mm == pytest.approx((100, 100, 180))


def test_no_image_at_all_is_refused() -> None:
    with pytest.raises(ImageError, match="a CT or a PET"):
        ResizedView().locate({})


@settings(max_examples=40, deadline=None)
@given(size=st.tuples(*[st.integers(1, 40)] * 3))
def test_every_size_comes_out_of_preprocessing(size: tuple) -> None:
    frame = ResizedView(size_voxels=size)
    framed = Preprocess(frame=frame).apply({"ct": CT, "pet": PET})
    assert framed.images.shape[1:] == frame.voxels()
    assert framed.restore(np.ones(frame.voxels(), np.uint8)).grid == CT.grid
