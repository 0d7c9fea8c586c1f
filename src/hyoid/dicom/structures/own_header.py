"""What every object that hyoid writes says of its series and of what made it."""

from __future__ import annotations

from typing import Any

from hyoid.dicom.structures.origin import MANUFACTURER
from hyoid.version import __version__

SERIES_NUMBERS = {"lesions": 9301, "contours": 9302, "report": 9303}
"""Series Numbers of segmentations, structure sets and reports: high, so that they stand after the scanner's own."""

_DESCRIPTIONS = {"lesions": "lesions", "contours": "lesions", "report": "report"}

_KEYWORDS = {
    "series_instance_uid": "SeriesInstanceUID",
    "series_number": "SeriesNumber",
    "series_description": "SeriesDescription",
    "sop_instance_uid": "SOPInstanceUID",
    "instance_number": "InstanceNumber",
    "manufacturer": "Manufacturer",
    "manufacturer_model_name": "ManufacturerModelName",
    "device_serial_number": "DeviceSerialNumber",
    "software_versions": "SoftwareVersions",
}


def own_header(kind: str) -> dict[str, Any]:
    """Return the header of a new object of one of `SERIES_NUMBERS`, by the names of highdicom's arguments.

    Each object is a series of its own, with fresh UIDs.
    """
    from pydicom.uid import generate_uid

    return {
        "series_instance_uid": generate_uid(prefix=None),
        "series_number": SERIES_NUMBERS[kind],
        "series_description": f"hyoid {_DESCRIPTIONS[kind]} (research use only)",
        "sop_instance_uid": generate_uid(prefix=None),
        "instance_number": 1,
        "manufacturer": MANUFACTURER,
        "manufacturer_model_name": MANUFACTURER,
        "device_serial_number": MANUFACTURER,
        "software_versions": __version__,
    }


def set_own_header(dataset: Any, kind: str) -> None:
    """Write the same into a data set that is made without highdicom."""
    for name, value in own_header(kind).items():
        setattr(dataset, _KEYWORDS[name], value)
