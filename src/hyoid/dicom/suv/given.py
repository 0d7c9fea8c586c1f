"""Values that the user supplies where a header lacks them or is known to be wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hyoid.dicom.suv.limits import DOSE_BQ, HALF_LIFE_S, HEIGHT_M, WEIGHT_KG, check_within
from hyoid.errors import DicomError

SEXES = ("M", "F", "O")
"""Values of Patient's Sex (0010,0040): male, female, other (DICOM PS3.3, C.7.1.1)."""


@dataclass(frozen=True, slots=True)
class GivenValues:
    """What the user knows about an examination; each is None unless supplied.

    A value is used only where the header has none that is plausible. With `override` it replaces the header's. Either
    way the result says so. All of them are checked: a value given in the wrong unit is refused, never repaired.

    Parameters
    ----------
    weight_kg
        Body weight at the time of the scan, kg.
    height_m
        Body height, m.
    sex
        "M", "F" or "O".
    dose_bq
        Total injected activity at the time of injection, Bq.
    injection_time
        Date and time of the injection on the scanner's clock (or aware, then turned to the header's time zone).
    half_life_s
        Physical half-life of the nuclide, s.
    override
        Let the values above win over the header's.

    Raises
    ------
    DicomError
        If a value is not plausible in its unit.
    """

    weight_kg: float | None = None
    height_m: float | None = None
    sex: str | None = None
    dose_bq: float | None = None
    injection_time: datetime | None = None
    half_life_s: float | None = None
    override: bool = False

    def __post_init__(self) -> None:
        for value, limits, name, unit in (
            (self.weight_kg, WEIGHT_KG, "a given weight", "kg"),
            (self.height_m, HEIGHT_M, "a given height", "m"),
            (self.dose_bq, DOSE_BQ, "a given dose", "Bq"),
            (self.half_life_s, HALF_LIFE_S, "a given half-life", "s"),
        ):
            if value is not None:
                check_within(value, limits, name, unit, f"Give it in {unit}.")
        if self.sex is not None and self.sex not in SEXES:
            raise DicomError.of(f"a given sex of {self.sex!r}", f"one of {SEXES}", "Correct it or leave it out.")
