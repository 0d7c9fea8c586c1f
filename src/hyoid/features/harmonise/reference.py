"""What features of all centers have in common: grand mean, effects of covariates, pooled spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDING = 1e-9
"""A spread within centers below this share of the whole is none: it is left of rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The model y = mean + covariates . effects + spread * (shift + scale * noise), without a center's own part.

    Parameters
    ----------
    mean, spread
        Grand mean and pooled standard deviation (columns,); a spread of 0 marks a column that is left alone.
    effects
        Of the covariates (covariates, columns).
    """

    mean: Floats
    spread: Floats
    effects: Floats

    def standardised(self, values: Floats, covariates: Floats) -> Floats:
        """Return values (n, columns) in pooled standard deviations from what is expected; NaN where left alone."""
        spread = np.where(self.spread > 0, self.spread, np.nan)
        return np.asarray((values - self.mean - covariates @ self.effects) / spread)

    def restored(self, standardised: Floats, covariates: Floats) -> Floats:
        """Return what `standardised` gives back as values (n, columns)."""
        return np.asarray(standardised * self.spread + self.mean + covariates @ self.effects)


def fit_reference(values: Floats, centers: NDArray[np.str_], covariates: Floats, least: int) -> Reference:
    """Fit the model of Johnson, Li and Rabinovic (Biostatistics 2007, section 3.1) column by column.

    Least squares on an indicator of each center and the covariates; the grand mean weighs the centers by their known
    values, and the pooled variance is the mean squared residual. A column is left alone that varies in no center, that
    fewer than two centers know well enough, or whose covariates cannot be told from its centers.

    Parameters
    ----------
    values
        (n, columns), NaN where missing.
    centers
        (n,) names.
    covariates
        (n, k), without a missing value.
    least
        Fewest known values of a column with which a center takes part in it.
    """
    count = values.shape[1]
    mean, spread = np.zeros(count), np.zeros(count)
    effects = np.zeros((covariates.shape[1], count))
    for column in range(count):
        rows, names = _taking_part(values[:, column], centers, least)
        design = design_of(centers[rows], names, covariates[rows])
        if len(names) < 2 or np.linalg.matrix_rank(design) < design.shape[1]:
            continue
        known = values[rows, column]
        weights = np.linalg.lstsq(design, known, rcond=None)[0]
        pooled = float(np.sqrt(np.mean((known - design @ weights) ** 2)))
        if pooled <= _ROUNDING * float(np.abs(known).max()):
            continue
        shares = design[:, : len(names)].mean(axis=0)
        mean[column], spread[column] = shares @ weights[: len(names)], pooled
        effects[:, column] = weights[len(names) :]
    return Reference(mean, spread, effects)


def design_of(centers: NDArray[np.str_], names: NDArray[np.str_], covariates: Floats) -> Floats:
    """Return an indicator of each center beside the covariates, (n, centers + k)."""
    return np.hstack([(centers[:, None] == names).astype(np.float64), covariates])


def _taking_part(values: Floats, centers: NDArray[np.str_], least: int) -> tuple[NDArray[np.bool_], NDArray[np.str_]]:
    """Return the rows (n,) that count in a column, and the names of their centers."""
    known = np.isfinite(values)
    names, counts = np.unique(centers[known], return_counts=True)
    names = names[counts >= least]
    return known & np.isin(centers, names), names
