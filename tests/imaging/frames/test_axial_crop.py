from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hyoid.errors import ImageError
from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging import AxialCrop, FullView, Preprocess, resample
from imaging.manikin import field, manikin

SMALL = AxialCrop(size_voxels=(24, 20, 32))
NO_HEAD = "No head in view: the 516 mm at the high end of the world's z axis are taken as cranial."


@cache
def images(low: float, high: float) -> dict[str, Volume]:
    ct, pet = manikin(field(low, high))
    return {"ct": ct, "pet": pet}


def blank(lower: tuple, upper: tuple, spacing: tuple = (10.0, 10.0, 4.0)) -> Volume:
    grid = Box(lower, upper).grid(spacing)
    return Volume(np.zeros(grid.shape, np.float32), grid)


def assert_box(grid: Grid, lower: tuple, upper: tuple) -> None:
    box = Box.of_grid(grid)
    np.testing.assert_allclose([box.lower, box.upper], [lower, upper], atol=1e-6)


def turned(volume: Volume) -> Volume:
    """The same voxels at the same places, stored from the other end of z."""
    grid = volume.grid
    last = tuple(grid.to_world((0, 0, grid.size[2] - 1)))
    direction = tuple(np.diag([1.0, 1.0, -1.0]).ravel())
    return Volume(np.ascontiguousarray(volume.array[::-1]), Grid(grid.size, grid.spacing, last, direction))


def test_long_scan_is_cut_to_exactly_the_cranial_part() -> None:
    located = AxialCrop().locate(images(-100, 850))
    assert located.notes == ()
    assert located.grid.size == (192, 192, 192)
    np.testing.assert_allclose(located.grid.spacing, (460 / 192, 460 / 192, 516 / 192), rtol=1e-12)
    assert_box(located.grid, (-230, -230, 850 - 516), (230, 230, 850))


def test_order_of_the_slices_changes_nothing() -> None:
    upright = images(-100, 850)
    located = SMALL.locate({name: turned(volume) for name, volume in upright.items()})
    assert located.grid.same_as(SMALL.locate(upright).grid)
    assert located.notes == ()


def test_upside_down_patient_is_cut_at_the_other_end_and_noted() -> None:
    flipped = {k: v.with_array(np.ascontiguousarray(v.array[::-1])) for k, v in images(-100, 850).items()}
    for study in (flipped, {name: turned(volume) for name, volume in flipped.items()}):
        located = SMALL.locate(study)
        assert_box(located.grid, (-230, -230, -100), (230, 230, -100 + 516))
        assert len(located.notes) == 1
        assert "feet first" in located.notes[0]


def test_without_a_head_the_high_end_is_cranial_and_said() -> None:
    located = SMALL.locate(images(-200, 560))
    assert located.notes == (NO_HEAD,)
    assert_box(located.grid, (-230, -230, 44), (230, 230, 560))


@pytest.mark.parametrize("length", [300.0, 516.0])
def test_scan_no_longer_than_asked_is_whole_and_silent(length: float) -> None:
    volume = blank((-200, -200, -40), (200, 200, -40 + length))
    located = SMALL.locate({"ct": volume, "pet": volume})
    assert located.notes == ()
    assert_box(located.grid, (-200, -200, -40), (200, 200, -40 + length))


def test_pet_gives_the_cross_section_and_both_the_length() -> None:
    ct = blank((-250, -240, 100), (250, 260, 400), (5.0, 5.0, 3.0))
    pet = blank((-300, -200, -100), (200, 340, 480), (4.0, 4.0, 4.0))
    located = SMALL.locate({"ct": ct, "pet": pet})
    assert_box(located.grid, (-300, -200, 100), (200, 340, 400))
    assert located.notes == ()


def test_longer_ct_is_cut_to_the_pet_and_noted() -> None:
    ct = blank((-250, -250, -300), (250, 250, 400))
    pet = blank((-300, -300, 0), (300, 300, 400))
    located = SMALL.locate({"ct": ct, "pet": pet})
    assert_box(located.grid, (-300, -300, 0), (300, 300, 400))
    assert located.notes == ("300 mm of the CT along z lie outside the PET and are left out.",)


