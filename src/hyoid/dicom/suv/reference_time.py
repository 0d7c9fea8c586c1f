"""The moment to which a PET series with Decay Correction START was corrected: which of its times to trust.

DICOM PS3.3, C.8.9.1.1.5: START is the start of the acquisition, and all images of a series are corrected to one time.
Which attribute holds it depends on vendor and on what was done to the series since:

1. Siemens' decay correction time (0071,1022), which says what it is and survives post-processing.
2. Series Time, if it equals the earliest acquisition: the usual case (QIBA's vendor-neutral pseudo-code).
3. GE's scan time (0009,100D), which survives post-processing (QIBA).
4. Acquisition Time + T_ave - Frame Reference Time, if every slice yields the same moment: a late frame of a long scan,
   a bed position that is not the first, or a series whose Series Time was changed (C.8.9.4.1.5; QIBA for Siemens;
   the IBSI-SUV recommendation). GE counts Frame Reference Time to a frame's start, so there T_ave is left out.
5. Series Time, if it precedes the acquisition (QIBA); else the earliest acquisition of all slices (QIBA).

Series Time later than the acquisition is the mark of a post-processed series: using it makes SUV too high.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hyoid.dicom.datetimes import nearest_to, on_local_clock, parse_datetime, parse_time, time_of_day, to_the_second
from hyoid.dicom.suv.decay import mean_rate_time, remaining
from hyoid.dicom.suv.frames import Frames
from hyoid.dicom.suv.header import Headers
from hyoid.dicom.suv.remarks import Remarks
from hyoid.dicom.suv.vendor import GE_SCAN_TIME, SIEMENS_DECAY_TIME, PrivateElement, stamp
from hyoid.errors import DicomError

CLOCK_TOLERANCE = timedelta(seconds=1)
"""Times that differ by less are one: Siemens writes Series Time some microseconds after Acquisition Time."""

FRAME_TOLERANCE = timedelta(seconds=10)
"""Times computed from frames agree within this: vendors set Frame Reference Time to T_ave or to the middle, which for
F-18 and a frame of 20 minutes are 6 s apart."""

LONGEST_LEAD = timedelta(hours=3)
"""A reference time lies at most this long before the first acquisition of the series (a late window of a dynamic
scan). Further away it is another day, another scan, or changed by de-identification."""


@dataclass(frozen=True, slots=True)
class ReferenceTime:
    """The moment to which a series refers, and how that was found."""

    moment: datetime
    origin: str


def reference_time(headers: Headers, frames: Frames, half_life_s: float, remarks: Remarks) -> ReferenceTime:
    """Return the moment to which a series with Decay Correction START refers; see the module for the order of rules.

    Raises
    ------
    DicomError
        If the series has neither series nor acquisition nor vendor time.
    """
    first = frames.first if frames.first is not None else frames.series
    siemens, ge = (_vendor_time(headers, frames, first, remarks, e) for e in (SIEMENS_DECAY_TIME, GE_SCAN_TIME))
    if first is None:
        private = siemens or ge
        if private is None:
            raise DicomError.of(
                "neither Series Time (0008,0031) nor Acquisition Time (0008,0032)", "one of them", "Repair the header."
            )
        return private
    if frames.first is None:
        remarks.note("The slices have no Acquisition Time (0008,0032) to check the reference time by.")
    series = None if frames.series is None else ReferenceTime(frames.series, "Series Time")
    usual = series if series is not None and abs(series.moment - first) <= CLOCK_TOLERANCE else None
    chosen = siemens or usual or ge or _of_frames_or_series(frames, first, half_life_s, remarks)
    for other in (series, ge):
        if other is not None and _sound(other.moment, first) and abs(other.moment - chosen.moment) > CLOCK_TOLERANCE:
            remarks.note(
                f"{other.origin} {other.moment:%H:%M:%S} is not the reference time, {to_the_second(chosen.moment)} "
                f"({chosen.origin}); with it, SUV would differ by "
                f"{_effect(other.moment, chosen.moment, half_life_s)}."
            )
    return chosen


def computed_from_frames(frames: Frames, half_life_s: float) -> datetime | None:
    """Return the reference time that Acquisition Time and Frame Reference Time imply, if every slice implies the same.

    Where `Frames.to_frame_start`, or where Frame Reference Time is 0, it is counted to a frame's start, else to T_ave
    after that.
    """
    if frames.acquired is None or frames.reference_s is None or frames.duration_s is None:
        return None
    if min(frames.reference_s) < 0 or min(frames.duration_s) <= 0:
        return None
    implied = []
    for acquired, reference, duration in zip(frames.acquired, frames.reference_s, frames.duration_s, strict=True):
        within_frame = 0.0 if frames.to_frame_start or reference == 0 else mean_rate_time(duration, half_life_s)
        implied.append(acquired + timedelta(seconds=within_frame - reference))
    first = min(frames.acquired)
    agree = max(implied) - min(implied) <= FRAME_TOLERANCE
    return min(implied) if agree and first - LONGEST_LEAD <= min(implied) <= first + FRAME_TOLERANCE else None


def _of_frames_or_series(frames: Frames, first: datetime, half_life_s: float, remarks: Remarks) -> ReferenceTime:
    """Apply rules 4 and 5."""
    series = frames.series
    implied = computed_from_frames(frames, half_life_s)
    sound = series is not None and _sound(series, first)
    if implied is not None:
        if series is not None and sound and abs(series - implied) <= FRAME_TOLERANCE:
            return ReferenceTime(series, "Series Time, confirmed by Frame Reference Time")
        remarks.assume(
            f"Series Time {_shown(series)} is not the start of the acquisition ({to_the_second(first)}); the reference "
            f"time {to_the_second(implied)} follows from Acquisition Time and Frame Reference Time, on which all "
            "slices agree."
        )
        return ReferenceTime(min(implied, first), "Acquisition Time and Frame Reference Time")
    if series is not None and sound:
        remarks.note(
            f"Series Time lies {(first - series).total_seconds():.0f} s before the first acquisition, and the frames' "
            "reference times do not settle to which of them the image refers; Series Time is used (QIBA)."
        )
        return ReferenceTime(series, "Series Time")
    remarks.assume(
        f"Series Time {_shown(series)} is not that of the acquisition, as after post-processing; the earliest "
        f"Acquisition Time of all slices, {to_the_second(first)}, is taken as the reference time (QIBA)."
    )
    return ReferenceTime(first, "earliest Acquisition Time")


def _vendor_time(
    headers: Headers, frames: Frames, first: datetime | None, remarks: Remarks, element: PrivateElement
) -> ReferenceTime | None:
    """Return a private time if it is there and fits the acquisition; say so if it does not."""
    text = stamp(headers, element)
    if text is None:
        return None
    moment, shift = _near(text, first, frames)
    if moment is None:
        remarks.note(f"The {element.name}, {text}, does not fit the acquisition ({first}) and is not used.")
        return None
    if shift:
        remarks.note(
            f"The date of the {element.name} lies {abs(shift)} days {'before' if shift < 0 else 'after'} the "
            "acquisition's, as after de-identification; only its time of day is looked at."
        )
    return ReferenceTime(moment, element.name)


def _near(text: str, first: datetime | None, frames: Frames) -> tuple[datetime | None, int]:
    """Return a private time next to the acquisition, and the days that its own date is off; None if it does not fit."""
    try:
        moment = on_local_clock(parse_datetime(text), frames.zone)
        clock = time_of_day(moment)
    except DicomError:
        try:
            moment, clock = None, parse_time(text)
        except DicomError:
            return None, 0
    if first is None:
        return moment, 0
    if moment is not None and _sound(moment, first):
        return moment, 0
    near = nearest_to(clock, first)
    if not _sound(near, first):
        return None, 0
    return near, 0 if moment is None else (moment.date() - near.date()).days


def _sound(moment: datetime, first: datetime) -> bool:
    """Whether a moment can be the reference of an acquisition that started at `first`."""
    return first - LONGEST_LEAD <= moment <= first + CLOCK_TOLERANCE


def _effect(other: datetime, chosen: datetime, half_life_s: float) -> str:
    """Return by how much SUV would change if the dose decayed to `other` and not to `chosen`."""
    return f"{1 / remaining((other - chosen).total_seconds(), half_life_s) - 1:+.2%}"


def _shown(series: datetime | None) -> str:
    return "(missing)" if series is None else to_the_second(series)
