"""Which objects are spoken of, and in which transfer syntaxes (PS3.4 B.5, PS3.6 A)."""

from __future__ import annotations

IMAGES = {
    "CT": (
        "1.2.840.10008.5.1.4.1.1.2",  # CT Image Storage
        "1.2.840.10008.5.1.4.1.1.2.1",  # Enhanced CT Image Storage
        "1.2.840.10008.5.1.4.1.1.2.2",  # Legacy Converted Enhanced CT Image Storage
    ),
    "PT": (
        "1.2.840.10008.5.1.4.1.1.128",  # Positron Emission Tomography Image Storage
        "1.2.840.10008.5.1.4.1.1.130",  # Enhanced PET Image Storage
        "1.2.840.10008.5.1.4.1.1.128.1",  # Legacy Converted Enhanced PET Image Storage
    ),
}
"""SOP classes of the images that are imported, by modality."""

OTHERS = {
    "RTSTRUCT": ("1.2.840.10008.5.1.4.1.1.481.3",),
    "RTDOSE": ("1.2.840.10008.5.1.4.1.1.481.2",),
    "RTPLAN": ("1.2.840.10008.5.1.4.1.1.481.5",),
    "SEG": ("1.2.840.10008.5.1.4.1.1.66.4",),
    "REG": ("1.2.840.10008.5.1.4.1.1.66.1", "1.2.840.10008.5.1.4.1.1.66.3"),
}
"""SOP classes of other objects that verbs of hyoid read, by modality."""

STORAGE = IMAGES | OTHERS

EXPLICIT_LITTLE, IMPLICIT_LITTLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
NATIVE = (EXPLICIT_LITTLE, IMPLICIT_LITTLE)
COMPRESSED = (
    "1.2.840.10008.1.2.5",  # RLE Lossless
    "1.2.840.10008.1.2.4.80",  # JPEG-LS Lossless
    "1.2.840.10008.1.2.4.81",  # JPEG-LS Near-Lossless
    "1.2.840.10008.1.2.4.90",  # JPEG 2000, lossless only
    "1.2.840.10008.1.2.4.91",  # JPEG 2000
    "1.2.840.10008.1.2.4.57",  # JPEG Lossless
    "1.2.840.10008.1.2.4.70",  # JPEG Lossless, first-order prediction
)
"""Compressed transfer syntaxes that are taken as they come. The deflated one is not: it unpacks without a bound."""

VERIFICATION = "1.2.840.10008.1.1"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"


def storage_classes(modalities: tuple[str, ...]) -> list[str]:
    """Return the SOP classes of these modalities."""
    return [uid for modality in modalities for uid in STORAGE[modality]]
