"""What the stored values are: Units (0054,1001), SUV Type (0054,1006) and the kind of object (DICOM PS3.3, C.8.9.1)."""

from __future__ import annotations

from hyoid.dicom.suv.elements import described
from hyoid.dicom.suv.header import Headers
from hyoid.errors import DicomError

PET_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.128"
ENHANCED = {
    "1.2.840.10008.5.1.4.1.1.130": "an Enhanced PET image",
    "1.2.840.10008.5.1.4.1.1.128.1": "a Legacy Converted Enhanced PET image",
}

NO_ACTIVITY = {
    "PROPCNTS": "counts of unknown scale, as of an image without attenuation correction",
    "PROPCPS": "count rates of unknown scale",
    "CPS": "count rates, whose calibration to activity is not in the header",
    "NONE": "numbers without a unit",
    "PCNT": "per cent",
    "CM2": "an area",
    "MGMINML": "a metabolic rate",
    "UMOLMINML": "a metabolic rate",
    "MLMING": "a perfusion",
    "MLMINML": "a flow",
    "MLML": "a fraction of volume",
    "MLG": "a volume per mass",
    "1CM": "attenuation coefficients",
    "UMOLML": "a concentration of substance",
    "STDDEV": "standard deviations",
}
"""Units of C.8.9.1.1.3 that are neither activity nor SUV, and what they are."""

SUV_TYPES = ("BW", "BSA", "LBM", "LBMJAMES128", "LBMJANMA", "IBW")


def check_object(headers: Headers) -> None:
    """Refuse what is no series of classic PET slices.

    Raises
    ------
    DicomError
        For another modality, for enhanced multi-frame objects, for slices of two series, for transmission images, and
        for slices without a SOP Instance UID or with the same one.
    """
    modality = headers.text("Modality")
    if modality != "PT":
        raise DicomError.of(f"{described('Modality')} {modality}", "PT", "Choose the PET series.")
    sop_class = headers.text("SOPClassUID")
    if sop_class in ENHANCED:
        raise DicomError.of(
            ENHANCED[sop_class or ""], "slices of PET Image Storage", "Export the series as classic PET slices."
        )
    headers.text("SeriesInstanceUID")
    if headers.text("CountsSource") == "TRANSMISSION":
        raise DicomError.of(f"{described('CountsSource')} TRANSMISSION", "EMISSION", "Choose the emission series.")
    identifiers = headers.texts("SOPInstanceUID")
    if None in identifiers or len(set(identifiers)) < len(identifiers):
        raise DicomError.of(
            f"slices without, or with the same, {described('SOPInstanceUID')}",
            "one identifier per slice",
            "Leave out duplicates.",
        )


def units_of(headers: Headers) -> str:
    """Return the units, one of BQML, CNTS, GML and CM2ML.

    Raises
    ------
    DicomError
        For every other, by name and with the reason.
    """
    units = (headers.text("Units") or "").upper()
    if units in {"BQML", "CNTS", "GML", "CM2ML"}:
        return units
    what = f", which is {NO_ACTIVITY[units]}" if units in NO_ACTIVITY else ""
    raise DicomError.of(
        f"{described('Units')} {units or '(missing)'}{what}",
        "BQML, CNTS from Philips, GML or CM2ML",
        "No SUV can be made of it: choose the quantitative series of the study.",
    )


def suv_type_of(headers: Headers, units: str) -> str | None:
    """Return the SUV type of stored SUV (GML, CM2ML), None for activity and counts.

    Absent, it is BW for GML (C.8.9.1) and BSA for CM2ML, the only one in those units.

    Raises
    ------
    DicomError
        If the type is unknown or does not go with the units.
    """
    stored = (headers.text("SUVType") or "").upper() or None
    if units == "BQML":
        return None
    if units == "CNTS":
        fits = stored in {None, "BW"}
    elif units == "CM2ML":
        stored = stored or "BSA"
        fits = stored == "BSA"
    else:
        stored = stored or "BW"
        fits = stored in SUV_TYPES and stored != "BSA"
    if not fits:
        raise DicomError.of(
            f"{described('SUVType')} {stored} with {described('Units')} {units}",
            "CM2ML for BSA, GML for every other of " + ", ".join(SUV_TYPES),
            "The header contradicts itself: export the series again.",
        )
    return None if units == "CNTS" else stored
