"""Reading HPV predictions and known status, and matching them by patient."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyoid.cohort import Cohort, read_cohort
from hyoid.cohort.columns import ColumnMap
from hyoid.cohort.table import read_table
from hyoid.decision import ANSWERS, HpvSet
from hyoid.errors import CohortError
from hyoid.evaluation.classification_result import ClassifiedCase

if TYPE_CHECKING:
    import pandas as pd

ID, PROBABILITY, DECISION, RAW, FOLD = "PatientID", "hpv_probability", "hpv_decision", "hpv_probability_raw", "fold"
THRESHOLD, SET, ALPHA = "hpv_threshold", "hpv_set", "hpv_set_alpha"

NAMED_IDS = 5
"""How many ids a message lists before it only counts."""

_WORDS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}

HpvTruth = Path | Cohort | Mapping[str, tuple[bool | None, str | None]]
"""A cohort, its path or table, or (HPV status, center) by patient id."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """One row of the predictions: probability of HPV-positive, decision, and the fold whose model gave them.

    `threshold` is the probability that was decided at, `answer` the conformal set at `alpha`; None where not given.
    """

    probability: float
    decision: bool
    fold: str | None
    threshold: float | None = None
    answer: HpvSet | None = None
    alpha: float | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """The cases with prediction and known status, and the ids that have not both.

    `unknown` are predicted patients whose status nobody knows, `without_truth` predictions of ids that the truth does
    not have, `without_prediction` patients of known status that were not predicted.
    """

    cases: tuple[ClassifiedCase, ...]
    unknown: tuple[str, ...]
    without_truth: tuple[str, ...]
    without_prediction: tuple[str, ...]


def read_predictions(predictions: Path | pd.DataFrame) -> dict[str, Predicted]:
    """Read predictions by patient id from a CSV or a data frame.

    Columns: `PatientID`, `hpv_probability` (0 to 1), `hpv_decision` (true or false, 1 or 0), and optionally `fold`,
    `hpv_threshold` (0 to 1), `hpv_set` (positive, negative, either or neither) with `hpv_set_alpha`, and
    `hpv_probability_raw`, which is checked and not used. Other columns are ignored.

    Raises
    ------
    CohortError
        If a column or an id is missing, an id stands twice, a probability is not in 0..1, a decision is not boolean,
        or a set is none.
    """
    header, rows = table_rows(predictions)
    missing = [name for name in (ID, PROBABILITY, DECISION) if name not in header]
    if missing:
        raise CohortError.of(
            f"no column {', '.join(missing)} among {', '.join(header) or 'none'}",
            f"the columns {ID}, {PROBABILITY}, {DECISION}",
            "Give the predictions' CSV, not the truth's.",
        )
    found: dict[str, Predicted] = {}
    for row in rows:
        identifier = row[ID]
        if not identifier:
            raise CohortError.of("a prediction without id", "an id in every row", f"Fill the column {ID}.")
        if identifier in found:
            raise CohortError.of(f"two predictions for {identifier}", "one for each patient", "Remove one.")
        if row.get(RAW):
            _probability(identifier, RAW, row[RAW])
        decision = _WORDS.get(row[DECISION].lower())
        if decision is None:
            raise CohortError.of(
                f"{identifier}: {DECISION} '{row[DECISION]}'", "true or false (1 or 0)", "Decide by a threshold first."
            )
        probability = _probability(identifier, PROBABILITY, row[PROBABILITY])
        threshold, alpha = (_probability(identifier, c, row[c]) if row.get(c) else None for c in (THRESHOLD, ALPHA))
        answer = _set(identifier, row[SET]) if row.get(SET) else None
        found[identifier] = Predicted(probability, decision, row.get(FOLD) or None, threshold, answer, alpha)
    return found


def match(
    predicted: Mapping[str, Predicted],
    truth: HpvTruth,
    columns: Path | ColumnMap | None = None,
    centers: Mapping[str, str | None] | None = None,
) -> Matched:
    """Match predictions and known status by patient id; `centers` replaces the truth's centers.

    Raises
    ------
    CohortError
        If no predicted patient has a known status, or the truth cannot be read.
    """
    records = _known(truth, columns)
    known = {identifier: status for identifier, (status, _) in records.items() if status is not None}
    cases = []
    for identifier in sorted(set(predicted) & set(known)):
        row = predicted[identifier]
        center = records[identifier][1] if centers is None else centers.get(identifier)
        cases.append(
            ClassifiedCase(
                identifier,
                center,
                known[identifier],
                row.probability,
                row.decision,
                row.fold,
                row.threshold,
                row.answer,
                row.alpha,
            )
        )
    if not cases:
        raise CohortError.of(
            f"predictions for {named(predicted)} and a known HPV status for {named(known)}",
            "patients with both",
            "Check that the ids agree and that the truth has the column HPV Status.",
        )
    return Matched(
        tuple(cases),
        unknown=tuple(sorted(set(predicted) & set(records) - set(known))),
        without_truth=tuple(sorted(set(predicted) - set(records))),
        without_prediction=tuple(sorted(set(known) - set(predicted))),
    )


def named(identifiers: Iterable[str]) -> str:
    """Return the first ids in words, and how many more there are."""
    listed = list(identifiers)
    shown = ", ".join(listed[:NAMED_IDS]) or "no patient"
    return shown if len(listed) <= NAMED_IDS else f"{shown} and {len(listed) - NAMED_IDS} more"


def table_rows(predictions: Path | pd.DataFrame) -> tuple[Sequence[str], list[dict[str, str]]]:
    """Return header and rows of text, whatever the source."""
    if isinstance(predictions, str | Path):
        table = read_table(Path(predictions))
        if table.overlong:
            raise CohortError.of(
                f"more cells than columns in line {table.overlong[0]} of {table.path}", "a whole table", "Repair it."
            )
        return table.header, list(table.rows)
    header = [str(name) for name in predictions.columns]
    records = predictions.to_dict(orient="records")
    return header, [{str(name): _text(value) for name, value in record.items()} for record in records]


def _text(value: Any) -> str:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if missing else str(value).strip()


def _probability(identifier: str, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise CohortError.of(f"{identifier}: {column} '{text}'", "a number from 0 to 1", "Give probabilities.")
    return value


def _set(identifier: str, text: str) -> HpvSet:
    for answer in ANSWERS:
        if text.lower() == answer:
            return answer
    raise CohortError.of(f"{identifier}: {SET} '{text}'", ", ".join(ANSWERS), "Correct the column, or remove it.")


def _known(truth: HpvTruth, columns: Path | ColumnMap | None) -> dict[str, tuple[bool | None, str | None]]:
    if isinstance(truth, Mapping):
        return dict(truth)
    cohort = truth if isinstance(truth, Cohort) else read_cohort(Path(truth), columns)
    return {case.id: (case.hpv, case.center) for case in cohort.cases}
