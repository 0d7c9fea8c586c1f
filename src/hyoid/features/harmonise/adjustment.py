"""How one center departs from the reference: a shift and a scale of each feature, shrunk towards each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.features.harmonise.reference import Floats

_TOLERANCE = 1e-10
_STEPS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """Shift and scale (columns,) of a center on the standardised features; 0 and 1 leave a column as it is."""

    shift: Floats
    scale: Floats

    @property
    def adjusts(self) -> bool:
        """Whether any column is changed."""
        return bool((self.shift != 0).any() or (self.scale != 1).any())


def fit_adjustment(standardised: Floats, least: int, *, empirical_bayes: bool) -> Adjustment:
    """Estimate shift and scale of one center from its standardised values (n, columns), NaN where missing.

    Without `empirical_bayes` they are mean and standard deviation (n - 1) of each column. With it they are the
    posterior ones of Johnson, Li and Rabinovic (Biostatistics 2007, section 3.2): a normal prior of the shifts and an
    inverse gamma prior of the variances, both by the moments of the center's columns. One column alone has no others to
    be shrunk towards. A column without variance is shifted and keeps its scale.

    Parameters
    ----------
    least
        Columns with fewer known values are left as they are.
    """
    count = np.isfinite(standardised).sum(axis=0)
    used = count >= max(least, 2)
    shift, scale = np.zeros(len(count)), np.ones(len(count))
    own = standardised[:, used]
    if own.shape[1]:
        means, variances = np.nanmean(own, axis=0), np.nanvar(own, axis=0, ddof=1)
        if empirical_bayes and own.shape[1] > 1 and variances.max() > 0:
            means, variances = _posterior(own, count[used].astype(np.float64), means, variances)
        shift[used] = means
        scale[used] = np.where(variances > 0, np.sqrt(variances), 1.0)
    return Adjustment(shift, scale)


def _posterior(own: Floats, count: Floats, means: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Return posterior shifts and variances, each of which depends on the other: repeated until neither moves."""
    level, spread = means.mean(), means.var(ddof=1)
    typical, uncertainty = variances.mean(), variances.var(ddof=1)
    shifts, squares = means, variances
    for _ in range(_STEPS):
        weight = np.where(squares > 0, squares, typical)
        updated = (count * spread * means + weight * level) / (count * spread + weight)
        sums = np.nansum((own - updated) ** 2, axis=0)
        if uncertainty > _TOLERANCE * typical**2:
            shape, rate = typical**2 / uncertainty + 2, typical * (typical**2 / uncertainty + 1)
            renewed = (rate + sums / 2) / (count / 2 + shape - 1)
        else:  # all columns vary alike: nothing is left to be learnt of one alone
            renewed = np.full_like(squares, typical)
        moved = max(np.abs(updated - shifts).max(), np.abs(renewed - squares).max())
        shifts, squares = updated, renewed
        if moved <= _TOLERANCE:
            break
    return np.asarray(shifts), np.asarray(squares)
