import numpy as np
import pytest

from hyoid.errors import ImageError
from hyoid.metrics import Lesion, as_labels, cut_to_content


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.float32, np.float64])
def test_any_type_that_holds_only_the_three_labels(dtype: type) -> None:
    labels = as_labels(np.array([[[0, 1, 2]]], dtype))
    assert labels.dtype == np.uint8
    assert labels.tolist() == [[[0, 1, 2]]]


def test_bool_is_a_primary() -> None:
    assert as_labels(np.array([[[True, False]]])).tolist() == [[[1, 0]]]


@pytest.mark.parametrize("value", [3, -1, 255, 0.5, np.nan, np.inf])
def test_any_other_value_is_refused_by_name(value: float) -> None:
    array = np.zeros((2, 2, 2), np.int16 if float(value).is_integer() else np.float64)
    array[0, 1, 0] = value
    with pytest.raises(ImageError, match=rf"{value:g} in the mask of X"):
        as_labels(array, "the mask of X")


def test_two_dimensions_are_refused() -> None:
    with pytest.raises(ImageError, match="2 dimensions"):
        as_labels(np.zeros((3, 3), np.uint8))


def test_lesions_of_a_map() -> None:
    labels = np.array([[[0, 1, 2]]], np.uint8)
    assert Lesion.GTVP.of(labels).tolist() == [[[False, True, False]]]
    assert Lesion.GTVN.of(labels).tolist() == [[[False, False, True]]]
    assert Lesion.MERGED.of(labels).tolist() == [[[False, True, True]]]


def test_cut_holds_all_of_both() -> None:
    one, other = np.zeros((5, 6, 7), int), np.zeros((5, 6, 7), int)
    one[1, 2, 3] = 1
    other[3, 2, 5] = 2
    first, second = cut_to_content(one, other)
    assert first.shape == second.shape == (3, 1, 3)
    assert (first[0, 0, 0], second[2, 0, 2]) == (1, 2)
    assert cut_to_content(np.zeros((4, 4, 4)))[0].size == 0
