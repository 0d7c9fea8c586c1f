"""Dates and times as DICOM writes them: DA, TM and DT values, fractions, UTC offsets, and midnight.

The value representations are defined in DICOM PS3.5, 6.2 (table 6.2-1). Times of day are kept as a `timedelta` since
midnight: PS3.5 allows a second of 60, which `datetime.time` cannot hold. Moments are naive and read on the clock of
the scanner's room; `on_local_clock` brings one that carries a UTC offset there.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

from hyoid.errors import DicomError

DAY = timedelta(days=1)

_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})|(\d{4})[.](\d{2})[.](\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{2})(?::?(\d{2})(?::?(\d{2})([.]\d{1,6})?)?)?", re.ASCII)
_DATETIME = re.compile(r"(\d{8})(\d{2})(\d{2})(?:(\d{2})([.]\d{1,6})?)?([+-]\d{4})?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})", re.ASCII)

_YEARS = (1000, 9000)
"""Years between which a moment and the days around it can be computed with."""

_WEST_MOST, _EAST_MOST = timedelta(hours=-12), timedelta(hours=14)


def parse_date(value: object) -> date:
    """Read a DA value, `YYYYMMDD`, or the form `YYYY.MM.DD` of ACR-NEMA.

    Raises
    ------
    DicomError
        If the text has another form or names no day of the calendar.
    """
    text = _clean(value)
    match = _DATE.fullmatch(text)
    if match is None:
        raise DicomError.of(f"the date {text!r}", "YYYYMMDD", "Repair the header's date.")
    year, month, day = (int(part) for part in match.groups() if part is not None)
    expected = f"a day of the years {_YEARS[0]} to {_YEARS[1]}"
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise DicomError.of(f"the date {text!r}", expected, "Repair the header's date.")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DicomError.of(f"the date {text!r}", expected, "Repair the header's date.") from error


def parse_time(value: object) -> timedelta:
    """Read a TM value, `HHMM`, `HHMMSS` or `HHMMSS.FFFFFF` (or with colons, as in ACR-NEMA), as time since midnight.

    PS3.5 lets a TM end after the hour. Such a value leaves an hour open, in which F-18 loses a third of its activity,
    so it is refused. Missing seconds are taken as 0.

    Raises
    ------
    DicomError
        If the text has another form, is out of range, or has no minutes.
    """
    text = _clean(value)
    match = _TIME.fullmatch(text)
    if match is None or match[2] is None:
        raise DicomError.of(f"the time {text!r}", "HHMMSS with at least hours and minutes", "Repair the header's time.")
    return _since_midnight(text, match[1], match[2], match[3], match[4])


def parse_datetime(value: object) -> datetime:
    """Read a DT value with at least date, hours and minutes; it is aware where it ends in a UTC offset, else naive.

    Raises
    ------
    DicomError
        If the text has another form, stops before the minutes, or is out of range.
    """
    text = _clean(value)
    match = _DATETIME.fullmatch(text)
    if match is None:
        raise DicomError.of(
            f"the date and time {text!r}", "YYYYMMDDHHMMSS with at least hours and minutes", "Repair the header."
        )
    day, hour, minute, second, fraction, offset = match.groups()
    moment = at(parse_date(day), _since_midnight(text, hour, minute, second, fraction))
    return moment if offset is None else moment.replace(tzinfo=parse_utc_offset(offset))


def parse_utc_offset(value: object) -> timezone:
    """Read a UTC offset `+HHMM` or `-HHMM`, as in Timezone Offset From UTC (0008,0201) and at the end of a DT.

    Raises
    ------
    DicomError
        If the text has another form or lies outside -1200 to +1400 (PS3.5, table 6.2-1).
    """
    text = _clean(value)
    match = _OFFSET.fullmatch(text)
    expected = "+HHMM or -HHMM from -1200 to +1400"
    if match is None or int(match[3]) > 59:
        raise DicomError.of(f"the UTC offset {text!r}", expected, "Repair the header's time zone.")
    size = timedelta(hours=int(match[2]), minutes=int(match[3]))
    shift = -size if match[1] == "-" else size
    if not _WEST_MOST <= shift <= _EAST_MOST:
        raise DicomError.of(f"the UTC offset {text!r}", expected, "Repair the header's time zone.")
    return timezone(shift)


def at(day: date, time_of_day: timedelta) -> datetime:
    """Return the naive moment of a day at a time since midnight."""
    return datetime.combine(day, time.min) + time_of_day


def time_of_day(moment: datetime) -> timedelta:
    """Return the time since midnight of a moment, on its own clock."""
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)


def last_before(clock: timedelta, moment: datetime) -> datetime:
    """Return the latest moment at or before `moment` at which a clock shows `clock`: across midnight if it must be."""
    same_day = at(moment.date(), clock)
    return same_day if same_day <= moment else same_day - DAY


def nearest_to(clock: timedelta, moment: datetime) -> datetime:
    """Return the moment closest to `moment` at which a clock shows `clock`, at most twelve hours away."""
    same_day = at(moment.date(), clock)
    return min((same_day - DAY, same_day, same_day + DAY), key=lambda candidate: abs(candidate - moment))


def on_local_clock(moment: datetime, zone: timezone | None) -> datetime:
    """Return a moment on the clock of a zone, naive.

    A naive moment is returned as it is (PS3.5: a DT without offset is local time). An aware one is turned to `zone`;
    without a zone its offset is dropped, because the clock that wrote it is then the only one known.
    """
    if moment.tzinfo is None:
        return moment
    return (moment if zone is None else moment.astimezone(zone)).replace(tzinfo=None)


def to_the_second(moment: datetime) -> str:
    """Return a moment rounded to the second, for a sentence."""
    return str((moment + timedelta(microseconds=500_000)).replace(microsecond=0))


def _since_midnight(text: str, hour: str, minute: str, second: str | None, fraction: str | None) -> timedelta:
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 60:
        raise DicomError.of(f"the time {text!r}", "hours to 23, minutes to 59, seconds to 60", "Repair the header.")
    microseconds = int((fraction or ".0")[1:].ljust(6, "0"))
    return timedelta(hours=int(hour), minutes=int(minute), seconds=int(second or 0), microseconds=microseconds)


def _clean(value: object) -> str:
    """Return the text without the padding of PS3.5 (spaces, and zero bytes where the VR was unknown)."""
    text = value.decode("ascii", errors="replace") if isinstance(value, bytes) else str(value)
    return text.strip(" \0")
