import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.imaging.editing import interpolate_slices
from support.label_maps import on_grid, random_labels


def disc(shape: tuple[int, int], centre: tuple[float, float], radius: float) -> np.ndarray:
    y, x = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    return np.asarray(np.hypot(y - centre[0], x - centre[1]) <= radius)


def distance_by_hand(mask: np.ndarray, sampling: tuple[float, float]) -> np.ndarray:
    """Signed distance to the nearest pixel centre of the other kind, pixel by pixel; beyond the slice is outside."""
    padded = np.pad(mask, 1)
    places = np.stack(np.meshgrid(*(np.arange(n) for n in padded.shape), indexing="ij"), -1) * sampling
    found = np.zeros(padded.shape)
    for at in np.ndindex(padded.shape):
        other = places[padded != padded[at]]
        nearest = np.sqrt(((other - places[at]) ** 2).sum(-1)).min()
        found[at] = nearest if padded[at] else -nearest
    return found[1:-1, 1:-1]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["x", "y", "z"]))
def test_equals_raya_and_udupa_by_hand(seed: int, axis: str) -> None:
    rng = np.random.default_rng(seed)
    drawn = ndimage.gaussian_filter(rng.normal(size=(2, 9, 11)), (0, 1.5, 1.5)) > 0
    if not drawn.any(axis=(1, 2)).all() or drawn.all(axis=(1, 2)).any():
        return
    stack = np.zeros((6, 9, 11), np.uint8)
    stack[1], stack[5] = drawn
    spacing_of_stack = (3.0, 2.0, 1.5)  # along the stack, rows, columns
    at = "zyx".index(axis)
    array = np.moveaxis(stack, 0, at)
    spacing_zyx = list(spacing_of_stack[1:])
    spacing_zyx.insert(at, spacing_of_stack[0])
    z, y, x = spacing_zyx
    edited = interpolate_slices(on_grid(array, (x, y, z)), axis=axis)  # type: ignore[arg-type]
    expected = stack.copy()
    ends = [distance_by_hand(each, (2.0, 1.5)) for each in drawn]
    for i in (2, 3, 4):
        part = (i - 1) / 4
        mixed = (1 - part) * ends[0] + part * ends[1]
        unsure = np.abs(mixed) < 1e-5
        expected[i] = mixed > 0
        expected[i][unsure] = np.moveaxis(edited.labels.array, at, 0)[i][unsure]
    np.testing.assert_array_equal(np.moveaxis(edited.labels.array, at, 0), expected)


def test_a_cone_between_two_discs() -> None:
    stack = np.zeros((9, 60, 60), np.uint8)
    stack[0], stack[8] = disc((60, 60), (30, 30), 24), disc((60, 60), (30, 30), 8)
    filled = interpolate_slices(on_grid(stack)).labels.array
    for i in range(9):
        radius = 24 - 2 * i
        assert not (filled[i] & ~disc((60, 60), (30, 30), radius + 1)).any()
        assert not (disc((60, 60), (30, 30), radius - 1) & (filled[i] == 0)).any()


def test_rings_stay_rings_and_separate_shapes_separate() -> None:
    stack = np.zeros((7, 50, 90), np.uint8)
    for i in (0, 6):
        stack[i] |= disc((50, 90), (25, 22), 18 - i / 3)
        stack[i][disc((50, 90), (25, 22), 8)] = 0
        stack[i] |= disc((50, 90), (25, 70), 10)
    filled = interpolate_slices(on_grid(stack)).labels.array
    for plane in filled:
        assert ndimage.label(plane)[1] == 2
        assert plane[25, 22] == 0
        assert plane[25, 22 + 12] == plane[25, 70] == 1
        assert ndimage.label(plane == 0)[1] == 2  # around, and in the ring


def test_every_gap_is_filled_from_its_own_neighbours_and_nothing_beyond() -> None:
    stack = np.zeros((10, 30, 30), np.uint8)
    for i, radius in ((2, 10), (4, 5), (7, 8)):
        stack[i] = disc((30, 30), (15, 15), radius)
    filled = interpolate_slices(on_grid(stack)).labels.array
    assert not filled[[0, 1, 8, 9]].any()
    np.testing.assert_array_equal(filled[[2, 4, 7]], stack[[2, 4, 7]])
    widths = [int(plane[15].sum()) for plane in filled]
    assert widths[2:8] == [21, 15, 11, 13, 15, 17]


