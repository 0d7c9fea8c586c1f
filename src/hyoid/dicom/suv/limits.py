"""What is plausible in a PET header, each limit with its reason, and the checks that use them.

A limit is wide enough for every patient and tracer that is really imaged, and narrow enough to show a wrong unit, an
empty field or a field of another patient. A value outside is never used.
"""

from __future__ import annotations

import math

from hyoid.errors import DicomError

WEIGHT_KG = (2.0, 400.0)
"""From a newborn to the load limit of scanner tables (about 230 kg, bariatric ones to 300 kg). 0 is a blank field, and
a weight in grams lies above."""

HEIGHT_M = (0.4, 2.5)
"""From a newborn to the tallest people. A height in centimetres or inches lies above."""

DOSE_BQ = (1e6, 2e10)
"""Injected activity: from 1 MBq (late Zr-89, small children) to 20 GBq; Rb-82 and O-15 water reach about 4 GBq."""

DOSE_MBQ_BY_MISTAKE = (100.0, 10_000.0)
"""Numbers in Radionuclide Total Dose that can only be MBq. As Bq they would be far too little to make an image. Below
100 the number may as well be mCi (10 mCi are 370 MBq), above 10,000 it may be kBq: those are refused. The upper end is
that of the IBSI-SUV recommendation (Vácha et al.), which has no lower end."""

HALF_LIFE_S = (10.0, 1e7)
"""From seconds (Rb-82: 75 s) to months. It is only the outer fence; a named nuclide is compared with its own."""

HALF_LIFE_TOLERANCE = 0.02
"""Published and vendors' half-lives of one nuclide differ by 1.3 % at most (Rb-82: 75.45 to 76.4 s). Minutes for
seconds, or another nuclide, differ by far more than 2 %."""

MAX_UPTAKE_HALF_LIVES = 4.0
"""An image is not made when less than 6 % of the dose is left: for F-18 after 7.3 h, for Ga-68 after 4.5 h."""

LONG_UPTAKE_HALF_LIVES = 2.0
"""Longer uptake is possible (dual time point) but rare, and is said. For F-18 it is 3.7 h; the QIBA FDG-PET/CT profile
asks for 60 min, at most 75."""

SHORT_UPTAKE_HALF_LIVES = 0.14
"""A shorter uptake is said, except for a dynamic series: for F-18 it is 15 min."""

INJECTION_AFTER_REFERENCE_S = 600.0
"""A dynamic scan may be started some minutes before the injection. Anything beyond is a wrong clock or date."""

DATE_REPAIR_HALF_LIFE_S = 41_400.0
"""Only below 11.5 h may a missing or shifted injection date be taken from the scan: a wrong whole day of a longer-lived
nuclide would still look plausible (IBSI-SUV recommendation)."""


def within(value: float, limits: tuple[float, float]) -> bool:
    """Whether a finite value lies within the limits, ends included."""
    return math.isfinite(value) and limits[0] <= value <= limits[1]


def check_within(value: float, limits: tuple[float, float], name: str, unit: str, advice: str) -> float:
    """Return the value, or raise a DicomError that names it, its limits and what to do."""
    if not within(value, limits):
        raise DicomError.of(f"{name} of {value:g} {unit}", f"{limits[0]:g} to {limits[1]:g} {unit}", advice)
    return value
