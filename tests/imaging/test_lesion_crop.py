import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import find_objects

from hyoid.errors import GeometryError
from hyoid.imaging.lesion_crop import crop, crop_start

Shape = tuple[int, int, int]


@st.composite
def frames(draw: st.DrawFn) -> tuple[np.ndarray, Shape, Shape]:
    shape = draw(st.tuples(*[st.integers(1, 14)] * 3))
    size = tuple(draw(st.integers(1, n)) for n in shape)
    mask = np.zeros(shape, np.uint8)
    for _ in range(draw(st.integers(0, 3))):
        mask[tuple(draw(st.integers(0, n - 1)) for n in shape)] = draw(st.integers(1, 2))
    return mask, shape, size


@settings(max_examples=150, deadline=None)
@given(frames(), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5, 1.0]))
def test_block_lies_in_the_frame_and_holds_what_fits(
    frame: tuple[np.ndarray, Shape, Shape], seed: int, probability: float
) -> None:
    mask, shape, size = frame
    for start in (
        crop_start(mask, shape, size),
        crop_start(None, shape, size),
        crop_start(mask, shape, size, np.random.default_rng(seed), probability),
    ):
        assert all(first >= 0 and first + count <= n for first, count, n in zip(start, size, shape, strict=True))
    block = crop(mask, crop_start(mask, shape, size), size)
    assert block.shape == size
    if not mask.any():
        return
    box = find_objects((mask > 0).astype(int))[0]
    for axis, (along, count) in enumerate(zip(box, size, strict=True)):
        if along.stop - along.start <= count:
            first = crop_start(mask, shape, size)[axis]
            assert first <= along.start
            assert along.stop <= first + count
    if all(along.stop - along.start <= count for along, count in zip(box, size, strict=True)):
        assert np.count_nonzero(block) == np.count_nonzero(mask)


@pytest.mark.parametrize(
    ("voxels", "expected"),
    [
        ([], (2, 3, 4)),  # the middle: (8 - 4) / 2, (10 - 4) / 2, (12 - 4) / 2
        ([(4, 5, 6)], (2, 3, 4)),
        ([(3, 5, 7)], (1, 3, 5)),
        ([(2, 2, 2), (5, 5, 5)], (2, 2, 2)),  # just as large as the block
        ([(2, 2, 2), (4, 4, 4)], (1, 1, 1)),  # centre 3.5, so 1.5 to 5.5: the voxel below
        ([(0, 9, 0)], (0, 6, 0)),  # at the frame's edge
        ([(0, 0, 0), (7, 9, 11)], (2, 3, 4)),  # larger than the block: its middle
    ],
)
def test_hand_worked_starts(voxels: list[Shape], expected: Shape) -> None:
    mask = np.zeros((8, 10, 12), np.uint8)
    for number, voxel in enumerate(voxels):
        mask[voxel] = 1 + number
    assert crop_start(mask, (8, 10, 12), (4, 4, 4)) == expected


def test_bounding_box_decides_and_not_the_number_of_voxels() -> None:
    mask = np.zeros((1, 1, 20), bool)
    mask[..., 2:8] = mask[..., 15] = True
    assert crop_start(mask, (1, 1, 20), (1, 1, 14)) == (0, 0, 2)


def test_no_mask_is_the_middle() -> None:
    assert crop_start(None, (288, 288, 287), (192, 192, 192)) == (48, 48, 47)
    assert crop_start(np.zeros((9, 9, 9)), (9, 9, 9), (9, 9, 9)) == (0, 0, 0)


def test_random_starts_are_as_often_as_asked_and_even() -> None:
    rng = np.random.default_rng(0)
    mask = np.zeros((6, 7, 8), bool)
    mask[0, 0, 0] = True
    starts = [crop_start(mask, mask.shape, (4, 5, 6), rng, 0.2) for _ in range(3000)]
    away = [start for start in starts if start != (0, 0, 0)]
    assert len(away) / len(starts) == pytest.approx(0.2 * 26 / 27, abs=0.02)  # one of 27 starts is the lesion's own
    counts = np.unique(away, axis=0, return_counts=True)[1]
    assert len(counts) == 26
    assert counts.min() > 5


def test_only_the_generator_makes_a_start_random() -> None:
    mask = np.zeros((20, 20, 20), bool)
    mask[3, 4, 5] = True
    size = (4, 4, 4)
    assert crop_start(mask, mask.shape, size, None, 1.0) == crop_start(mask, mask.shape, size)
    first, second = (
        [crop_start(mask, mask.shape, size, rng, 0.5) for _ in range(20)]
        for rng in (np.random.default_rng(5), np.random.default_rng(5))
    )
    assert first == second
    assert len(set(first)) > 2


def test_mask_does_not_move_the_stream() -> None:
    with_mask, without = np.random.default_rng(1), np.random.default_rng(1)
    crop_start(np.ones((5, 5, 5)), (5, 5, 5), (2, 2, 2), with_mask, 0.0)
    crop_start(None, (5, 5, 5), (2, 2, 2), without, 1.0)
    assert with_mask.random() == without.random()


def test_crop_keeps_leading_axes_and_is_a_view() -> None:
    array = np.arange(2 * 3 * 4 * 5 * 6).reshape(2, 3, 4, 5, 6)
    block = crop(array, (1, 0, 2), (2, 5, 3))
    np.testing.assert_array_equal(block, array[:, :, 1:3, 0:5, 2:5])
    assert np.shares_memory(block, array)


def test_impossible_blocks_are_refused() -> None:
    with pytest.raises(GeometryError, match="nowhere larger"):
        crop_start(None, (8, 8, 8), (8, 9, 8))
    with pytest.raises(GeometryError, match="Resample"):
        crop_start(np.ones((8, 8, 7)), (8, 8, 8), (4, 4, 4))
    with pytest.raises(GeometryError, match="probability"):
        crop_start(None, (8, 8, 8), (4, 4, 4), np.random.default_rng(0), 1.5)
    for start, size in [((-1, 0, 0), (2, 2, 2)), ((0, 0, 7), (2, 2, 2)), ((0, 0, 0), (0, 2, 2))]:
        with pytest.raises(GeometryError, match="within"):
            crop(np.zeros((8, 8, 8)), start, size)
    with pytest.raises(GeometryError, match="within"):
        crop(np.zeros((8, 8)), (0, 0, 0), (2, 2, 2))
