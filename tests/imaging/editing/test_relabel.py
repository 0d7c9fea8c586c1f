import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.imaging.editing import copy_slice, swap_labels
from support.label_maps import on_grid, random_labels


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_swapping_twice_is_nothing_and_one_component_is_one(seed: int) -> None:
    labels = random_labels(seed)
    swapped = swap_labels(labels)
    np.testing.assert_array_equal(swapped.labels.array, np.array([0, 2, 1], np.uint8)[labels.array])
    np.testing.assert_array_equal(swap_labels(swapped.labels).labels.array, labels.array)
    at = tuple(np.argwhere(labels.array > 0)[0])
    numbered, _ = ndimage.label(labels.array == labels.array[at], np.ones((3, 3, 3)))
    expected = labels.array.copy()
    expected[numbered == numbered[at]] = 3 - labels.array[at]
    z, y, x = (int(v) for v in at)
    np.testing.assert_array_equal(swap_labels(labels, (x, y, z)).labels.array, expected)


def test_swap_refuses_background_and_beyond() -> None:
    labels = on_grid([[[1, 0, 2, 3]]])
    for at in ((1, 0, 0), (4, 0, 0), (-1, 0, 0), (3, 0, 0)):
        with pytest.raises(ImageError, match="a voxel of GTVp or GTVn"):
            swap_labels(labels, at)
    assert swap_labels(labels, pair=(2, 3)).labels.array.tolist() == [[[1, 0, 3, 2]]]


def test_copying_along_each_axis() -> None:
    array = np.zeros((3, 3, 3), np.uint8)
    array[0, 1, 1], array[0, 1, 2], array[1, 1, 2] = 1, 2, 1
    labels = on_grid(array)
    copied = copy_slice(labels, 0, 1).labels.array
    assert copied[1].tolist() == [[0, 0, 0], [0, 1, 1], [0, 0, 0]]  # what is drawn stays
    assert copy_slice(labels, 0, 1, replace=True).labels.array[1].tolist() == [[0, 0, 0], [0, 1, 2], [0, 0, 0]]
    assert copy_slice(labels, 0, 2, label=2).labels.array[2].tolist() == [[0, 0, 0], [0, 0, 2], [0, 0, 0]]
    assert copy_slice(labels, 1, 0, "y").labels.array[:, 0].tolist() == array[:, 1].tolist()
    assert copy_slice(labels, 2, 0, "x").labels.array[:, :, 0].tolist() == array[:, :, 2].tolist()
    assert copy_slice(labels, 2, 1).notes == ("Nothing was copied: slice 2 adds nothing to slice 1.",)
    for source, target in ((-1, 0), (0, 3)):
        with pytest.raises(ImageError, match="0 to 2"):
            copy_slice(labels, source, target)
