"""The proof, on the user's own data, that de-identification left SUV as it was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.uid import PositronEmissionTomographyImageStorage

from hyoid.dicom.deidentify.quiet import quiet
from hyoid.dicom.suv import suv_of
from hyoid.errors import DicomError

EQUAL = "PET series whose SUV factors are the same before and after"
NO_SUV = "PET series that no SUV can be made of, before and after"
DIFFERENT = "PET series whose SUV factors were changed: do not use their SUV, and report this"

_RELATIVE = 1e-9


def compare_suv(pairs: Sequence[tuple[Path, Path]]) -> str | None:
    """Compare the factors to SUVbw of one series before and after; None where it is no PET.

    Parameters
    ----------
    pairs
        Original and de-identified file of each slice.

    Returns
    -------
    One of the sentences of this module. A series that had an SUV and has none any more was changed, too.
    """
    with quiet():
        headers = [(_header(before), _header(after)) for before, after in pairs]
        if headers[0][0].get("SOPClassUID") != PositronEmissionTomographyImageStorage:
            return None
        before, after = _factors([one for one, _ in headers]), _factors([other for _, other in headers])
    if before is None or after is None:
        return NO_SUV if before is after else DIFFERENT
    same = all(math.isclose(one, other, rel_tol=_RELATIVE) for one, other in zip(before, after, strict=True))
    return EQUAL if same else DIFFERENT


def _header(path: Path) -> Dataset:
    return dcmread(path, stop_before_pixels=True)


def _factors(slices: list[Dataset]) -> list[float] | None:
    try:
        factors = suv_of(slices).factors
    except DicomError:
        return None
    return [factors[str(header.SOPInstanceUID)] for header in slices]