def test_one_image_alone_gives_its_own_box_and_is_noted() -> None:
    volume = blank((-200, -100, 0), (200, 100, 400))
    for name, absent in (("ct", "No PET"), ("pet", "No CT")):
        located = SMALL.locate({name: volume})
        assert_box(located.grid, (-200, -100, 0), (200, 100, 400))
        assert len(located.notes) == 1
        assert absent in located.notes[0]
    long = SMALL.locate({"ct": images(-100, 850)["ct"]})
    assert_box(long.grid, (-230, -230, 334), (230, 230, 850))


@pytest.mark.parametrize("z", [1000.0, 395.0])
def test_images_that_hardly_meet_leave_the_ct(z: float) -> None:
    ct, pet = blank((-250, -250, 0), (250, 250, 400)), blank((-300, -300, z), (300, 300, z + 400))
    located = SMALL.locate({"ct": ct, "pet": pet})
    assert_box(located.grid, (-250, -250, 0), (250, 250, 400))
    assert "the CT alone" in located.notes[0]
    assert located.grid.same_as(SMALL.locate({"ct": ct}).grid)


def test_no_image_at_all_is_refused() -> None:
    with pytest.raises(ImageError, match="a CT or a PET"):
        AxialCrop().locate({})


@pytest.mark.parametrize("wrong", [{"length_mm": 0}, {"size_voxels": (0, 4, 4)}, {"size_voxels": (4, 4)}])
def test_impossible_sizes_are_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        AxialCrop(**wrong)


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(*[st.integers(1, 200)] * 3),
    length=st.floats(20, 900),
    spans=st.lists(st.floats(30, 800), min_size=3, max_size=3),
    lower=st.lists(st.floats(-500, 500), min_size=3, max_size=3),
)
def test_voxels_divide_the_box_exactly(size: tuple, length: float, spans: list, lower: list) -> None:
    grid = Grid((2, 2, 2), tuple(span / 2 for span in spans), tuple(lower))
    images = {"pet": Volume(np.zeros(grid.shape, np.float32), grid)}
    frame = AxialCrop(length_mm=length, size_voxels=size)
    found, whole = frame.locate(images).grid, Box.of_grid(grid)
    assert found.size == size
    assert found.shape == frame.voxels()
    kept = min(length, whole.size_mm[2])
    assert found.extent_mm == pytest.approx((*whole.size_mm[:2], kept), abs=2e-3)
    box = Box.of_grid(found)
    assert box.upper == pytest.approx(whole.upper, abs=2e-3)
    assert box.lower == pytest.approx((*whole.lower[:2], whole.upper[2] - kept), abs=2e-3)


def test_unequal_spacing_goes_through_preprocessing_and_back() -> None:
    study = images(450, 850)
    labels = np.zeros(study["ct"].array.shape, np.uint8)
    labels[25:45, 38:54, 40:56] = 1
    labels[50:62, 30:42, 20:40] = 2
    mask = Volume(labels, study["ct"].grid)
    framed = Preprocess(frame=AxialCrop(size_voxels=(92, 115, 64))).apply(study, mask=mask)
    assert framed.grid.spacing == (5, 4, 6.25)
    assert framed.images.shape == (2, 64, 115, 92)
    np.testing.assert_array_equal(framed.images[0], resample(study["ct"], framed.grid, "linear", -1024).array)
    assert framed.mask is not None
    back = framed.restore(framed.mask)
    assert back.grid == study["ct"].grid
    for label in (1, 2):
        found, truth = back.array == label, labels == label
        assert 2 * np.count_nonzero(found & truth) / (found.sum() + truth.sum()) > 0.97


def test_narrow_ct_is_padded_with_air() -> None:
    study = images(450, 850)
    narrow, _ = manikin(field(450, 850, half_width=150))
    framed = Preprocess(frame=AxialCrop(size_voxels=(46, 46, 40))).apply({"ct": narrow, "pet": study["pet"]})
    assert Box.of_grid(framed.grid) == Box.of_grid(FullView(spacing_mm=(10, 10, 10)).locate(study).grid)
    assert (framed.images[0][:, :, 0] == -1024).all()
