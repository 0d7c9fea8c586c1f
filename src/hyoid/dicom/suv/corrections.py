"""Which corrections an image needs before its values mean activity (DICOM PS3.3, C.8.9.1.1.5 and Corrected Image).

QIBA's vendor-neutral pseudo-code computes SUV only where Corrected Image (0028,0051) has ATTN and DECY.
"""

from __future__ import annotations

from hyoid.dicom.suv.elements import described
from hyoid.dicom.suv.frames import Frames
from hyoid.dicom.suv.header import Headers
from hyoid.dicom.suv.remarks import Remarks
from hyoid.errors import DicomError

DECAY_EVENTS = ("START", "ADMIN", "NONE")
"""Decay Correction (0054,1102): corrected to the start of the acquisition, to the administration, or not at all."""

WANTED = {
    "SCAT": "scatter",
    "RAN": "randoms",
    "DTIM": "dead time",
    "NORM": "detector normalisation",
}
"""Corrections that a quantitative image has, but whose absence does not change what the values mean."""

UNCORRECTED_FACTOR = 1.001
"""A Decay Factor (0054,1321) up to this is 1: rounding."""


def attenuation_corrected(headers: Headers, remarks: Remarks) -> frozenset[str]:
    """Return the terms of Corrected Image, with a note on those of `WANTED` that are missing.

    Raises
    ------
    DicomError
        If ATTN is not among them: uptake deep in the body is then lost, several times over.
    """
    terms = headers.terms("CorrectedImage")
    missing = [f"{name} ({term})" for term, name in WANTED.items() if term not in terms]
    if "ATTN" not in terms:
        others = f"; also missing: {', '.join(missing)}" if missing else ""
        raise DicomError.of(
            f"{described('CorrectedImage')} {_listed(terms)}, without ATTN{others}",
            "an image corrected for attenuation",
            "Choose the attenuation-corrected series of the study.",
        )
    if missing:
        remarks.note(f"{described('CorrectedImage')} does not list: {', '.join(missing)}.")
    return terms


def decay_event(headers: Headers, terms: frozenset[str]) -> str:
    """Return Decay Correction: START, ADMIN or NONE.

    Raises
    ------
    DicomError
        If it is missing or another term, or if it is START or ADMIN while Corrected Image lacks DECY.
    """
    event = (headers.text("DecayCorrection") or "").upper()
    if event not in DECAY_EVENTS:
        raise DicomError.of(
            f"{described('DecayCorrection')} {event or '(missing)'}",
            f"one of {', '.join(DECAY_EVENTS)}",
            "The moment to which the values refer is unknown: export the series again.",
        )
    if event != "NONE" and "DECY" not in terms:
        raise DicomError.of(
            f"{described('CorrectedImage')} {_listed(terms)}, without DECY, and {described('DecayCorrection')} {event}",
            "an image that is, or is not, corrected for decay",
            "The header contradicts itself: export the series again.",
        )
    return event


def check_not_decay_corrected(frames: Frames, terms: frozenset[str], remarks: Remarks) -> None:
    """Check that a series with Decay Correction NONE is indeed not corrected.

    Decay Correction is of type 1 and names the event, Corrected Image is of type 2; so NONE beside DECY is believed,
    as in the IBSI-SUV benchmark, and said; but not if the slices also carry decay factors that were applied.

    Raises
    ------
    DicomError
        If a slice has a Decay Factor other than 1.
    """
    if frames.decay_factor is not None and max(frames.decay_factor) > UNCORRECTED_FACTOR:
        raise DicomError.of(
            f"{described('DecayCorrection')} NONE and {described('DecayFactor')} up to {max(frames.decay_factor):g}",
            "an image that is, or is not, corrected for decay",
            "The header contradicts itself: export the series again.",
        )
    if "DECY" in terms:
        remarks.assume(
            f"{described('CorrectedImage')} lists DECY, but {described('DecayCorrection')} is NONE and no decay factor "
            "was applied; the values are taken as not corrected for decay."
        )


def check_decay_corrected(event: str, units: str) -> None:
    """Refuse values that claim to be SUV but are not corrected for decay."""
    if event == "NONE":
        raise DicomError.of(
            f"{described('DecayCorrection')} NONE with {units}",
            "START or ADMIN",
            "A value that is SUV is corrected for decay by definition: export the series again.",
        )


def _listed(terms: frozenset[str]) -> str:
    return "\\".join(sorted(terms)) or "(missing)"
