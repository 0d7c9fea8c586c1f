"""PET nuclides: their half-lives, and how a header names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Nuclide:
    """A positron emitter.

    `codes` are its code values in DICOM PS3.16, CID 4020 (SNOMED CT), and their former SNOMED RT values, which most
    scanners still write (also under private scheme names, such as GE's 99SDM).
    """

    element: str
    symbol: str
    mass: int
    half_life_s: float
    codes: tuple[str, str]

    @property
    def name(self) -> str:
        """Return the short name, such as F-18."""
        return f"{self.symbol}-{self.mass}"


NUCLIDES = (
    Nuclide("fluorine", "F", 18, 6586.2, ("77004003", "C-111A1")),
    Nuclide("carbon", "C", 11, 1221.8, ("40565003", "C-105A1")),
    Nuclide("nitrogen", "N", 13, 597.9, ("21576001", "C-107A1")),
    Nuclide("oxygen", "O", 15, 122.24, ("129504001", "C-B1038")),
    Nuclide("gallium", "Ga", 68, 4062.6, ("35337001", "C-131A3")),
    Nuclide("copper", "Cu", 64, 45723.6, ("3932008", "C-127A2")),
    Nuclide("zirconium", "Zr", 89, 282276.0, ("63360001", "C-168A4")),
    Nuclide("iodine", "I", 124, 360806.0, ("40937006", "C-114A5")),
    Nuclide("rubidium", "Rb", 82, 75.45, ("79197006", "C-159A2")),
)
"""Half-lives in seconds of the evaluated nuclear data (NNDC NuDat 3): 109.77 min, 20.364 min, 9.965 min, 122.24 s,
67.71 min, 12.701 h, 78.41 h, 4.1760 d, 1.2575 min."""

FDG_NAMES = ("fdg", "fluorodeoxyglucose", "fludeoxyglucose")
"""The one tracer whose name is so common that headers leave out the nuclide. It is always labelled with F-18."""


def nuclide_of_code(code: str) -> Nuclide | None:
    """Return the nuclide of a code value of CID 4020, whatever scheme it is written under."""
    wanted = code.strip().upper()
    return next((nuclide for nuclide in NUCLIDES if wanted in nuclide.codes), None)


def nuclides_in_name(name: str) -> set[Nuclide]:
    """Return the nuclides that a name starts or ends with: `^18^Fluorine`, `F-18`, `68Ga-DOTATATE`, `Choline C^11^`.

    Only the ends count, so that the numbers within `PSMA-1007 F^18^` or `MK-6240` name nothing.
    """
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return {nuclide for nuclide in NUCLIDES if _names(plain, nuclide)}


def is_fdg(name: str) -> bool:
    """Whether a radiopharmaceutical's name is that of FDG."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return any(known in plain for known in FDG_NAMES)


def nuclide_with_half_life(half_life_s: float, tolerance: float) -> Nuclide | None:
    """Return the nuclide whose half-life is this within a relative tolerance."""
    return next((n for n in NUCLIDES if abs(half_life_s / n.half_life_s - 1) <= tolerance), None)


def names_of(nuclides: Iterable[Nuclide]) -> str:
    """Return the names, sorted, for a sentence."""
    return " and ".join(sorted(nuclide.name for nuclide in nuclides))


def _names(plain: str, nuclide: Nuclide) -> bool:
    mass = str(nuclide.mass)
    for word in (nuclide.symbol.lower(), nuclide.element):
        starts = plain.startswith(mass + word) or re.match(rf"{word}{mass}(?!\d)", plain)
        ends = plain.endswith((mass + word, word + mass))
        if starts or ends:
            return True
    return False
