import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import ImageError
from hyoid.imaging.editing import expand, shrink
from support.label_maps import on_grid, random_labels, voxel_places


def near_by_hand(array: np.ndarray, spacing: tuple[float, ...], places: np.ndarray, margin: float) -> np.ndarray:
    found = np.zeros(array.shape, bool)
    for at in np.ndindex(array.shape):
        here = np.array(at[::-1]) * spacing
        found[at] = (np.sqrt(((places - here) ** 2).sum(-1)) <= margin * (1 + 1e-9)).any()
    return found


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.9, 1.0, 2.0, 3.0, 5.0]))
def test_by_distances_one_by_one(seed: int, margin: float) -> None:
    labels = random_labels(seed, (5, 6, 7), 0.2)
    array, spacing = labels.array, labels.grid.spacing
    near = near_by_hand(array, spacing, voxel_places(labels, 2), margin)
    expected = np.where(near & (array == 0) & (margin > 0), 2, array)
    np.testing.assert_array_equal(expand(labels, 2, margin).labels.array, expected)
    others = labels.with_array((array != 2).astype(np.uint8))
    near = near_by_hand(array, spacing, voxel_places(others, 1), margin)
    expected = np.where(near & (array == 2) & (margin > 0), 0, array)
    np.testing.assert_array_equal(shrink(labels, 2, margin).labels.array, expected)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.5, 4.0), st.floats(0.0, 3.0))
def test_closing_contains_and_opening_is_contained_and_more_is_more(seed: int, margin: float, more: float) -> None:
    labels = random_labels(seed)
    labels.array[labels.array == 2] = 0
    mask = labels.array == 1
    grown = expand(labels, 1, margin).labels
    assert not (mask & (shrink(grown, 1, margin).labels.array != 1)).any()
    shrunk = shrink(labels, 1, margin).labels
    assert not ((expand(shrunk, 1, margin).labels.array == 1) & ~mask).any()
    assert not ((grown.array == 1) & (expand(labels, 1, margin + more).labels.array != 1)).any()
    assert not ((shrink(labels, 1, margin + more).labels.array == 1) & (shrunk.array != 1)).any()


def test_a_ball_grows_to_a_ball_on_thick_slices() -> None:
    spacing = (1.0, 1.0, 3.0)
    z, y, x = np.meshgrid(np.arange(25) * 3.0 - 36, np.arange(61) - 30.0, np.arange(61) - 30.0, indexing="ij")
    away = np.sqrt(x**2 + y**2 + z**2)
    labels = on_grid(away <= 12, spacing)
    grown = expand(labels, 1, 8.0).labels.array > 0
    assert not (grown & (away > 20)).any()
    assert not (~grown & (away < 18.5)).any()  # the surface of a ball of voxels lies up to 1.5 mm within the ball


def test_equals_itks_dilation_by_a_ball_of_voxels() -> None:
    labels = on_grid((random_labels(5).array == 1).astype(np.uint8))
    ours = expand(labels, 1, 2.0).labels.array
    distance = sitk.GetArrayFromImage(
        sitk.DanielssonDistanceMap(sitk.GetImageFromArray(labels.array), True, False, False)
    )
    np.testing.assert_array_equal(ours > 0, distance <= 2.0 + 1e-6)


def test_other_labels_and_limits_stay() -> None:
    labels = on_grid([[[0, 0, 1, 2, 0, 0, 0]]])
    assert expand(labels, 1, 3.0).labels.array.tolist() == [[[1, 1, 1, 2, 1, 1, 0]]]
    limit = np.array([[[False, True, False, True, True, True, True]]])
    assert expand(labels, 1, 3.0, within=limit).labels.array.tolist() == [[[0, 1, 1, 2, 1, 1, 0]]]
    with pytest.raises(ImageError, match="limits of shape"):
        expand(labels, 1, 3.0, within=limit[..., 1:])


def test_at_the_images_edge_a_label_goes_on() -> None:
    labels = on_grid(np.ones((4, 4, 4)))
    np.testing.assert_array_equal(shrink(labels, 1, 2.0).labels.array, labels.array)
    labels = on_grid([[[1, 1, 1, 0]]])
    assert shrink(labels, 1, 1.0).labels.array.tolist() == [[[1, 1, 0, 0]]]


def test_a_margin_that_changes_nothing_says_why() -> None:
    array = np.zeros((5, 5, 5), np.uint8)
    array[2, 2, 2] = 1
    labels = on_grid(array, (4.0, 4.0, 5.0))
    for edit in (expand, shrink):
        edited = edit(labels, 1, 3.0)
        np.testing.assert_array_equal(edited.labels.array, array)
        assert edited.notes == ("A margin of 3 mm reaches no voxel: the nearest neighbour is 4 mm away.",)
        assert edit(labels, 2, 4.0).notes == ("Nothing is drawn of GTVn.",)
        changed = edit(labels, 1, 4.0)
        assert (changed.labels.array != array).any()
        assert len(changed.notes) == 1  # the change alone
