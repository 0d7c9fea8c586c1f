"""Who else was there, told by fitting again: here a sum, which every patient changes."""

import numpy as np
import pytest

from hyoid.benchmark.leakage.refit import agree, who_else
from hyoid.errors import CohortError

VALUES = {name: float(2**k) for k, name in enumerate("abcdefgh")}


def total(ids: object) -> float:
    return sum(VALUES[i] for i in ids)


@pytest.mark.parametrize(
    ("saw", "expected"),
    [
        ("ab", None),
        ("abcd", ("c", "d")),
        ("abef", ("e", "f")),
        ("abcdef", ("c", "d", "e", "f")),
        ("cd", ("c", "d")),
        ("abf", ("f",)),
        ("abcf", ()),
        ("h", ()),
    ],
)
def test_whole_groups_and_single_patients_are_found(saw: str, expected: tuple[str, ...] | None) -> None:
    assert who_else(total(saw), total, "ab", ["cd", "ef", ""]) == expected


def test_a_group_that_cannot_be_fitted_on_explains_nothing() -> None:
    def picky(ids: list[str]) -> float:
        if "c" in ids:
            raise CohortError("no")
        return total(ids)

    assert who_else(total("abc"), picky, "ab", ["c", "d"]) == ()
    assert who_else(total("abd"), picky, "ab", ["c", "d"]) == ("d",)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0 + 1e-9, True),
        (1.0, 1.001, False),
        (1, 1.0, True),
        (3, 4, False),
        ({"a": [1.0, "x"]}, {"a": [1.0, "x"]}, True),
        ({"a": 1.0}, {"b": 1.0}, False),
        ([1.0], [1.0, 2.0], False),
        (None, 0.0, False),
        ("x", "x", True),
    ],
)
def test_rounding_is_no_difference(one: object, other: object, same: bool) -> None:
    assert agree(one, other) is same
    assert agree(other, one) is same


def test_integers_are_compared_exactly() -> None:
    assert not agree(10**9, 10**9 + 1)
    assert agree(float(10**9), np.nextafter(1e9, 2e9))
