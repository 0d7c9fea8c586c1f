from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hyoid.errors import ImageError
from hyoid.geometry import Box, Volume
from hyoid.imaging import FixedBox, Frame, NeckBox, Preprocess
from imaging.manikin import field, manikin


@cache
def images(low: float, high: float) -> dict[str, Volume]:
    ct, pet = manikin(field(low, high))
    return {"ct": ct, "pet": pet}


@pytest.mark.parametrize(("low", "high"), [(-100, 850), (450, 830), (400, 740)])
def test_box_is_the_neck_box_of_its_size(low: float, high: float) -> None:
    size, spacing = (288.0, 240.0, 300.0), (4.0, 4.0, 5.0)
    located = FixedBox(size_mm=size, spacing_mm=spacing).locate(images(low, high))
    expected = NeckBox(size_mm=size, spacing_mm=spacing).locate(images(low, high))
    assert located == expected
    assert located.grid.size == (72, 60, 60)


def test_upside_down_patient_is_framed_as_by_the_neck_box() -> None:
    flipped = {k: v.with_array(np.ascontiguousarray(v.array[::-1])) for k, v in images(-100, 850).items()}
    located = FixedBox().locate(flipped)
    assert located == NeckBox(size_mm=(288, 288, 288)).locate(flipped)
    assert any("feet first" in note for note in located.notes)


@pytest.mark.parametrize("names", [("ct",), ("pet",), ("ct", "pet")])
def test_every_case_has_the_same_shape(names: tuple[str, ...]) -> None:
    frame = FixedBox(size_mm=(200, 240, 320), spacing_mm=(4, 5, 8))
    assert frame.voxels() == (40, 48, 50)
    for low, high in [(-100, 850), (450, 830), (100, 560), (690, 760)]:
        located = frame.locate({name: images(low, high)[name] for name in names})
        assert located.grid.shape == frame.voxels()
        assert located.grid.spacing == frame.spacing_mm
        assert Box.of_grid(located.grid).size_mm == pytest.approx(frame.size_mm)


def test_chest_without_head_hangs_from_the_field_and_says_so() -> None:
    located = FixedBox(size_mm=(200, 240, 320), spacing_mm=(4, 5, 8)).locate(images(100, 560))
    box = Box.of_grid(located.grid)
    assert box.upper == pytest.approx((100, 120, 560))
    assert box.lower == pytest.approx((-100, -120, 240))
    assert [note[:15] for note in located.notes] == ["No head in view"]


def test_outside_of_the_images_is_filled() -> None:
    frame = FixedBox(size_mm=(640, 320, 800), spacing_mm=(10, 10, 10))
    study = images(450, 850)
    framed = Preprocess(frame=frame).apply(study)
    assert framed.images.shape[1:] == frame.voxels() == (80, 32, 64)
    field_of_view, box = Box.of_grid(study["ct"].grid), Box.of_grid(framed.grid)
    centers = [
        low + spacing * (np.arange(count) + 0.5)
        for low, spacing, count in zip(box.lower, framed.grid.spacing, framed.grid.size, strict=True)
    ]
    x, _, z = (
        (along < low - 10) | (along > high + 10)
        for along, low, high in zip(centers, field_of_view.lower, field_of_view.upper, strict=True)
    )
    assert z.sum() >= 40
    assert x.sum() >= 16
    for image, value in zip(framed.images, (-1024, 0), strict=True):
        assert (image[z] == value).all()
        assert (image[:, :, x] == value).all()
        assert (image != value).any()


def test_no_image_at_all_is_refused() -> None:
    with pytest.raises(ImageError, match="a CT or a PET"):
        FixedBox().locate({})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"size_mm": (200, 200, 200), "spacing_mm": (1, 3, 1)}, "200 mm along y .* voxels of 3 mm; 201 mm is"),
        ({"size_mm": (1, 8, 8), "spacing_mm": (4, 4, 4)}, "1 mm along x .* 4 mm is"),
        ({"size_mm": (0, 8, 8)}, "greater than 0"),
    ],
)
def test_impossible_sizes_are_refused(wrong: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        FixedBox(**wrong)


def test_coarser_keeps_the_box_and_the_divisor() -> None:
    assert FixedBox().coarser(1.0) == FixedBox()
    assert FixedBox().coarser(4.0) == FixedBox(spacing_mm=(4, 4, 4))
    assert FixedBox().coarser(4.0, divisor=32) == FixedBox(spacing_mm=(4.5, 4.5, 4.5))
    assert FixedBox().coarser(4.0, divisor=32).voxels() == (64, 64, 64)
    assert FixedBox().coarser(4.0, divisor=16, least=90).spacing_mm == (3, 3, 3)


@settings(max_examples=60, deadline=None)
@given(
    counts=st.tuples(*[st.integers(1, 400)] * 3),
    spacing=st.tuples(*[st.sampled_from([0.5, 0.7, 1.0, 1.3, 2.0, 4.0])] * 3),
    factor=st.floats(1, 16),
    divisor=st.sampled_from([1, 2, 16, 32]),
    least=st.integers(0, 70),
)
def test_coarser_frames_are_valid(counts: tuple, spacing: tuple, factor: float, divisor: int, least: int) -> None:
    frame = FixedBox(size_mm=tuple(n * mm for n, mm in zip(counts, spacing, strict=True)), spacing_mm=spacing)
    assert frame.voxels() == counts[::-1]
    coarser = frame.coarser(factor, divisor, least)
    assert coarser.size_mm == frame.size_mm
    assert TypeAdapter(Frame).validate_json(coarser.model_dump_json()) == coarser
    for before, after in zip(frame.voxels(), coarser.voxels(), strict=True):
        valid = [n for n in range(divisor, 500, divisor) if n >= least]
        assert abs(after - before / factor) == pytest.approx(min(abs(n - before / factor) for n in valid))
    box = Box.around((1.0, -2.0, 3.0), coarser.size_mm)
    assert box.grid(coarser.spacing_mm).shape == coarser.voxels()
