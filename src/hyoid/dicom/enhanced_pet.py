"""One frame of an Enhanced PET image (PS3.3 A.56), said in the words of a classic PET slice (C.8.9).

What the Enhanced object says otherwise: values mean what the Real World Value Mapping says (mandatory, units of PS3.16
CID 84); corrections are YES or NO each (C.8.22.6); the moment of decay correction is a date and time; the
dose is in MBq (C.8.22.4). All rules on SUV then act as on a classic series.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from hyoid.dicom.datetimes import on_local_clock, parse_datetime, parse_utc_offset
from hyoid.dicom.elements import items, number, text, texts
from hyoid.errors import DicomError

_MAPPING = "RealWorldValueMappingSequence"
_UNITS: dict[str, tuple[str, str]] = {
    "BQ/ML": ("BQML", ""),
    "{SUVBW}G/ML": ("GML", "BW"),
    "G/ML{SUVBW}": ("GML", "BW"),
    "{SUVLBM}G/ML": ("GML", "LBM"),
    "G/ML{SUVLBM}": ("GML", "LBM"),
    "{SUVIBW}G/ML": ("GML", "IBW"),
    "G/ML{SUVIBW}": ("GML", "IBW"),
    "{SUVBSA}CM2/ML": ("CM2ML", "BSA"),
    "CM2/ML{SUVBSA}": ("CM2ML", "BSA"),
}
"""Units of a classic PET and its SUV Type by UCUM code, as the standard writes the codes now and did before."""

_DIRECT = ("BQML", "GML", "CM2ML")
"""Of several mappings the one that needs least to be believed: activity, then what the scanner called SUV."""

_CORRECTIONS = {
    "DECY": "DecayCorrected",
    "ATTN": "AttenuationCorrected",
    "SCAT": "ScatterCorrected",
    "DTIM": "DeadTimeCorrected",
    "MOTN": "GantryMotionCorrected",
    "PMOT": "PatientMotionCorrected",
    "CLN": "CountLossNormalizationCorrected",
    "RAN": "RandomsCorrected",
    "RADL": "NonUniformRadialSamplingCorrected",
    "DCAL": "SensitivityCalibrated",
    "NORM": "DetectorNormalizationCorrection",
}
"""Terms of Corrected Image (0028,0051), and the attributes that say the same."""

MOST_MBQ = 1e5
"""A dose above this cannot be MBq (100 GBq): some writers give Bq here too, and it is left as it is."""

_SAME_MOMENT_S = 1.0


def say_classically(frame: Dataset, groups: Sequence[Dataset]) -> None:
    """Add to a frame, with its functional groups' attributes, those that a classic PET slice has in their place.

    Raises
    ------
    DicomError
        If its values are mapped to no known unit, or not by one line; or if it was corrected for decay to an unknown
        moment.
    """
    _values(frame, groups)
    applied = [term for term, keyword in _CORRECTIONS.items() if text(frame, keyword).upper() == "YES"]
    _set(frame, "CorrectedImage", "CS", applied)
    _tracer(frame)
    _decay(frame)
    duration = number(frame, "FrameAcquisitionDuration")
    if duration is not None:
        _set(frame, "ActualFrameDuration", "IS", round(duration))
    kind = next(iter(texts(frame, "ImageType")[2:3]), "").upper()
    if "DYNAMIC" in kind or "GATED" in kind:
        _set(frame, "SeriesType", "CS", [kind, "IMAGE"])


def _values(frame: Dataset, groups: Sequence[Dataset]) -> None:
    """Set units, slope and intercept from the frame's mapping; the values that it maps are kept, to be checked."""
    mappings = next((found for group in reversed(groups) if (found := items(group, _MAPPING))), [])
    known: dict[str, list[tuple[Dataset, str]]] = {}
    for mapping in mappings:
        for code in items(mapping, "MeasurementUnitsCodeSequence")[:1]:
            unit, kind = _UNITS.get(text(code, "CodeValue").upper().replace(" ", ""), ("", ""))
            if unit:
                known.setdefault(unit, []).append((mapping, kind))
    unit = next((unit for unit in _DIRECT if unit in known), "")
    if not unit:
        raise DicomError.of(
            f"an Enhanced PET frame with {len(mappings)} real world value mappings, none of them to Bq/mL or SUV",
            "values of activity concentration or SUV",
            "Export the series from the scanner or archive with them, or as classic PET images.",
        )
    if len(known[unit]) > 1:
        raise DicomError.of(
            f"an Enhanced PET frame with {len(known[unit])} mappings to {unit}", "one", "Export it as classic images."
        )
    mapping, kind = known[unit][0]
    slope, intercept = number(mapping, "RealWorldValueSlope"), number(mapping, "RealWorldValueIntercept")
    first, last = _mapped(mapping, "First"), _mapped(mapping, "Last")
    if slope is None or intercept is None or first is None or last is None:
        raise DicomError.of(
            "an Enhanced PET frame whose real world value mapping is no line between two stored values",
            "slope, intercept, first and last value mapped",
            "Export the series as classic PET images.",
        )
    _set(frame, "Units", "CS", unit)
    if kind:
        _set(frame, "SUVType", "CS", kind)
    for keyword, value in (("RescaleSlope", slope), ("RescaleIntercept", intercept)):
        _set(frame, keyword, "FD", value)  # a DS has no room for all digits
    for keyword, value in (("First", first), ("Last", last)):
        _set(frame, f"DoubleFloatRealWorldValue{keyword}ValueMapped", "FD", value)


