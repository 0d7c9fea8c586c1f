"""The header's value or the user's: one rule for all of them, always said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hyoid.dicom.suv.given import GivenValues
from hyoid.dicom.suv.limits import within
from hyoid.dicom.suv.remarks import Remarks


@dataclass(slots=True)
class Choices:
    """Chooses between header and user, and keeps where each value came from."""

    given: GivenValues
    remarks: Remarks
    sources: dict[str, str] = field(default_factory=dict)

    def between(self, field_name: str, quantity: str, unit: str, header: Any) -> Any:
        """Return the user's value if the header has none or `override` is set, else the header's; None if neither.

        Parameters
        ----------
        field_name
            The field of `GivenValues`.
        quantity, unit
            How the value is called in a sentence.
        header
            The header's value, already known to be plausible, or None.
        """
        given = getattr(self.given, field_name)
        if given is not None and (header is None or self.given.override):
            if header is None:
                self.remarks.note(f"The header has no usable {quantity}; the given {shown(given, unit)} is used.")
            else:
                self.remarks.note(
                    f"The given {quantity} of {shown(given, unit)} replaces the header's {shown(header, unit)}."
                )
            self.sources[field_name] = "given"
            return given
        if header is not None:
            if given is not None:
                self.remarks.note(
                    f"The given {quantity} of {shown(given, unit)} is not used: the header has {shown(header, unit)}, "
                    "and override is not set."
                )
            self.sources.setdefault(field_name, "header")
        return header

    def plausible(self, value: float | None, limits: tuple[float, float], quantity: str, unit: str) -> float | None:
        """Return the header's number if it lies within its limits; else None, and say why."""
        if value is None or within(value, limits):
            return value
        self.remarks.note(
            f"The header's {quantity} of {shown(value, unit)} is not plausible ({limits[0]:g} to {limits[1]:g} {unit}) "
            "and is not used."
        )
        return None


def shown(value: Any, unit: str) -> str:
    """Return a value and its unit for a sentence."""
    text = f"{value:.8g}" if isinstance(value, (int, float)) else str(value)
    return f"{text} {unit}".strip()
