"""What every survival estimator asks of a table, and how it standardises it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import CohortError
from hyoid.metrics.survival import Observed

Floats = NDArray[np.float64]
Part = tuple[NDArray[np.floating], Observed]
"""Encoded values (n, columns) of n patients, and their outcomes."""

LEAST_EVENTS_TO_CHOOSE = 5
"""Events that `select` must have for anything to be chosen on it."""


def checked_values(columns: tuple[str, ...], values: NDArray[np.floating]) -> Floats:
    """Return the values (n, columns) in double precision.

    Raises
    ------
    CohortError
        If the table has not one column for each name, or a value is missing or infinite: encoders fill in beforehand.
    """
    table = np.asarray(values, np.float64)
    if table.ndim != 2 or table.shape[1] != len(columns):
        raise CohortError.of(
            f"a table of shape {table.shape}", f"one of {len(columns)} columns", "Encode the patients as for training."
        )
    wrong = ~np.isfinite(table)
    if wrong.any():
        worst = int(np.argmax(wrong.sum(axis=0)))
        number = int(wrong[:, worst].sum())
        if number == len(table):
            found, advice = f"no value at all in column '{columns[worst]}'", "Leave the column out."
        else:
            found = f"{number} missing or infinite values in column '{columns[worst]}'"
            advice = "Fill missing values in by an encoder first."
        raise CohortError.of(found, "a number for every patient", advice)
    return table


def checked_part(columns: tuple[str, ...], part: Part) -> tuple[Floats, Observed]:
    """Return values and outcomes in an order that does not depend on the given one.

    Raises
    ------
    CohortError
        As `checked_values`; if there is no column, or values and outcomes are not of the same patients.
    """
    if not columns:
        raise CohortError.of("a table without a column", "one column or more", "Name the columns to learn from.")
    table, observed = checked_values(columns, part[0]), part[1]
    if len(table) != len(observed):
        raise CohortError.of(f"{len(table)} rows and {len(observed)} outcomes", "one of each a patient", "Pair them.")
    order = np.lexsort((*table.T[::-1], observed.event, observed.days))
    return table[order], observed.part(order)


def checked_training_part(columns: tuple[str, ...], part: Part) -> tuple[Floats, Observed]:
    """Return the training part as `checked_part` does.

    Raises
    ------
    CohortError
        As `checked_part`; if no event has another patient at risk, since nothing can be learnt then.
    """
    table, observed = checked_part(columns, part)
    first = observed.days[observed.event].min() if observed.events > 0 else np.inf
    if np.count_nonzero(observed.days >= first) < 2:
        raise CohortError.of(
            f"{observed.events} events among {len(observed)} training cases, none with another patient at risk",
            "an event with another patient at risk in the training part of every fold",
            "Use fewer folds, or a cohort with more events.",
        )
    return table, observed


def center_and_spread(table: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation (columns,) of each column; a spread of 0 marks a constant column."""
    spread = table.std(axis=0)
    spread[table.max(axis=0) == table.min(axis=0)] = 0.0  # rounding of the mean may leave a trace of spread
    return table.mean(axis=0), spread


def standardised(table: Floats, center: Floats, spread: Floats) -> Floats:
    """Return the table in standard deviations from the center; 0 in columns of spread 0."""
    scaled: Floats = np.where(spread > 0, (table - center) / np.where(spread > 0, spread, 1.0), 0.0)
    return scaled


def constant_notes(columns: tuple[str, ...], spread: Floats) -> tuple[str, ...]:
    """Return a note that names the columns of spread 0, or none."""
    constant = [name for name, width in zip(columns, spread, strict=True) if width == 0]
    if not constant:
        return ()
    named = ", ".join(constant[:5]) + (f" and {len(constant) - 5} more" if len(constant) > 5 else "")
    return (f"Constant in the training part, and without weight: {named}.",)
