"""Private elements on which SUV depends: Philips' factors, GE's and Siemens' reference times.

Each is sought in its private block (DICOM PS3.5, 7.8.1), wherever that was reserved. De-identification often removes
the block's creator and leaves the element; then the element's usual place is read if the manufacturer fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydicom import Dataset

from hyoid.dicom.suv.elements import as_number, value_of
from hyoid.dicom.suv.header import Headers
from hyoid.errors import DicomError


@dataclass(frozen=True, slots=True)
class PrivateElement:
    """One private element: its group and offset in the block, the block's creator, and who writes it."""

    group: int
    offset: int
    creator: str
    manufacturers: tuple[str, ...]
    name: str

    def of(self, dataset: Dataset) -> Any:
        """Return the element's value in one header, or None."""
        element = self._in_block(dataset)
        manufacturer = str(value_of(dataset, "Manufacturer", "Manufacturer (0008,0070)") or "").upper()
        if element is None and any(name in manufacturer for name in self.manufacturers):
            element = 0x1000 + self.offset
        return None if element is None else value_of(dataset, (self.group, element), self.name)

    def _in_block(self, dataset: Dataset) -> int | None:
        """Return the element number, from whichever block of 0x10 to 0xFF the creator has reserved."""
        for tag in sorted(dataset.keys()):
            if tag.group == self.group and 0x10 <= tag.element <= 0xFF:
                creator = value_of(dataset, (tag.group, tag.element), "private creator")
                text = creator.decode("ascii", errors="replace") if isinstance(creator, bytes) else str(creator)
                if text.strip(" \0").upper() == self.creator.upper():
                    return (tag.element << 8) + self.offset
        return None


PHILIPS_SUV = PrivateElement(
    0x7053, 0x00, "Philips PET Private Group", ("PHILIPS",), "Philips SUV scale factor (7053,1000)"
)
"""Rescaled counts times this are SUVbw (Philips PET DICOM conformance statements; QIBA pseudo-code)."""

PHILIPS_ACTIVITY = PrivateElement(
    0x7053, 0x09, "Philips PET Private Group", ("PHILIPS",), "Philips activity concentration scale factor (7053,1009)"
)
"""Rescaled counts times this are Bq/mL (as above)."""

GE_SCAN_TIME = PrivateElement(
    0x0009, 0x0D, "GEMS_PETD_01", ("GE MEDICAL", "GE HEALTHCARE", "GEMS"), "GE scan date and time (0009,100D)"
)
"""Start of the scan, unchanged when a series is processed again (GE PET DICOM conformance statements; QIBA)."""

SIEMENS_DECAY_TIME = PrivateElement(
    0x0071, 0x22, "SIEMENS MED PT", ("SIEMENS", "CPS", "CTI"), "Siemens decay correction date and time (0071,1022)"
)
"""The moment to which the image was decay corrected (Siemens Biograph DICOM conformance statements)."""


def factors(headers: Headers, element: PrivateElement) -> list[float] | None:
    """Return a positive factor of every slice, or None where all slices lack it (or hold 0, as for "not known").

    Raises
    ------
    DicomError
        If only some slices have one, or a value is negative or no number. The bytes of an unknown VR are read as text:
        Philips declares DS.
    """
    values = [as_number(element.of(s), element.name) or None for s in headers.slices]
    if all(value is None for value in values):
        return None
    present = [value for value in values if value is not None]
    if len(present) < len(values) or min(present) < 0:
        raise DicomError.of(
            f"{len(values) - len(present)} slices of {len(values)} without a positive {element.name}",
            "one in every slice",
            "Export the series again.",
        )
    return present


def stamp(headers: Headers, element: PrivateElement) -> str | None:
    """Return a private date and time that all slices agree on, as text, or None."""
    values = [element.of(s) for s in headers.slices]
    texts = [v.decode("ascii", errors="replace") if isinstance(v, bytes) else v for v in values]
    return Headers.agreed([None if t is None else str(t) for t in texts], element.name)
