import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from hyoid.imaging import AxialCrop, Frame, FullView, NeckBox, ResizedView

SPACED = [NeckBox(spacing_mm=(1.0, 1.5, 2.0)), FullView(spacing_mm=(1.0, 1.5, 2.0))]
SIZED = [AxialCrop(), ResizedView()]


@pytest.mark.parametrize("frame", SPACED, ids=lambda frame: frame.name)
def test_spacing_grows_and_the_number_of_voxels_is_open(frame: NeckBox | FullView) -> None:
    coarser = frame.coarser(2.0, divisor=32, least=64)
    assert coarser == frame.model_copy(update={"spacing_mm": (2.0, 3.0, 4.0)})
    assert frame.voxels() is None


@pytest.mark.parametrize("frame", SIZED, ids=lambda frame: frame.name)
def test_voxels_become_fewer_and_nothing_else_changes(frame: AxialCrop | ResizedView) -> None:
    frame = frame.model_copy(update={"size_voxels": (192, 160, 96)})
    assert frame.coarser(1.0) == frame
    assert frame.coarser(4.0) == frame.model_copy(update={"size_voxels": (48, 40, 24)})
    assert frame.coarser(4.0).voxels() == (24, 40, 48)
    assert frame.coarser(4.0, divisor=32).size_voxels == (64, 32, 32)
    assert frame.coarser(4.0, divisor=16, least=40).size_voxels == (48, 48, 48)


@given(
    size=st.tuples(*[st.integers(1, 512)] * 3),
    factor=st.floats(1, 16),
    divisor=st.sampled_from([1, 2, 16, 32]),
    least=st.integers(0, 70),
)
def test_voxels_are_the_nearest_valid_number(size: tuple, factor: float, divisor: int, least: int) -> None:
    frame = ResizedView(size_voxels=size).coarser(factor, divisor, least)
    assert ResizedView.model_validate(frame.model_dump()) == frame
    for count, found in zip(size, frame.size_voxels, strict=True):
        valid = [n for n in range(divisor, 700, divisor) if n >= least]
        assert found in valid
        assert abs(found - count / factor) == pytest.approx(min(abs(n - count / factor) for n in valid))


@pytest.mark.parametrize("frame", [*SPACED, *SIZED], ids=lambda frame: frame.name)
def test_frames_are_told_apart_by_name(frame: Frame) -> None:
    assert TypeAdapter(Frame).validate_json(frame.model_dump_json()) == frame
