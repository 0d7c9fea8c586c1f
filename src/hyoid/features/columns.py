"""Lesion measures as columns beside the clinical record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hyoid.cohort import Case
from hyoid.features.names import LESIONS, MEASURES, SIGNED
from hyoid.settings import nearest

LOG = "log_"
"""Prefix of a measure that is taken as log(1 + x): volumes and TLG span three orders of magnitude. Measures that may be
negative (`SIGNED`) have none."""

_KNOWN = tuple(f"{lesion}_{measure}" for lesion in LESIONS for measure in MEASURES)
_SIGNED = tuple(f"{LOG}{lesion}_{measure}" for lesion in LESIONS for measure in SIGNED)


def check_measures(names: Iterable[str]) -> None:
    """Raise ValueError for a name that is no lesion measure, `gtvp_mtv_ml` or `log_gtvp_mtv_ml`."""
    for name in names:
        if name.removeprefix(LOG) not in _KNOWN:
            raise ValueError(f"no lesion measure is named '{name}'; {nearest(name.removeprefix(LOG), _KNOWN)}")
        if name in _SIGNED:
            raise ValueError(f"'{name}' has no logarithm, for it may be negative: take '{name.removeprefix(LOG)}'")


def with_measures(case: Case, measures: Mapping[str, float], names: Iterable[str]) -> Case:
    """Return the case with the named measures among its clinical values; what is not finite is missing, never 0.

    A column of the clinical table with the name of a measure gives way to it, also where it is missing.
    """
    names = tuple(names)
    values = {name: value for name, value in case.clinical.items() if name not in names}
    for name in names:
        value = measures.get(name.removeprefix(LOG), math.nan)
        if math.isfinite(value):
            values[name] = math.log1p(value) if name.startswith(LOG) else value
    return replace(case, clinical=values)
