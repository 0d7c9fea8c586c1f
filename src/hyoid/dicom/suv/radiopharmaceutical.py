"""The injected dose and the nuclide's half-life (DICOM PS3.3, C.8.9.2 PET Isotope module)."""

from __future__ import annotations

from hyoid.dicom.suv.choice import Choices
from hyoid.dicom.suv.elements import described
from hyoid.dicom.suv.header import Headers
from hyoid.dicom.suv.limits import DOSE_BQ, DOSE_MBQ_BY_MISTAKE, HALF_LIFE_S, HALF_LIFE_TOLERANCE, within
from hyoid.dicom.suv.nuclides import (
    NUCLIDES,
    Nuclide,
    is_fdg,
    names_of,
    nuclide_of_code,
    nuclide_with_half_life,
    nuclides_in_name,
)
from hyoid.errors import DicomError


def dose_of(headers: Headers, choices: Choices) -> float:
    """Return the injected activity, Bq.

    Radionuclide Total Dose (0018,1074) of a PET image is in Bq at the time of injection (C.8.9.2); some systems write
    MBq, as the Enhanced PET object does (C.8.22.4). A number that can only be MBq is multiplied by a million and the
    result says so; one that might be mCi or kBq is refused. The residue in the syringe is ignored, as in QIBA's
    vendor-neutral pseudo-code.

    Raises
    ------
    DicomError
        If neither header nor user has a plausible dose.
    """
    name = described("RadionuclideTotalDose")
    stored = headers.isotope_number("RadionuclideTotalDose") or None
    dose = stored if stored is not None and within(stored, DOSE_BQ) else None
    can_be_mbq = stored is not None and within(stored, DOSE_MBQ_BY_MISTAKE)
    if dose is None and stored is not None and can_be_mbq and choices.given.dose_bq is None:
        dose = stored * 1e6
        choices.sources["dose_bq"] = "header, repaired"
        choices.remarks.assume(
            f"{name} is {stored:g}, far too little in Bq; it is taken as MBq, the unit of the Enhanced PET object."
        )
    elif dose is None and stored is not None:
        choices.remarks.note(f"The header's {name} of {stored:g} Bq is not plausible and is not used.")
    chosen: float | None = choices.between("dose_bq", "dose", "Bq", dose)
    if chosen is None:
        raise DicomError.of(
            f"no plausible {name}" + ("" if stored is None else f" (the header has {stored:g})"),
            f"an injected activity of {DOSE_BQ[0]:g} to {DOSE_BQ[1]:g} Bq",
            "There is no SUV without it: give the dose in Bq.",
        )
    return chosen


def half_life_of(headers: Headers, choices: Choices) -> tuple[float, Nuclide | None]:
    """Return the half-life, s, and the nuclide if the header names one that is known.

    A header's half-life is compared with the named nuclide's; a missing one is taken from it. Two that differ by more
    than 2 % are refused: one of them belongs to another injection, or is in minutes.

    Raises
    ------
    DicomError
        If there is neither half-life nor known nuclide, or if they contradict each other, unless the user gives one.
    """
    given = choices.given.half_life_s
    stored = headers.isotope_number("RadionuclideHalfLife") or None
    stored = choices.plausible(stored, HALF_LIFE_S, "half-life", "s")
    try:
        nuclide = nuclide_of(headers, choices)
        _check_agree(stored, nuclide)
    except DicomError:
        if given is None:
            raise
        choices.remarks.note("The header's nuclide and half-life contradict each other; the given half-life is used.")
        stored, nuclide = None, None
    if stored is None and given is None and nuclide is not None:
        choices.sources["half_life_s"] = "nuclide"
        choices.remarks.note(
            f"The header has no half-life; that of {nuclide.name}, {nuclide.half_life_s:g} s, is used."
        )
        return nuclide.half_life_s, nuclide
    chosen: float | None = choices.between("half_life_s", "half-life", "s", stored)
    if chosen is None:
        raise DicomError.of(
            f"no {described('RadionuclideHalfLife')} and no nuclide of {names_of(NUCLIDES)}",
            "the half-life or the nuclide",
            "Decay cannot be corrected without it: give the half-life in seconds.",
        )
    if nuclide is None:
        _note_unnamed(chosen, choices)
    return chosen, nuclide


def nuclide_of(headers: Headers, choices: Choices) -> Nuclide | None:
    """Return the nuclide that the header names: by Radionuclide Code Sequence (0054,0300), or within a name.

    Raises
    ------
    DicomError
        If the header names two.
    """
    code, meaning = headers.isotope_code("RadionuclideCodeSequence")
    _, tracer = headers.isotope_code("RadiopharmaceuticalCodeSequence")
    named = headers.isotope_text("Radiopharmaceutical")
    found = {nuclide_of_code(code)} - {None} if code else set()
    names = [name for name in (meaning, tracer, named) if name]
    nuclides = {nuclide for nuclide in found if nuclide} | {n for name in names for n in nuclides_in_name(name)}
    if not nuclides and any(is_fdg(name) for name in names):
        choices.remarks.note("The header names no nuclide; FDG is taken to be labelled with F-18.")
        nuclides = {NUCLIDES[0]}
    if len(nuclides) > 1:
        raise DicomError.of(
            f"{names_of(nuclides)} in one Radiopharmaceutical Information Sequence (0054,0016)",
            "one nuclide",
            "Give the half-life of the one that was injected.",
        )
    return next(iter(nuclides), None)


def _check_agree(stored: float | None, nuclide: Nuclide | None) -> None:
    if stored is not None and nuclide is not None and abs(stored / nuclide.half_life_s - 1) > HALF_LIFE_TOLERANCE:
        raise DicomError.of(
            f"a half-life of {stored:g} s for {nuclide.name}",
            f"{nuclide.half_life_s:g} s within {HALF_LIFE_TOLERANCE:.0%}",
            "One of them is wrong: give the half-life in seconds.",
        )


def _note_unnamed(half_life_s: float, choices: Choices) -> None:
    like = nuclide_with_half_life(half_life_s, HALF_LIFE_TOLERANCE)
    which = "is that of no nuclide known here" if like is None else f"is that of {like.name}"
    choices.remarks.note(f"The header names no known nuclide; the half-life of {half_life_s:g} s {which}.")
