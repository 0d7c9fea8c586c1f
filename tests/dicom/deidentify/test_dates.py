from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.dicom.deidentify.dates import is_time, shift_date, shift_datetime
from hyoid.dicom.deidentify.secret import SHIFT_DAYS, Secret

DAYS = st.integers(*SHIFT_DAYS)
DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31))  # noqa: DTZ001


def da(day: date) -> str:
    return day.strftime("%Y%m%d")


@settings(deadline=None)
@given(DATES, DATES, DAYS)
def test_differences_of_dates_are_kept(one: date, other: date, days: int) -> None:
    moved = [datetime.strptime(shift_date(da(day), days) or "", "%Y%m%d") for day in (one, other)]  # noqa: DTZ007
    assert moved[1] - moved[0] == timedelta(days=(other - one).days)
    assert moved[0].date() == one + timedelta(days=days)


@settings(deadline=None)
@given(MOMENTS, MOMENTS, DAYS)
def test_differences_of_moments_are_kept_across_midnight_and_leap_days(
    one: datetime, other: datetime, days: int
) -> None:
    texts = [moment.strftime("%Y%m%d%H%M%S.%f") for moment in (one, other)]
    moved = [datetime.strptime(shift_datetime(text, days) or "", "%Y%m%d%H%M%S.%f") for text in texts]  # noqa: DTZ007
    assert moved[1] - moved[0] == other - one
    assert moved[0].time() == one.time()


@settings(deadline=None)
@given(MOMENTS, DAYS)
def test_date_and_datetime_move_alike(moment: datetime, days: int) -> None:
    assert (shift_datetime(moment.strftime("%Y%m%d%H%M%S"), days) or "")[:8] == shift_date(da(moment.date()), days)


@pytest.mark.parametrize(
    ("value", "moved"),
    [
        ("20240301", "20240229"),
        ("2024.03.01", "2024.02.29"),
        ("20240301 ", "20240229"),
        ("", ""),
        ("20230229", None),
        ("1960", None),
        ("00010101", None),
        ("20240301-20240302", None),
        ("1 March", None),
    ],
)
def test_forms_of_da(value: str, moved: str | None) -> None:
    assert shift_date(value, -1) == moved


@pytest.mark.parametrize(
    ("value", "moved"),
    [
        ("20240301", "20240229"),
        ("2024030100", "2024022900"),
        ("20240301235960.5", "20240229235960.5"),
        ("20240301101112.123456+0200", "20240229101112.123456+0200"),
        ("20240301101112-0500", "20240229101112-0500"),
        ("202403", "202402"),
        ("2024", "2023"),
        ("2024+0100", "2023+0100"),
        ("", ""),
        ("2024030125", None),
        ("202403011.5", None),
        ("20240301.5", None),
        ("20241301", None),
        ("Meier", None),
    ],
)
def test_forms_of_dt(value: str, moved: str | None) -> None:
    assert shift_datetime(value, -1) == moved


@pytest.mark.parametrize("value", ["", "10", "1011", "101112", "101112.5", "10:11:12", "235960", "101112.123456 "])
def test_times(value: str) -> None:
    assert is_time(value)


@pytest.mark.parametrize("value", ["Meier", "24", "1060", "1", "101112.", "10-11", "19570214101112"])
def test_what_is_no_time(value: str) -> None:
    assert not is_time(value)


@settings(deadline=None)
@given(st.text(max_size=20), DAYS)
def test_any_text_is_moved_or_refused(text: str, days: int) -> None:
    for moved in (shift_date(text, days), shift_datetime(text, days)):
        assert moved is None or moved == "" or text.strip(" \0") != moved or len(moved) < 8


@settings(deadline=None)
@given(st.text(min_size=1))
def test_shift_of_a_patient_is_never_zero_and_always_back(patient: str) -> None:
    days = Secret(b"k" * 32).shift_days(patient)
    assert SHIFT_DAYS[0] <= days <= SHIFT_DAYS[1] < 0
