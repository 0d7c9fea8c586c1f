import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.evaluation.description.spread import Spread


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_against_the_standard_library(values: list[float]) -> None:
    found = Spread.of(values)
    assert (found.n, found.low, found.high) == (len(values), min(values), max(values))
    assert found.median == pytest.approx(statistics.median(values))


def test_nothing_known_has_no_median() -> None:
    found = Spread.of([])
    assert found.n == 0
    assert math.isnan(found.median)
    assert str(found) == "–"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([3.27], "3.27"),
        ([4, 4, 4], "4"),
        ([3.2699, 4.0, 5.0], "4 (3.27 to 5)"),
        ([165, 325.4, 1517], "325 (165 to 1517)"),
    ],
)
def test_in_words(values: list[float], text: str) -> None:
    assert str(Spread.of(values)) == text
