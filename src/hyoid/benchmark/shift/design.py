"""From a feature table with missing values to columns that a linear model can take, fitted on some of the patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from hyoid.benchmark.shift.feature_table import FeatureTable
from hyoid.metrics import Bools, Floats


@dataclass(frozen=True, slots=True, eq=False)
class FittedDesign:
    """What was learnt of the training patients.

    Parameters
    ----------
    medians
        (k,) of the numbers, put where one is missing; 0 of a feature that no training patient has.
    categories
        (feature, code) of each column of a category: 1 where the feature has the code.
    numbers
        Positions of the features that are numbers.
    flags
        Positions of the features that are missing in some training patients: 1 where one is.
    mean, spread
        Of the columns; a constant column is 0 everywhere.
    """

    medians: Floats
    categories: tuple[tuple[int, float], ...]
    numbers: tuple[int, ...]
    flags: tuple[int, ...]
    mean: Floats
    spread: Floats

    @classmethod
    def fit(cls, table: FeatureTable, train: Bools, *, missing_flags: bool) -> Self:
        """Learn from the patients where `train` (n,) is True."""
        seen = table.values[train]
        known = [seen[~np.isnan(seen[:, k]), k] for k in range(seen.shape[1])]
        categorical = [k for k, name in enumerate(table.names) if name in table.categorical]
        missing = np.isnan(seen).any(axis=0) & missing_flags
        raw = cls(
            medians=np.array([float(np.median(values)) if len(values) else 0.0 for values in known]),
            categories=tuple((k, float(code)) for k in categorical for code in np.unique(known[k])),
            numbers=tuple(k for k in range(seen.shape[1]) if k not in categorical),
            flags=tuple(int(k) for k in np.flatnonzero(missing)),
            mean=np.zeros(0),
            spread=np.zeros(0),
        )
        columns = raw._columns(seen)
        spread = columns.std(axis=0)
        spread[columns.max(axis=0, initial=-np.inf) == columns.min(axis=0, initial=np.inf)] = 0.0
        return cls(raw.medians, raw.categories, raw.numbers, raw.flags, columns.mean(axis=0), spread)

    def encode(self, values: Floats) -> Floats:
        """Return standardised columns (n, c) of patients' features (n, k)."""
        scaled: Floats = (self._columns(values) - self.mean) / np.where(self.spread > 0, self.spread, np.inf)
        return scaled

    def _columns(self, values: Floats) -> Floats:
        filled = np.where(np.isnan(values), self.medians, values)[:, list(self.numbers)]
        codes = [values[:, k] == code for k, code in self.categories]
        flags = [np.isnan(values[:, k]) for k in self.flags]
        return np.column_stack([filled, *codes, *flags]).astype(np.float64)
