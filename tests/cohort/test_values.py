import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.cohort.values import SILENT_MISSING, SPOKEN_MISSING, column_key, is_missing, typed


@pytest.mark.parametrize("zero", [0, 0.0, "0", "0.0", " 0 ", "0.", "-0", "0e3", False])
def test_all_zeros_are_the_integer_zero(zero) -> None:
    assert typed(zero) == 0
    assert type(typed(zero)) is int


@pytest.mark.parametrize(
    "nothing", [None, math.nan, math.inf, "", " ", "NaN", "nan", "N/A", "NA", "None", "null", "TBD"]
)
def test_missing(nothing) -> None:
    assert typed(nothing) is None
    assert is_missing(nothing)


def test_missing_sets_are_in_lower_case_and_apart() -> None:
    assert all(text == text.lower() for text in SILENT_MISSING | SPOKEN_MISSING)
    assert not SILENT_MISSING & SPOKEN_MISSING


def test_extra_missing_texts() -> None:
    assert is_missing("Keine Angabe", ["keine angabe "])
    assert not is_missing("Keine Angabe")


@given(st.integers(-(10**9), 10**9))
def test_whole_numbers_in_any_form(number) -> None:
    assert typed(number) == typed(str(number)) == typed(float(number)) == typed(f"{number}.0") == number


@given(st.floats(-1e9, 1e9))
def test_floats_keep_their_value(number) -> None:
    assert typed(number) == typed(repr(number)) == number


@pytest.mark.parametrize("text", ["1_000", "0x1", "12 months", "1e", "M0", "٣", "1,5"])
def test_what_is_no_number_stays_text(text) -> None:
    assert typed(text) == text


def test_decimal_comma() -> None:
    assert typed("62,5", decimal=",") == 62.5
    assert typed("62", decimal=",") == 62


@pytest.mark.parametrize(("name", "key"), [("RFS (days)", "rfs_days"), ("Tobacco Consumption", "tobacco_consumption")])
def test_column_key(name, key) -> None:
    assert column_key(name) == column_key(name.upper()) == key
