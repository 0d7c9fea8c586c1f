"""Which series may become a patient's CT or PET, by what their headers say; and why the others may not."""

from __future__ import annotations

import re

from hyoid.dicom.kinds import PET_KINDS
from hyoid.dicom.series import Series

_PICTURES = {
    "LOCALIZER": "a localizer (scout)",
    "SCOUT": "a localizer (scout)",
    "MIP": "a maximum intensity projection",
    "MAX_IP": "a maximum intensity projection",
    "MIN_IP": "a minimum intensity projection",
    "PROJECTION IMAGE": "a projection",
    "REPROJECTION": "a projection",
    "VOLREN": "a volume rendering",
    "3D RENDERING": "a volume rendering",
    "SCREEN SAVE": "a picture of a screen",
    "SCREENSHOT": "a picture of a screen",
    "DOSE_INFO": "a dose report",
    "FUSED": "a fused picture",
    "FUSION": "a fused picture",
    "MASK": "a mask",
    "STDDEV": "a statistic over phases",
}
"""Values of Image Type (PS3.3 C.7.6.1.1.2, C.8.2.1.1.1 and vendors' own) of what is no volume of HU or activity."""

_NOT_CORRECTED = re.compile(
    r"(?<![a-z])(nac|noac|no[ _-]?ac|un[ _-]?corrected|uncorr|non[ _-]?(attenuation[ _-]?)?(corrected|ac)|"
    r"no[ _-]?attenuation|without[ _-]?(ac|attenuation)|ohne[ _-]?ak|nicht[ _-]?korrigiert|sans[ _-]?ca)(?![a-z])",
    re.IGNORECASE,
)
_PROJECTED = re.compile(
    r"(?<![a-z])(mips?|min[ _-]?ip|max[ _-]?ip|mean[ _-]?ip|(maximum|minimum|mean)[ _-]?intensity|re[ _-]?projections?|"
    r"projections?|projektion(en)?|rotating|volume[ _-]?rendering|vrt)(?![a-z])",
    re.IGNORECASE,
)
"""Words in descriptions and values of Image Type for what was projected: it has rows and columns as a slice has."""

_SHARP = re.compile(r"(?<![a-z])(bone|lung|knochen|lunge|poumon|\bos\b|sharp|edge|detail|boneplus)(?![a-z])", re.I)
_SHARP_KERNELS = re.compile(r"[BHTQ][A-Z]?(5[5-9]|[6-9]\d)[A-Z]*", re.IGNORECASE)  # Siemens: B70f, Br59, H60s

_RELATIVE_UNITS = {
    "PROPCNTS": "counts of no known proportion to activity",
    "PROPCPS": "counts per second of no known proportion to activity",
    "PCNT": "percent",
    "NONE": "no unit",
    "1CM": "an attenuation map",
}
_STATIC = ("STATIC", "WHOLE BODY")


def refusal(series: Series, *, named: bool = False) -> str:
    """Return why a series can be neither a CT in HU nor a PET in SUV; "" if it may be one.

    Parameters
    ----------
    series
        What was found.
    named
        The user asks for just this series: where only words or silence speak against it, the user is believed.
        Units, corrections and projections are not a matter of belief.
    """
    if not series.is_image:
        return f"no image of CT or PET ({series.kind})"
    return _unfit(series) or (
        _pet_refusal(series, named=named) if series.first.sop_class in PET_KINDS else _ct_refusal(series, named=named)
    )


def doubts(series: Series) -> list[str]:
    """Return what a reader should know of a series that may be used."""
    found = []
    if series.modality == "CT" and series.first.rescale_type == "US":
        found.append("The CT gives its unit as unspecified; it was taken for Hounsfield units.")
    announced = series.first.announced_slices
    if announced is not None and len(series.slices) < announced:
        found.append(f"{len(series.slices)} of {announced} announced images were found.")
    if "DERIVED" in series.image_type[:1]:
        found.append("The images are derived from others, not original.")
    return found


def is_sharp(series: Series) -> bool:
    """Whether a CT's kernel or description says that it was made for bone or lung: noisy, and edges overshoot."""
    words = f"{series.first.description} {series.first.kernel.split(chr(92))[0]}"
    kernel = series.first.kernel.split("\\")[0]
    return bool(_SHARP.search(words) or _SHARP_KERNELS.fullmatch(kernel))


def is_original(series: Series) -> bool:
    """Whether the images come from the scanner's own reconstruction (PS3.3 C.7.6.1.1.2)."""
    return series.image_type[:1] != ("DERIVED",)


def _unfit(series: Series) -> str:
    """Return what keeps any series from being a volume: damage, several places, a picture instead of values."""
    damaged = [one for one in series.slices if one.damage]
    if damaged:
        one = damaged[0]
        return f"{len(damaged)} of {len(series.slices)} images cannot be read; {one.source.name}: {one.damage}"
    if len(series.frames_of_reference) > 1:
        return f"images in {len(series.frames_of_reference)} frames of reference, which share no coordinates"
    picture = next((words for value in series.image_type if (words := _PICTURES.get(value))), "")
    projected = next((value for value in series.image_type if _PROJECTED.search(value)), "")
    return picture or (f"a projection (Image Type holds {projected})" if projected else "")


def _ct_refusal(series: Series, *, named: bool) -> str:
    unit = series.first.rescale_type
    if unit not in ("", "HU", "US"):
        return f"a CT of {unit}, not of Hounsfield units"
    return "" if named else _projection_refusal(series, "--ct")


def _projection_refusal(series: Series, option: str) -> str:
    """Return why a series is a projection by its own words; the protocol's speak of the whole examination."""
    if _PROJECTED.search(series.first.description):
        return f"a projection by its description; name it with {option} if the description is wrong"
    return ""


def _pet_refusal(series: Series, *, named: bool) -> str:
    first = series.first
    kinds = {one.units for one in series.slices}
    if len(kinds) > 1:
        return f"images in several units ({', '.join(sorted(kinds))})"
    if first.units in _RELATIVE_UNITS:
        return f"values in {first.units}: {_RELATIVE_UNITS[first.units]}, of which no SUV can be made"
    if "REPROJECTION" in first.series_type[1:]:
        return "a projection (Series Type REPROJECTION)"
    if first.series_type and first.series_type[0] not in ("", *_STATIC):
        return f"a {first.series_type[0].lower()} acquisition, not one image of the body"
    return _attenuation_refusal(series, named=named)


def _attenuation_refusal(series: Series, *, named: bool) -> str:
    """Return why a PET is not attenuation corrected; "" if it is (PS3.3 C.8.9.1: Corrected Image has ATTN)."""
    first = series.first
    without = next((one for one in series.slices if one.corrections and "ATTN" not in one.corrections), None)
    if without is not None:
        return f"not attenuation corrected (Corrected Image holds {', '.join(without.corrections)}, and not ATTN)"
    if re.fullmatch(r"(none|no|off)[ ,.]*", first.attenuation_method, re.IGNORECASE):
        return f"not attenuation corrected (Attenuation Correction Method is {first.attenuation_method})"
    if named:
        return ""
    if _NOT_CORRECTED.search(first.description) or _NOT_CORRECTED.search(first.protocol):
        return "not attenuation corrected by its description; name it with --pet if the description is wrong"
    if not first.corrections and not first.attenuation_method:
        return "nothing in it says that it is attenuation corrected; name it with --pet if you know that it is"
    return _projection_refusal(series, "--pet")
