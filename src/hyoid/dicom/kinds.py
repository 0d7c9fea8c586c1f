"""Kinds of DICOM objects (PS3.4 B.5), as far as importing images is concerned."""

from __future__ import annotations

from pydicom.uid import UID

CT = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
LEGACY_CT = "1.2.840.10008.5.1.4.1.1.2.2"
PET = "1.2.840.10008.5.1.4.1.1.128"
ENHANCED_PET = "1.2.840.10008.5.1.4.1.1.130"
LEGACY_PET = "1.2.840.10008.5.1.4.1.1.128.1"

CT_KINDS = (CT, ENHANCED_CT, LEGACY_CT)
PET_KINDS = (PET, ENHANCED_PET, LEGACY_PET)
IMAGE_KINDS = (*CT_KINDS, *PET_KINDS)
MULTI_FRAME_KINDS = (ENHANCED_CT, LEGACY_CT, ENHANCED_PET, LEGACY_PET)

MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
"""A DICOMDIR: the table of contents of a medium. The files themselves are found without it."""


def kind_name(sop_class: str) -> str:
    """Return the name of a SOP class, or its UID where DICOM's registry has none.

    >>> kind_name("1.2.840.10008.5.1.4.1.1.481.3")
    'RT Structure Set Storage'
    """
    return UID(sop_class).name if sop_class else "no SOP class"
