from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.dicom.datetimes import (
    DAY,
    at,
    last_before,
    nearest_to,
    on_local_clock,
    parse_date,
    parse_datetime,
    parse_time,
    parse_utc_offset,
    time_of_day,
)
from hyoid.errors import DicomError

DAYS = st.dates(date(1000, 1, 2), date(8999, 12, 30))
moment = datetime.fromisoformat

CLOCKS = st.integers(0, 86_400 * 10**6 - 1).map(lambda n: timedelta(microseconds=n))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0930", 34200),
        ("093015", 34215),
        ("093015.5", 34215.5),
        ("093015.000001", 34215.000001),
        ("09:30:15.25", 34215.25),
        ("235960", 86400),
        ("000000.00", 0),
        ("093015 ", 34215),
        (b"093015\0", 34215),
    ],
)
def test_times(text: object, seconds: float) -> None:
    assert parse_time(text).total_seconds() == pytest.approx(seconds, abs=1e-7)


@pytest.mark.parametrize(
    "text", ["", "9", "09", "930", "2400", "0960", "093061", "093015.", "093015.1234567", "1a00", "٠٩٣٠"]
)
def test_times_refused(text: str) -> None:
    with pytest.raises(DicomError, match=r"Found the time .*; expected"):
        parse_time(text)


def test_dates() -> None:
    assert parse_date("20240229") == parse_date("2024.02.29") == parse_date(b"20240229 ") == date(2024, 2, 29)
    for text in ("20230229", "2024-02-29", "240229", "", "00010101", "99990101", "20241301"):
        with pytest.raises(DicomError, match="Found the date"):
            parse_date(text)


def test_moments_with_and_without_offset() -> None:
    assert parse_datetime("20240301093015.5") == moment("2024-03-01T09:30:15.5")
    assert parse_datetime("202403010930") == moment("2024-03-01T09:30")
    aware = parse_datetime("20240301003000+0200")
    assert aware.utcoffset() == timedelta(hours=2)
    assert on_local_clock(aware, UTC) == moment("2024-02-29T22:30")
    assert on_local_clock(aware, None) == moment("2024-03-01T00:30")
    assert on_local_clock(moment("2024-03-01"), UTC) == moment("2024-03-01")


@pytest.mark.parametrize(
    "text", ["20240301", "2024030109", "20240301093015+25", "20240301093015+1500", "20240230093000"]
)
def test_moments_refused(text: str) -> None:
    with pytest.raises(DicomError):
        parse_datetime(text)


@pytest.mark.parametrize(("text", "hours"), [("+0000", 0), ("-0530", -5.5), ("+1400", 14), ("-1200", -12)])
def test_offsets(text: str, hours: float) -> None:
    assert parse_utc_offset(text).utcoffset(None) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["+1401", "-1201", "0200", "+0260", "+2"])
def test_offsets_refused(text: str) -> None:
    with pytest.raises(DicomError, match="UTC offset"):
        parse_utc_offset(text)


@given(DAYS, CLOCKS)
def test_a_moment_is_read_as_it_was_written(day: date, clock: timedelta) -> None:
    then = at(day, clock)
    assert parse_datetime(f"{then:%Y%m%d%H%M%S.%f}") == then
    assert at(parse_date(f"{day:%Y%m%d}"), parse_time(f"{then:%H%M%S.%f}")) == then
    assert time_of_day(then) == clock


@given(DAYS, CLOCKS, CLOCKS)
def test_across_midnight(day: date, clock: timedelta, now: timedelta) -> None:
    then = at(day, now)
    before, near = last_before(clock, then), nearest_to(clock, then)
    assert time_of_day(before) == time_of_day(near) == clock
    assert timedelta(0) <= then - before < DAY
    assert abs(near - then) <= DAY / 2


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    sentences = []
    for parse in (parse_date, parse_time, parse_datetime, parse_utc_offset):
        try:
            parse(text)
        except DicomError as error:
            sentences.append(str(error))
    assert all("expected" in sentence for sentence in sentences)
