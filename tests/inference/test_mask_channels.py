"""Masks as channels and the block around them, against indices counted by hand."""

import numpy as np
import pytest

from hyoid.errors import GeometryError
from hyoid.inference.mask_channels import with_mask_channels

SHAPE = (8, 9, 10)


def images() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(2, *SHAPE)).astype(np.float32), np.array([True, False])


def labels() -> np.ndarray:
    """GTVp in z 5-6, y 2, x 7-8; GTVn in z 6, y 4-5, x 8: together z 5-6, y 2-5, x 7-8."""
    found = np.zeros(SHAPE, np.uint8)
    found[5:7, 2, 7:9] = 1
    found[6, 4:6, 8] = 2
    return found


def test_the_frame_gets_two_channels_of_0_and_1_and_their_flags() -> None:
    given, present = images()
    values, flags = with_mask_channels((given, present), labels())
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values[:2], given)
    np.testing.assert_array_equal(values[2], labels() == 1)
    np.testing.assert_array_equal(values[3], labels() == 2)
    assert flags.tolist() == [True, False, True, True]


def test_without_a_mask_the_channels_are_empty_and_flagged_so() -> None:
    values, flags = with_mask_channels(images(), None)
    assert values.shape == (4, *SHAPE)
    assert not values[2:].any()
    assert flags.tolist() == [True, False, False, False]


def test_an_empty_mask_is_no_missing_one() -> None:
    values, flags = with_mask_channels(images(), np.zeros(SHAPE, np.uint8))
    assert not values[2:].any()
    assert flags.tolist() == [True, False, True, True]


def test_the_block_lies_around_the_lesions_within_the_frame() -> None:
    """Middle of the box: z 6 of 4 voxels: from 4; y 4: from 2; x 8: from 6, of 4 at 10 the last that fits."""
    given, present = images()
    values, _ = with_mask_channels((given, present), labels(), (4, 4, 4))
    np.testing.assert_array_equal(values[:2], given[:, 4:8, 2:6, 6:10])
    np.testing.assert_array_equal(values[2], (labels() == 1)[4:8, 2:6, 6:10])
    assert values[2].sum() == (labels() == 1).sum()
    assert values[3].sum() == (labels() == 2).sum()


@pytest.mark.parametrize("found", [None, np.zeros(SHAPE, np.uint8)])
def test_without_a_lesion_the_block_is_the_middle_of_the_frame(found: np.ndarray | None) -> None:
    given, present = images()
    values, _ = with_mask_channels((given, present), found, (4, 5, 4))
    np.testing.assert_array_equal(values[:2], given[:, 2:6, 2:7, 3:7])


def test_a_mask_of_another_frame_is_refused() -> None:
    with pytest.raises(GeometryError, match="a mask of"):
        with_mask_channels(images(), np.zeros((4, 4, 4), np.uint8), (2, 2, 2))