def test_two_labels_are_filled_for_themselves_and_share_by_depth() -> None:
    stack = np.zeros((3, 20, 41), np.uint8)
    for i in (0, 2):
        stack[i, :, :20], stack[i, :, 21:] = 1, 2
    filled = interpolate_slices(on_grid(stack)).labels.array
    np.testing.assert_array_equal(filled[1], stack[0])
    one = interpolate_slices(on_grid(stack), 2).labels.array
    assert set(np.unique(one[1])) == {0, 2}
    stack[1, 5, 30] = 1  # a voxel that someone drew stays, and its slice counts as drawn for GTVp
    kept = interpolate_slices(on_grid(stack)).labels.array
    assert kept[1, 5, 30] == 1
    assert set(np.unique(kept[1, :, :20])) == {0}


def test_shapes_that_do_not_meet_are_left_apart_and_said() -> None:
    stack = np.zeros((9, 20, 60), np.uint8)
    stack[2], stack[6] = disc((20, 60), (10, 10), 6), disc((20, 60), (10, 45), 6)
    stack[2] |= disc((20, 60), (10, 45), 4)
    edited = interpolate_slices(on_grid(stack))
    assert edited.notes[0] == (
        "GTVp: 1 of the shapes in slices 2 and 6 along z meet nothing in the other and end in between: draw a slice "
        "between them."
    )
    assert edited.labels.array[4, 10, 45] == 1
    assert not edited.labels.array[4, :, 10].any()


@pytest.mark.parametrize("outer", [1, 2])
def test_where_two_labels_would_fill_a_voxel_closer_slices_win_then_depth(outer: int) -> None:
    inner = 3 - outer
    stack = np.zeros((5, 31, 31), np.uint8)
    stack[0], stack[4] = disc((31, 31), (15, 15), 13) * outer, disc((31, 31), (15, 15), 13) * outer
    stack[1], stack[3] = disc((31, 31), (15, 15), 3) * inner, disc((31, 31), (15, 15), 3) * inner
    filled = interpolate_slices(on_grid(stack)).labels.array
    for plane in filled[1:4]:
        np.testing.assert_array_equal(plane == inner, disc((31, 31), (15, 15), 3))
        np.testing.assert_array_equal(plane > 0, disc((31, 31), (15, 15), 13))
    stack = np.zeros((5, 31, 31), np.uint8)
    stack[0], stack[3] = disc((31, 31), (15, 15), 13) * outer, disc((31, 31), (15, 15), 13) * outer
    stack[1], stack[4] = disc((31, 31), (15, 15), 3) * inner, disc((31, 31), (15, 15), 3) * inner
    assert not (interpolate_slices(on_grid(stack)).labels.array[2] == inner).any()  # less deep everywhere


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_reversing_or_exchanging_axes_changes_nothing_else(seed: int) -> None:
    labels = random_labels(seed)
    labels.array[[1, 2, 5]] = 0
    first = interpolate_slices(labels).labels.array
    turned = on_grid(labels.array[::-1, :, ::-1], labels.grid.spacing)
    np.testing.assert_array_equal(interpolate_slices(turned).labels.array[::-1, :, ::-1], first)
    x, y, z = labels.grid.spacing
    exchanged = on_grid(labels.array.transpose(2, 1, 0), (z, y, x))
    np.testing.assert_array_equal(interpolate_slices(exchanged, axis="x").labels.array.transpose(2, 1, 0), first)


def test_axis_is_of_the_grid() -> None:
    array = np.zeros((3, 3, 5), np.uint8)
    array[1, 1, 0] = array[1, 1, 4] = 1
    assert interpolate_slices(on_grid(array), axis="x").labels.array[1, 1].tolist() == [1, 1, 1, 1, 1]
    assert interpolate_slices(on_grid(array), axis="z").labels.array[1, 1].tolist() == [1, 0, 0, 0, 1]
    with pytest.raises(KeyError):
        interpolate_slices(on_grid(array), axis="w")  # type: ignore[arg-type]
