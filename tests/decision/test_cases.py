import numpy as np
import pytest

from hyoid.decision.cases import checked_cases, one_class
from hyoid.errors import HyoidError


def test_lists_become_arrays_and_nothing_is_nothing() -> None:
    logits, classes = checked_cases([1, 2.5], [True, False])
    assert (logits.dtype, classes.dtype) == (np.float64, np.bool_)
    logits, classes = checked_cases([], [])
    assert (len(logits), classes.dtype) == (0, np.bool_)


def test_what_is_absent() -> None:
    assert one_class(np.array([], bool)) == "no case"
    assert one_class(np.array([True, True])) == "no negative among 2 cases"
    assert one_class(np.array([False])) == "no positive among 1 cases"
    assert one_class(np.array([False, True])) is None


@pytest.mark.parametrize(
    ("logits", "classes", "said"),
    [
        ([0.0, np.nan], [True, False], "1 of them not finite"),
        ([0.0], [True, False], "2 classes"),
        ([0.0, 1.0], [1, 0], "one bool per case"),
        ([[0.0, 1.0]], [True, False], "shape"),
    ],
)
def test_wrong_input_is_refused(logits: list[float], classes: list[bool], said: str) -> None:
    with pytest.raises(HyoidError, match=said):
        checked_cases(logits, classes)
