"""SUV from activity concentration: SUVbw = C W / (D 2^(-t/T)).

C in Bq/mL, W the body weight in g, D the injected activity in Bq, t the time from the injection to the moment to which
C refers, T the half-life (QIBA's vendor-neutral pseudo-code; DICOM PS3.16, CID 85).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from hyoid.dicom.datetimes import last_before, on_local_clock, parse_datetime, parse_time, to_the_second
from hyoid.dicom.suv.choice import Choices
from hyoid.dicom.suv.corrections import check_not_decay_corrected, decay_event
from hyoid.dicom.suv.decay import mean_rate_time, remaining, seconds_of_factor
from hyoid.dicom.suv.elements import described
from hyoid.dicom.suv.frames import Frames, frames_of
from hyoid.dicom.suv.header import Headers
from hyoid.dicom.suv.injection import DATETIME, TIME, injection_time
from hyoid.dicom.suv.nuclides import Nuclide
from hyoid.dicom.suv.radiopharmaceutical import dose_of, half_life_of
from hyoid.dicom.suv.reference_time import computed_from_frames, reference_time
from hyoid.dicom.suv.remarks import Remarks
from hyoid.errors import DicomError

NOTED_DISAGREEMENT = 0.01
"""A Decay Factor (0054,1321) that speaks for another time is mentioned if SUV would change by more than 1 %."""


@dataclass(frozen=True, slots=True)
class Normalisation:
    """What Bq/mL of each slice are multiplied by to become SUVbw, and how it came about."""

    per_slice: tuple[float, ...]
    decay: str
    dose_bq: float
    half_life_s: float | None
    nuclide: Nuclide | None
    injection: datetime | None
    reference: datetime | None
    decay_seconds: float | None


def normalisation(headers: Headers, weight_kg: float, terms: frozenset[str], choices: Choices) -> Normalisation:
    """Return the factors from Bq/mL to SUVbw for a series of activity concentrations.

    ADMIN: the image refers to the injection, so the dose does not decay. START: all slices refer to one moment, see
    `reference_time`. NONE: each slice refers to the moment within its own frame at which the mean count rate occurs,
    T_ave after its Acquisition Time, so each has its own factor. This is exact for one nuclide and needs nothing but
    Acquisition Time and Actual Frame Duration; without them it is refused.

    Raises
    ------
    DicomError
        If anything needed is missing, not plausible, or contradicts itself.
    """
    event = decay_event(headers, terms)
    dose = dose_of(headers, choices)
    per_dose = weight_kg * 1e3 / dose
    if event == "ADMIN":
        moment = _informal_injection(headers, choices)
        return Normalisation((per_dose,) * len(headers.slices), event, dose, None, None, moment, moment, 0.0)
    half_life, nuclide = half_life_of(headers, choices)
    frames = frames_of(headers, choices.remarks)
    if event == "NONE":
        check_not_decay_corrected(frames, terms, choices.remarks)
        moments = _mean_rate_moments(frames, half_life)
        injection = injection_time(headers, frames, min(moments), half_life, choices)
        seconds = [(moment - injection).total_seconds() for moment in moments]
        factors = tuple(per_dose / remaining(t, half_life) for t in seconds)
        alike = max(seconds) == min(seconds)
        at = (moments[0], seconds[0]) if alike else (None, None)
        return Normalisation(factors, event, dose, half_life, nuclide, injection, *at)
    reference = reference_time(headers, frames, half_life, choices.remarks)
    injection = injection_time(headers, frames, reference.moment, half_life, choices)
    _compare_with_frames(frames, reference.moment, half_life, choices.remarks)
    choices.remarks.note(f"The image refers to {to_the_second(reference.moment)} ({reference.origin}).")
    elapsed = (reference.moment - injection).total_seconds()
    factor = per_dose / remaining(elapsed, half_life)
    every = (factor,) * len(headers.slices)
    return Normalisation(every, event, dose, half_life, nuclide, injection, reference.moment, elapsed)


def _mean_rate_moments(frames: Frames, half_life_s: float) -> list[datetime]:
    """Return the moment of the mean count rate of each slice's frame."""
    if frames.acquired is None or frames.duration_s is None or min(frames.duration_s) <= 0:
        raise DicomError.of(
            f"no {described('AcquisitionTime')} or no positive {described('ActualFrameDuration')}",
            "both in every slice, because the image is not corrected for decay",
            "Export the series again, or with decay correction.",
        )
    return [
        acquired + timedelta(seconds=mean_rate_time(duration, half_life_s))
        for acquired, duration in zip(frames.acquired, frames.duration_s, strict=True)
    ]


def _informal_injection(headers: Headers, choices: Choices) -> datetime | None:
    """Return the injection of an image corrected to it, for the record only: no number depends on it."""
    if choices.given.injection_time is not None:
        choices.remarks.note("The given injection time is not used: the image is corrected to the injection.")
    if choices.given.half_life_s is not None:
        choices.remarks.note("The given half-life is not used: the image is corrected to the injection.")
    try:
        whole, clock = headers.isotope_text(DATETIME), headers.isotope_text(TIME)
        frames = frames_of(headers, Remarks())
        if whole is not None:
            return on_local_clock(parse_datetime(whole), frames.zone)
        scan = frames.first or frames.series
        return None if clock is None or scan is None else last_before(parse_time(clock), scan)
    except DicomError as error:
        choices.remarks.note(f"The times of injection and scan were not read, and are not needed: {error}")
        return None


def _compare_with_frames(frames: Frames, reference: datetime, half_life_s: float, remarks: Remarks) -> None:
    """Say where Decay Factor or Frame Reference Time speak for another reference time than the one that was chosen.

    Neither decides: several vendors leave Decay Factor at 1, or write Acquisition Time once for all bed positions.
    """
    implied = computed_from_frames(frames, half_life_s)
    if implied is not None:
        effect = 1 / remaining((implied - reference).total_seconds(), half_life_s) - 1
        if abs(effect) > NOTED_DISAGREEMENT:
            remarks.note(
                f"Acquisition Time and Frame Reference Time imply the reference time {to_the_second(implied)}; SUV "
                f"would differ by {effect:+.1%}."
            )
    worst = _decay_factor_disagreement(frames, reference, half_life_s)
    if worst is not None and worst > NOTED_DISAGREEMENT:
        remarks.note(
            f"{described('DecayFactor')} does not follow from the times of the slices and the reference time: they "
            f"differ by up to {worst:.1%}."
        )


def _decay_factor_disagreement(frames: Frames, reference: datetime, half_life_s: float) -> float | None:
    """Return the largest relative difference between decay factors and times, by the reading that fits each best.

    A factor undoes the decay from the reference to T_ave of the frame (or its start), which is counted from
    Acquisition Time or from Frame Reference Time. None where the slices have no factor, or all are 1.
    """
    factors = frames.decay_factor
    if factors is None or min(factors) <= 0 or max(abs(factor - 1) for factor in factors) < 1e-6:
        return None
    worst = 0.0
    for i, factor in enumerate(factors):
        centre = 0.0 if frames.duration_s is None else mean_rate_time(max(frames.duration_s[i], 0.0), half_life_s)
        starts = [] if frames.acquired is None else [(frames.acquired[i] - reference).total_seconds()]
        starts += [] if frames.reference_s is None else [frames.reference_s[i]]
        undone = seconds_of_factor(factor, half_life_s)
        misses = [abs(undone - start - shift) for start in starts for shift in (0.0, centre)]
        worst = max(worst, math.expm1(min(misses) * math.log(2) / half_life_s) if misses else 0.0)
    return worst
