"""Fitting the members of a bag; members that may use the same columns share the comparisons of patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hyoid.survival.icare.concordance import concordances
from hyoid.survival.icare.draws import Draw
from hyoid.survival.icare.pruning import uncorrelated
from hyoid.survival.icare.ranks import varies
from hyoid.survival.icare.signed_mean import Floats, SignedMean, fit_signed_mean

_ROUNDING = 1e-12
"""A concordance within this of a limit counts as equal to it, so that the order of a sum decides nothing."""


def fit_members(values: Floats, days: Floats, event: NDArray[np.bool_], draws: Sequence[Draw]) -> list[SignedMean]:
    """Fit one member to each draw.

    Parameters
    ----------
    values
        (n, columns), may hold NaN.
    days, event
        (n,) outcomes in order of time, at equal times events first.
    """
    groups: dict[tuple[bytes, tuple[str, ...]], list[int]] = {}
    for number, draw in enumerate(draws):
        groups.setdefault((np.sort(draw.columns).tobytes(), draw.rules), []).append(number)
    members: dict[int, SignedMean] = {}
    for numbers in groups.values():
        columns = np.sort(draws[numbers[0]].columns)
        counts = np.array([draws[number].counts for number in numbers])
        found = concordances(values[:, columns], days, event, counts, draws[numbers[0]].rules)
        for at, number in enumerate(numbers):
            members[number] = _fit_member(values, draws[number], columns, found[:, at])
    return [members[number] for number in range(len(draws))]


def _fit_member(values: Floats, draw: Draw, columns: NDArray[np.intp], found: Floats) -> SignedMean:
    signs = signs_of(found, draw.least_concordance)
    if draw.rho < 1:
        stays = draw.columns[uncorrelated(values[:, draw.columns], draw.counts, draw.rho, draw.correlation)]
        signs[~np.isin(columns, stays)] = 0
    used = np.flatnonzero(signs)
    used = used[varies(values[np.ix_(draw.counts > 0, columns[used])])]
    return fit_signed_mean(values, draw.counts, columns[used], signs[used])


def signs_of(found: Floats, least_concordance: float) -> NDArray[np.intp]:
    """Return the sign of each column, shape (columns,), from its concordances (rules, columns).

    A concordance below 0.5 says -1, else +1. 0, out of use, where two rules differ or one is undefined, or where the
    mean of max(c, 1 - c) is below the least concordance.
    """
    signs = np.where(found < 0.5 - _ROUNDING, -1, 1)
    agree = (signs == signs[0]).all(axis=0)
    strong = np.maximum(found, 1 - found).mean(axis=0) >= least_concordance - _ROUNDING  # NaN is not
    return np.where(agree & strong, signs[0], 0)
