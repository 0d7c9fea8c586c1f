"""What a prediction says of the whole patient, as coded items of a report: recurrence-free survival, HPV status.

No standard has codes for these, so they are of a private scheme, and each group says that it is for research only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hyoid.dicom.structures.coding import CodeTriple

SCHEME = "99HYOID"
"""Coding Scheme Designator of hyoid's own codes: 99 begins a private one (PS3.16, 8.2)."""

NO_UNITS: CodeTriple = ("1", "UCUM", "no units")
PERCENT: CodeTriple = ("%", "UCUM", "Percent")

RESEARCH: tuple[CodeTriple, CodeTriple] = (
    ("INTENDED_USE", SCHEME, "Intended use"),
    ("RESEARCH_ONLY", SCHEME, "Research use only, not for diagnosis or treatment"),
)
"""The question and the answer that stand in every group."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One group of the report: its title, numbers as (name, value, unit), and coded statements as (name, value)."""

    title: str
    recipe: str
    numbers: tuple[tuple[CodeTriple, float, CodeTriple], ...]
    statements: tuple[tuple[CodeTriple, CodeTriple], ...]


def answers_of(info: Mapping[str, Any]) -> Iterator[Answer]:
    """Yield what a prediction's JSON (`ID/ID.json` of `hyoid predict`) answers for the whole patient."""
    if info.get("rfs"):
        yield _survival(info["rfs"])
    if info.get("hpv"):
        yield _hpv(info["hpv"])


def _survival(rfs: Mapping[str, Any]) -> Answer:
    numbers = [_number("RFS_RISK", "Risk of recurrence, standardised, higher is worse", rfs.get("risk"), NO_UNITS)]
    place = "Percentile of the risk among the training cohort"
    numbers.append(_number("RFS_PERCENTILE", place, rfs.get("percentile"), PERCENT))
    for at in (rfs.get("survival") or {}).values():
        days = int(at["days"])
        meaning = f"Probability of recurrence-free survival at {days} days"
        numbers.append(_number(f"RFS_{days}_D", meaning, 100.0 * float(at["value"]), PERCENT))
    statements = []
    if rfs.get("group") is not None:
        group = f"Group {rfs['group']} of {rfs['groups']}, the last has the highest risk"
        statements.append((("RFS_GROUP", SCHEME, "Risk group"), (f"RFS_GROUP_{rfs['group']}", SCHEME, group)))
    title = "Recurrence-free survival (research use only)"
    return Answer(title, str(rfs["recipe"]), _present(numbers), tuple(statements))


def _hpv(hpv: Mapping[str, Any]) -> Answer:
    numbers = [
        _number("HPV_PROBABILITY", "Probability of HPV-positive disease", 100.0 * float(hpv["probability"]), PERCENT),
        _number("HPV_THRESHOLD", "Probability from which on it is positive", 100.0 * float(hpv["threshold"]), PERCENT),
    ]
    sign = "positive" if hpv["decision"] else "negative"
    decided = (f"HPV_{sign.upper()}", SCHEME, f"HPV-{sign} as inferred from images and record, no p16 test")
    statement = (("HPV_STATUS", SCHEME, "Inferred HPV status"), decided)
    return Answer("HPV status (research use only)", str(hpv["recipe"]), _present(numbers), (statement,))


def _number(
    code: str, meaning: str, value: float | None, unit: CodeTriple
) -> tuple[CodeTriple, float, CodeTriple] | None:
    """Return a numeric item, none for what is not known: a report has no number for that."""
    if value is None or not math.isfinite(value):
        return None
    return (code, SCHEME, meaning), float(value), unit


def _present(
    numbers: list[tuple[CodeTriple, float, CodeTriple] | None],
) -> tuple[tuple[CodeTriple, float, CodeTriple], ...]:
    return tuple(number for number in numbers if number is not None)
