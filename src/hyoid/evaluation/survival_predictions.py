"""Reading survival predictions."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hyoid.errors import CohortError
from hyoid.evaluation.classification_cases import table_rows
from hyoid.metrics.survival.cases import RISING_TOLERANCE

if TYPE_CHECKING:
    import pandas as pd

ID, RISK, FOLD, GROUP = "PatientID", "rfs_risk", "fold", "rfs_group"
SURVIVAL_COLUMN = re.compile(r"rfs_survival_(\d+(?:\.\d+)?)")
"""Column of the predicted survival at a horizon in days."""


@dataclass(frozen=True, slots=True)
class PredictedSurvival:
    """One row of the predictions: risk, survival by horizon in days, fold whose model gave them, and risk group."""

    risk: float
    survival: Mapping[float, float] = field(default_factory=dict)
    fold: str | None = None
    group: str | None = None


def read_survival_predictions(predictions: Path | pd.DataFrame) -> dict[str, PredictedSurvival]:
    """Read predictions by patient id from a CSV or a data frame.

    Columns: `PatientID`, `rfs_risk` (higher is worse), and optionally `rfs_survival_DAYS` (0 to 1, of any horizons),
    `fold` and `rfs_group`. Other columns are ignored.

    Raises
    ------
    CohortError
        If a column or an id is missing, an id stands twice, a risk is no finite number, or a survival is not in 0..1 or
        rises with time.
    """
    header, rows = table_rows(predictions)
    missing = [name for name in (ID, RISK) if name not in header]
    if missing:
        raise CohortError.of(
            f"no column {', '.join(missing)} among {', '.join(header) or 'none'}",
            f"the columns {ID}, {RISK}",
            "Give the predictions' CSV, not the truth's.",
        )
    horizons = _horizon_columns(header)
    found: dict[str, PredictedSurvival] = {}
    for row in rows:
        identifier = row[ID]
        if not identifier:
            raise CohortError.of("a prediction without id", "an id in every row", f"Fill the column {ID}.")
        if identifier in found:
            raise CohortError.of(f"two predictions for {identifier}", "one for each patient", "Remove one.")
        survival = {day: _number(identifier, column, row[column], 0, 1) for day, column in horizons.items()}
        _check_falling(identifier, survival)
        risk = _number(identifier, RISK, row[RISK], -math.inf, math.inf)
        found[identifier] = PredictedSurvival(risk, survival, row.get(FOLD) or None, row.get(GROUP) or None)
    return found


def _horizon_columns(header: Sequence[str]) -> dict[float, str]:
    """Return the columns of predicted survival by horizon, ascending."""
    found: dict[float, str] = {}
    for column in header:
        matched = SURVIVAL_COLUMN.fullmatch(column)
        if matched is None:
            continue
        day = float(matched[1])
        if day == 0 or day in found:
            raise CohortError.of(f"the column {column}", "each horizon once, above 0 days", "Rename or remove it.")
        found[day] = column
    return dict(sorted(found.items()))


def _check_falling(identifier: str, survival: Mapping[float, float]) -> None:
    for (earlier, before), (later, after) in itertools.pairwise(survival.items()):
        if after > before + RISING_TOLERANCE:
            raise CohortError.of(
                f"{identifier}: a survival of {before:g} at {earlier:g} days and of {after:g} at {later:g} days",
                "one that falls with time",
                "Give the probability of surviving without the event, not of the event.",
            )


def _number(identifier: str, column: str, text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and low <= value <= high):
        expected = "a number from 0 to 1" if math.isfinite(low) else "a finite number, higher is worse"
        raise CohortError.of(f"{identifier}: {column} '{text}'", expected, "Correct the prediction.")
    return value
