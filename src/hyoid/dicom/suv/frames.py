"""When each slice was acquired: the timing attributes of DICOM PS3.3, C.8.9.4 (PET Image module)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from hyoid.dicom.datetimes import (
    DAY,
    at,
    nearest_to,
    on_local_clock,
    parse_date,
    parse_datetime,
    parse_time,
    parse_utc_offset,
    time_of_day,
)
from hyoid.dicom.suv.elements import described
from hyoid.dicom.suv.header import Headers
from hyoid.dicom.suv.remarks import Remarks
from hyoid.errors import DicomError

LONGEST_SCAN = timedelta(hours=6)
"""All slices of one series start within six hours; a whole-body scan takes half an hour."""

EVENING, MORNING = timedelta(hours=18), timedelta(hours=6)
"""A series that starts after 18:00 with a slice acquired before 06:00 of the same date went past midnight."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The times of a series on the scanner's clock, and of its slices in their order; None where the header is silent.

    `reference_s` is Frame Reference Time (0054,1300), `duration_s` Actual Frame Duration (0018,1242), both in s;
    `decay_factor` is (0054,1321). `to_frame_start` says that the vendor counts Frame Reference Time to a frame's start
    and not to the moment of its mean count rate: GE does.
    """

    series: datetime | None
    acquired: tuple[datetime, ...] | None
    reference_s: tuple[float, ...] | None
    duration_s: tuple[float, ...] | None
    decay_factor: tuple[float, ...] | None
    zone: timezone | None
    to_frame_start: bool

    @property
    def first(self) -> datetime | None:
        """The earliest acquisition, which is that of the first bed position."""
        return None if self.acquired is None else min(self.acquired)

    @property
    def last(self) -> datetime | None:
        """The start of the latest acquisition."""
        return None if self.acquired is None else max(self.acquired)


def frames_of(headers: Headers, remarks: Remarks) -> Frames:
    """Read the times of a series.

    Series Date and Time are the reference of all its times (C.8.9.1.1.2). An acquisition without a date is the one
    nearest to the series time. Some scanners do not advance Acquisition Date past midnight: slices acquired before
    06:00 of the date on which the series starts after 18:00 are moved by a day, and the result says so.

    Raises
    ------
    DicomError
        If a time cannot be read, if only some slices have one, or if acquisitions lie more than six hours apart.
    """
    offset = headers.text("TimezoneOffsetFromUTC")
    zone = None if offset is None else parse_utc_offset(offset)
    series = _series_time(headers)
    acquired = _past_midnight(_acquired(headers, series, zone), series, remarks)
    if acquired is not None and max(acquired) - min(acquired) > LONGEST_SCAN:
        raise DicomError.of(
            f"slices acquired from {min(acquired)} to {max(acquired)}",
            f"one scan of at most {LONGEST_SCAN}",
            "Separate the scans, or repair the dates if the scan went past midnight.",
        )
    return Frames(
        series,
        acquired,
        _complete(headers, "FrameReferenceTime", 1e-3, remarks),
        _complete(headers, "ActualFrameDuration", 1e-3, remarks),
        _complete(headers, "DecayFactor", 1.0, remarks),
        zone,
        (headers.text("Manufacturer") or "").upper().startswith("GE"),
    )


def _past_midnight(
    acquired: tuple[datetime, ...] | None, series: datetime | None, remarks: Remarks
) -> tuple[datetime, ...] | None:
    """Move early-morning slices of a scan that began in the evening of the same date to the next day."""
    if acquired is None or series is None or time_of_day(series) < EVENING:
        return acquired
    moved = tuple(
        moment + DAY if moment.date() == series.date() and time_of_day(moment) < MORNING else moment
        for moment in acquired
    )
    if moved != acquired:
        remarks.assume(
            "The series starts in the evening and slices are acquired early in the morning of the same date: "
            "Acquisition Date is taken as not advanced past midnight."
        )
    return moved


def _series_time(headers: Headers) -> datetime | None:
    day, clock = headers.text("SeriesDate"), headers.text("SeriesTime")
    if clock is None:
        return None
    if day is None:
        days = {text for text in headers.texts("AcquisitionDate") if text is not None}
        if not days:
            raise DicomError.of(f"no {described('SeriesDate')}", "the date of the scan", "Repair the header.")
        day = min(days)
    return at(parse_date(day), parse_time(clock))


def _acquired(headers: Headers, series: datetime | None, zone: timezone | None) -> tuple[datetime, ...] | None:
    clocks = headers.texts("AcquisitionTime")
    whole = headers.texts("AcquisitionDateTime")
    if any(clock is None for clock in clocks):
        if all(text is not None for text in whole):
            return tuple(on_local_clock(parse_datetime(text), zone) for text in whole)
        if all(clock is None for clock in clocks):
            return None
        raise DicomError.of(
            f"slices with and without {described('AcquisitionTime')}", "a time in each slice", "Export it again."
        )
    moments = []
    for day, clock in zip(headers.texts("AcquisitionDate"), clocks, strict=True):
        if day is not None:
            moments.append(at(parse_date(day), parse_time(clock)))
        elif series is not None:
            moments.append(nearest_to(parse_time(clock), series))
        else:
            raise DicomError.of(f"no {described('AcquisitionDate')}", "the date of the scan", "Repair the header.")
    return tuple(moments)


def _complete(headers: Headers, keyword: str, scale: float, remarks: Remarks) -> tuple[float, ...] | None:
    """Return a number of each slice, scaled; None where not every slice has one, which is said if only some lack it."""
    values = headers.numbers(keyword)
    present = [value * scale for value in values if value is not None]
    if present and len(present) < len(values):
        remarks.note(f"{len(values) - len(present)} slices lack {described(keyword)}; it is not used.")
    return tuple(present) if len(present) == len(values) else None
