from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cohort.check.dummy import Dummy
from hyoid.cohort import Case
from hyoid.cohort.check.rules.slices import blank_slices, copied_slices
from hyoid.geometry import Grid, Volume

Codes = Callable[[Case], list[str]]


@pytest.mark.parametrize("value", [0, -1024])
def test_missing_slices_in_the_ct(dummy: Dummy, tmp_path: Path, codes: Codes, value: int) -> None:
    def blank(array: np.ndarray) -> None:
        array[[20, 21, 33]] = value

    assert codes(dummy.with_ct(blank).write(tmp_path)) == ["missing-slices"]


def test_missing_slices_in_the_pet(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    def blank(array: np.ndarray) -> None:
        array[10] = 0

    assert codes(dummy.with_pet(blank).write(tmp_path)) == ["missing-slices"]


def test_blank_slices_at_the_ends_are_padding(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    def pad(array: np.ndarray) -> None:
        array[-3:] = -1024

    assert codes(dummy.with_ct(pad).write(tmp_path)) == []


def test_duplicate_slices(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    def copy(array: np.ndarray) -> None:
        array[31] = array[30]

    assert codes(dummy.with_ct(copy).write(tmp_path)) == ["duplicate-slices"]


def test_slices_are_counted_along_the_patient() -> None:
    """In a coronal volume, z of the world is the second axis of the array."""
    coronal = Grid((5, 6, 7), (1, 1, 1), direction=(1, 0, 0, 0, 0, 1, 0, 1, 0))
    array = np.random.default_rng(0).normal(size=coronal.shape)
    array[:, 2] = 7.0
    array[:, 4] = array[:, 3]
    np.testing.assert_array_equal(blank_slices(Volume(array, coronal)), [2])
    np.testing.assert_array_equal(copied_slices(Volume(array, coronal)), [4])


def test_an_image_of_one_value_has_only_blank_slices() -> None:
    volume = Volume(np.zeros((4, 3, 3)), Grid((3, 3, 4), (1, 1, 1)))
    assert blank_slices(volume).size == 4
    assert copied_slices(volume).size == 0
