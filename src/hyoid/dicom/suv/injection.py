"""When the tracer was injected, and whether the time to the scan is plausible.

Radiopharmaceutical Start DateTime (0018,1078) or Start Time (0018,1072), DICOM PS3.3, C.8.9.2. The latter has no date:
the injection is then the last moment before the scan at which the clock showed that time, across midnight if need be
(QIBA's vendor-neutral pseudo-code).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hyoid.dicom.datetimes import (
    at,
    last_before,
    nearest_to,
    on_local_clock,
    parse_date,
    parse_datetime,
    parse_time,
    time_of_day,
)
from hyoid.dicom.suv.choice import Choices
from hyoid.dicom.suv.elements import described
from hyoid.dicom.suv.frames import Frames
from hyoid.dicom.suv.header import Headers
from hyoid.dicom.suv.limits import (
    DATE_REPAIR_HALF_LIFE_S,
    INJECTION_AFTER_REFERENCE_S,
    LONG_UPTAKE_HALF_LIVES,
    MAX_UPTAKE_HALF_LIVES,
    SHORT_UPTAKE_HALF_LIVES,
)
from hyoid.dicom.suv.remarks import Remarks
from hyoid.errors import DicomError

TWO_CLOCKS_S = 60.0
"""Start DateTime and Start Time of one injection may differ by this much: some consoles drop the seconds."""

DATE_ALONE = len("YYYYMMDD")
"""A DT may stop after the date; the time is then that of Start Time."""

DATETIME, TIME = "RadiopharmaceuticalStartDateTime", "RadiopharmaceuticalStartTime"


def injection_time(
    headers: Headers, frames: Frames, reference: datetime, half_life_s: float, choices: Choices
) -> datetime:
    """Return the moment of the injection on the scanner's clock, checked against the scan.

    A date that is far from the scan's, as de-identification leaves it, is replaced by the scan's for half-lives below
    11.5 h, and the result says so; for longer ones the number of days cannot be known, and it is refused.

    Raises
    ------
    DicomError
        If there is no injection time, if two contradict each other, or if the uptake time is not plausible.
    """
    given = choices.given.injection_time
    stored: datetime | str | None = None
    if given is not None and choices.given.override:
        stored = headers.isotope_text(DATETIME) or headers.isotope_text(TIME)
    else:
        try:
            stored = _stored(headers, frames, reference, half_life_s, choices.remarks)
        except DicomError as error:
            if given is None:
                raise
            choices.remarks.note(f"The header's injection time is not usable: {error}")
    moment: datetime | None = choices.between("injection_time", "injection time", "", stored)
    if moment is None:
        raise DicomError.of(
            f"neither {described(DATETIME)} nor {described(TIME)}",
            "the time of the injection",
            "There is no SUV without it: give the date and time of the injection.",
        )
    moment = on_local_clock(moment, frames.zone)
    check_uptake(moment, reference, half_life_s, frames, headers, choices.remarks)
    return moment


def check_uptake(
    moment: datetime, reference: datetime, half_life_s: float, frames: Frames, headers: Headers, remarks: Remarks
) -> None:
    """Refuse a time from injection to reference that no image has; say if it is unusual.

    Raises
    ------
    DicomError
        If it is longer than four half-lives, or the injection lies after the reference time: by more than ten minutes,
        or at all if the slices were acquired before it.
    """
    uptake = (reference - moment).total_seconds()
    dynamic = "DYNAMIC" in headers.terms("SeriesType")
    advice = "Correct the injection time (give it, with override), its date, or the scan's."
    if uptake > MAX_UPTAKE_HALF_LIVES * half_life_s:
        raise DicomError.of(
            f"{_minutes(uptake)} from the injection ({moment}) to the scan ({reference})",
            f"at most {MAX_UPTAKE_HALF_LIVES:g} half-lives, {_minutes(MAX_UPTAKE_HALF_LIVES * half_life_s)}",
            advice,
        )
    seen_after = frames.last is not None and frames.last > moment
    if uptake < -INJECTION_AFTER_REFERENCE_S or (uptake < 0 and not (dynamic or seen_after)):
        raise DicomError.of(
            f"an injection ({moment}) after the scan's reference time ({reference})", "one before it", advice
        )
    if uptake < 0:
        remarks.note(f"The injection lies {-uptake:.0f} s after the scan's reference time, as in a dynamic scan.")
    elif uptake < SHORT_UPTAKE_HALF_LIVES * half_life_s and not dynamic:
        remarks.note(f"The uptake time is short: {_minutes(uptake)}.")
    elif uptake > LONG_UPTAKE_HALF_LIVES * half_life_s:
        remarks.note(f"The uptake time is long: {_minutes(uptake)}, more than two half-lives.")


def _stored(
    headers: Headers, frames: Frames, reference: datetime, half_life_s: float, remarks: Remarks
) -> datetime | None:
    whole, clock_text = headers.isotope_text(DATETIME), headers.isotope_text(TIME)
    clock = None if clock_text is None else parse_time(clock_text)
    if whole is None:
        return None if clock is None else _of_clock(clock, reference, half_life_s, remarks)
    moment = at(parse_date(whole), clock) if clock is not None and len(whole) == DATE_ALONE else parse_datetime(whole)
    if moment.tzinfo is not None and frames.zone is None:
        remarks.note(
            f"{described(DATETIME)} has a UTC offset and the series has none: its clock is taken as the scanner's."
        )
    moment = on_local_clock(moment, frames.zone)
    if clock is not None:
        _check_two_clocks(moment, clock)
    if _fits(moment, reference, half_life_s):
        return moment
    return _with_date_of_scan(moment, reference, half_life_s, remarks)


def _of_clock(clock: timedelta, reference: datetime, half_life_s: float, remarks: Remarks) -> datetime:
    """Return the moment of an injection of which only the time of day is known."""
    if half_life_s >= DATE_REPAIR_HALF_LIFE_S:
        raise DicomError.of(
            f"{described(TIME)} without a date, for a half-life of {half_life_s / 3600:.1f} h",
            "the date of the injection, which may be days before the scan",
            "Give the date and time of the injection.",
        )
    near = nearest_to(clock, reference)
    if 0 < (near - reference).total_seconds() <= INJECTION_AFTER_REFERENCE_S:
        return near
    moment = last_before(clock, reference)
    if moment.date() != reference.date():
        remarks.note(f"The injection time has no date; it is taken as {moment}, before midnight.")
    return moment


def _with_date_of_scan(moment: datetime, reference: datetime, half_life_s: float, remarks: Remarks) -> datetime:
    """Return the injection's time of day next to the scan, if its own date cannot be right and that one can."""
    if half_life_s < DATE_REPAIR_HALF_LIFE_S:
        near = last_before(time_of_day(moment), reference)
        if near.date() != moment.date() and _fits(near, reference, half_life_s):
            remarks.assume(
                f"The date of {described(DATETIME)}, {moment.date()}, does not fit the scan ({reference}), as after "
                f"de-identification; the injection is taken as {near}."
            )
            return near
    return moment


def _fits(moment: datetime, reference: datetime, half_life_s: float) -> bool:
    uptake = (reference - moment).total_seconds()
    return -INJECTION_AFTER_REFERENCE_S <= uptake <= MAX_UPTAKE_HALF_LIVES * half_life_s


def _check_two_clocks(moment: datetime, clock: timedelta) -> None:
    apart = abs((nearest_to(clock, moment) - moment).total_seconds())
    if apart > TWO_CLOCKS_S:
        raise DicomError.of(
            f"{described(DATETIME)} {moment} and {described(TIME)} {clock}, {_minutes(apart)} apart",
            "one time of injection",
            "Give the right one with override.",
        )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"
