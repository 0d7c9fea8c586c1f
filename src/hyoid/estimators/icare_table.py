"""What iCARE asks of a table: names, patients and events, but not that every value is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import CohortError
from hyoid.estimators.table import Part
from hyoid.metrics.survival import Observed
from hyoid.survival.icare import canonical_order

Floats = NDArray[np.float64]


def checked_table(columns: tuple[str, ...], values: NDArray[np.floating]) -> Floats:
    """Return the values (n, columns) in double precision; they may hold NaN.

    Raises
    ------
    CohortError
        If the table has not one column for each name, or a value is infinite.
    """
    table = np.asarray(values, np.float64)
    if table.ndim != 2 or table.shape[1] != len(columns):
        raise CohortError.of(
            f"a table of shape {table.shape}", f"one of {len(columns)} columns", "Encode the patients as for training."
        )
    infinite = np.isinf(table).any(axis=0)
    if infinite.any():
        worst = columns[int(np.argmax(infinite))]
        raise CohortError.of(f"an infinite value in column '{worst}'", "a number, or NaN", "Correct the column.")
    return table


def canonical_training_part(columns: tuple[str, ...], train: Part) -> tuple[Floats, Observed]:
    """Return training cases in their canonical order.

    Raises
    ------
    CohortError
        As `checked_table`; if there is no column or two of one name, values and outcomes are not of the same patients,
        or no patient has an event.
    """
    values, observed = checked_table(columns, train[0]), train[1]
    if not columns:
        raise CohortError.of("a table without a column", "one column or more", "Name the columns to learn from.")
    if len(set(columns)) < len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        raise CohortError.of(f"two columns named '{twice}'", "one column a name", "Rename one of them.")
    if len(values) != len(observed):
        raise CohortError.of(f"{len(values)} rows and {len(observed)} outcomes", "one of each a patient", "Pair them.")
    if not observed.events:
        raise CohortError.of(
            f"no event among {len(observed)} training cases",
            "one or more in the training part of every fold",
            "Use fewer folds, or a cohort with more events.",
        )
    order = canonical_order(values, observed.days, observed.event)
    return values[order], observed.part(order)
