"""A table of features of the patients of several centers, with missing values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from hyoid.benchmark.shift.sample import Strings, checked_names
from hyoid.errors import HyoidError
from hyoid.metrics import Floats


@dataclass(frozen=True, slots=True, eq=False)
class FeatureTable:
    """Values (n, k) of k features; NaN is missing. Use `of`.

    Parameters
    ----------
    centers
        (n,) center of each patient.
    names
        (k,) of the features.
    values
        (n, k) numbers. Of a categorical feature they are codes, whose order and distance mean nothing.
    categorical
        Names of the features that are.
    """

    centers: Strings
    names: tuple[str, ...]
    values: Floats
    categorical: frozenset[str]

    @classmethod
    def of(
        cls, centers: Sequence[Any], names: Sequence[str], values: ArrayLike, categorical: Collection[str] = ()
    ) -> Self:
        """Check and convert the table.

        Raises
        ------
        HyoidError
            If there is no patient or feature, the shapes do not fit, a name stands twice, a categorical feature is
            unknown, or a value is infinite.
        """
        table = np.asarray(values, np.float64)
        if table.ndim != 2 or table.shape[1] != len(names) or not names or len(set(names)) < len(names):
            raise HyoidError.of(
                f"values of shape {table.shape} and {len(names)} names, {len(set(names))} of them different",
                "a row a patient and a column for each name",
                "Align them.",
            )
        unknown = sorted(set(categorical) - set(names))
        if unknown:
            raise HyoidError.of(f"the categorical features {', '.join(unknown)}", "names of the table", "Check them.")
        if np.isinf(table).any():
            column = names[int(np.argmax(np.isinf(table).any(axis=0)))]
            raise HyoidError.of(f"an infinite value of '{column}'", "numbers, or NaN where missing", "Correct it.")
        return cls(checked_names("center", centers, len(table)), tuple(names), table, frozenset(categorical))