def _mapped(mapping: Dataset, end: str) -> float | None:
    found = number(mapping, f"RealWorldValue{end}ValueMapped")
    return number(mapping, f"DoubleFloatRealWorldValue{end}ValueMapped") if found is None else found


def check_mapped(frame: Dataset, lowest: float, highest: float, name: str) -> None:
    """Refuse stored values that the mapping of an Enhanced PET frame says nothing of; classic slices have none.

    Raises
    ------
    DicomError
        If there are any.
    """
    first, last = (number(frame, f"DoubleFloatRealWorldValue{end}ValueMapped") for end in ("First", "Last"))
    if first is not None and last is not None and (lowest < first or highest > last):
        raise DicomError.of(
            f"stored values {lowest:g} to {highest:g} in {name}, of which only {first:g} to {last:g} are mapped",
            "a mapping of all values",
            "Export the series as classic PET images.",
        )


def _tracer(frame: Dataset) -> None:
    """Turn the dose from MBq to Bq, in a copy: frames share the file's sequence."""
    own = copy.deepcopy(items(frame, "RadiopharmaceuticalInformationSequence"))
    for item in own:
        dose = number(item, "RadionuclideTotalDose")
        if dose is not None and dose < MOST_MBQ:
            _set(item, "RadionuclideTotalDose", "FD", dose * 1e6)
    if own:
        _set(frame, "RadiopharmaceuticalInformationSequence", "SQ", own)


def _decay(frame: Dataset) -> None:
    """Set Decay Correction, and the times of series and slice to the moment that the frame was corrected to.

    That moment is what classic series mean by their start (C.8.9.1.1.5); the frame's own start does not matter then.
    """
    corrected = text(frame, "DecayCorrected").upper()
    if corrected not in ("YES", "NO"):
        raise DicomError.of(
            f"Decay Corrected (0018,9758) {corrected or '(missing)'} in an Enhanced PET frame",
            "YES or NO",
            "The moment to which the values refer is unknown: export the series again.",
        )
    if corrected == "NO":
        _set(frame, "DecayCorrection", "CS", "NONE")
        return
    said, zone = text(frame, "DecayCorrectionDateTime"), text(frame, "TimezoneOffsetFromUTC")
    local = parse_utc_offset(zone) if zone else None
    moment = on_local_clock(parse_datetime(said), local)
    starts = [text(item, "RadiopharmaceuticalStartDateTime") for item in _isotopes(frame)]
    given = [on_local_clock(parse_datetime(start), local) for start in starts if start]
    if any(abs((moment - start).total_seconds()) <= _SAME_MOMENT_S for start in given):
        _set(frame, "DecayCorrection", "CS", "ADMIN")
        return
    _set(frame, "DecayCorrection", "CS", "START")
    for event in ("Series", "Acquisition"):
        _set(frame, f"{event}Date", "DA", moment.strftime("%Y%m%d"))
        _set(frame, f"{event}Time", "TM", moment.strftime("%H%M%S.%f"))
    frame.pop("FrameReferenceTime", None)


def _isotopes(frame: Dataset) -> list[Dataset]:
    return items(frame, "RadiopharmaceuticalInformationSequence")


def _set(dataset: Dataset, keyword: str, representation: str, value: Any) -> None:
    dataset[keyword] = DataElement(keyword, representation, value)
