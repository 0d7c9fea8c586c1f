"""The model of iCARE: the mean of signed z-scores of the columns that are known of a patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_STD = 1e-6
"""Takes the place of a standard deviation that is zero."""


@dataclass(frozen=True, slots=True, eq=False)
class SignedMean:
    """risk = (mean over the known columns of sign (x - mean) / std - output_mean) / output_std.

    Parameters
    ----------
    columns
        (k,) positions of the columns that are used, ascending.
    signs
        (k,) +1 where a higher value is worse, else -1.
    means, stds
        (k,) of the training patients' values (n - 1 in the denominator).
    output_mean, output_std
        Of the training patients' mean signed z-scores (n in the denominator).
    """

    columns: NDArray[np.intp]
    signs: NDArray[np.intp]
    means: Floats
    stds: Floats
    output_mean: float = 0.0
    output_std: float = 1.0

    def risk(self, values: Floats) -> Floats:
        """Return the risk (m,), higher is worse, of patients (m, columns).

        A missing value is left out of the patient's mean; NaN where none of the columns is known. Without any column
        every risk is 0, the mean.
        """
        if not len(self.columns):
            return np.zeros(len(values))
        away = values[:, self.columns] - self.means
        return (_signed_mean(away, self.signs / self.stds) - self.output_mean) / self.output_std


def fit_signed_mean(
    values: Floats, counts: NDArray[np.integer], columns: NDArray[np.intp], signs: NDArray[np.intp]
) -> SignedMean:
    """Fit means and standard deviations to patients of whom each stands in the training table `counts` times.

    Parameters
    ----------
    values
        (n, columns), may hold NaN.
    counts
        (n,) how often each patient was drawn.
    columns, signs
        (k,) positions of the columns to use, which vary among these patients, and their signs.
    """
    drawn = counts > 0
    weights = counts[drawn].astype(np.float64)
    chosen = values[np.ix_(drawn, columns)]
    missing = np.isnan(chosen)
    patients = weights @ ~missing
    means = weights @ np.where(missing, 0, chosen) / patients
    away = chosen - means
    stds = np.sqrt(weights @ np.where(missing, 0, away) ** 2 / (patients - 1))
    stds[stds == 0] = LEAST_STD
    output = _signed_mean(away, signs / stds)
    known = ~np.isnan(output)
    if not known.any():
        return SignedMean(columns, signs, means, stds)
    mean = np.average(output[known], weights=weights[known])
    std = np.sqrt(np.average((output[known] - mean) ** 2, weights=weights[known]))
    return SignedMean(columns, signs, means, stds, float(mean), max(float(std), LEAST_STD))


def _signed_mean(away: Floats, factors: Floats) -> Floats:
    """Return the mean over the columns of away x factor, shape (m,), without those that are NaN."""
    missing = np.isnan(away)
    known = (~missing).sum(axis=1)
    sums = np.where(missing, 0, away) @ factors
    means: Floats = np.divide(sums, known, out=np.full(len(away), np.nan), where=known > 0)
    return means
