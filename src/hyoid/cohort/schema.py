"""The clinical schema: canonical columns, their other names, and what values they may hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hyoid.cohort.values import Value

RfsUnit = Literal["days", "weeks", "months", "years"]

DAYS_PER_MONTH = 365.25 / 12
DAYS_PER_YEAR = 365.25

MAX_RFS_DAYS = 80 * DAYS_PER_YEAR
"""Longest survival time that is believed, in days."""

_YES_NO = {"yes": 1, "no": 0, "y": 1, "n": 0, "true": 1, "false": 0}


@dataclass(frozen=True, slots=True)
class Column:
    """One clinical column: its canonical name, other names (as `column_key`), and its reader.

    `read` returns the canonical value, or None where the value is impossible; `expected` says what is possible.
    """

    name: str
    aliases: tuple[str, ...]
    read: Callable[[Value], Value | None]
    expected: str


def _number(low: float, high: float) -> Callable[[Value], Value | None]:
    return lambda value: value if not isinstance(value, str) and low <= value <= high else None


def _code(allowed: tuple[int, ...], words: dict[str, int]) -> Callable[[Value], Value | None]:
    def read(value: Value) -> Value | None:
        if isinstance(value, str):
            return words.get(value.lower())
        return int(value) if value in allowed else None

    return read


def _stage(letter: str, values: str, substages: str = "") -> Callable[[Value], Value | None]:
    pattern = re.compile(rf"[cpyr]*{letter}?({values})({substages})", re.IGNORECASE)

    def read(value: Value) -> Value | None:
        match = pattern.fullmatch(str(value).strip())
        return letter + match[1].lower() + match[2].lower() if match else None

    return read


CLINICAL_COLUMNS = (
    Column("age", ("age", "age_years", "age_at_diagnosis", "patient_age"), _number(0, 120), "0 to 120 years"),
    Column(
        "gender",
        ("gender", "sex", "patient_sex"),
        _code((0, 1), {"m": 1, "male": 1, "f": 0, "female": 0}),
        "1 (male) or 0 (female)",
    ),
    Column("tobacco", ("tobacco_consumption", "tobacco", "smoking"), _code((0, 1), _YES_NO), "0 or 1"),
    Column("alcohol", ("alcohol_consumption", "alcohol"), _code((0, 1), _YES_NO), "0 or 1"),
    Column(
        "performance_status",
        ("performance_status", "ps", "ecog", "ecog_performance_status", "zubrod", "who_performance_status"),
        _code((0, 1, 2, 3, 4), {}),
        "0, 1, 2, 3 or 4 (ECOG)",
    ),
    Column("treatment", ("treatment",), lambda value: value, "any code or word"),
    Column("m_stage", ("m_stage", "mstage", "m_category"), _stage("M", "[01x]"), "M0, M1 or Mx"),
    Column("t_stage", ("t_stage", "tstage", "t_category"), _stage("T", "is|[0-4x]", "[a-d]?"), "T0 to T4d, Tis or Tx"),
    Column("n_stage", ("n_stage", "nstage", "n_category"), _stage("N", "[0-3x]", "[a-c]?"), "N0 to N3c or Nx"),
)
"""The canonical clinical columns. T and N stage are optional; all others are expected in a full table."""

OPTIONAL_COLUMNS = ("t_stage", "n_stage")

ID_ALIASES = ("patientid", "patient_id", "patient", "id", "case_id", "caseid", "case", "subject_id", "subject")
CENTER_ALIASES = ("centerid", "center_id", "center", "centre", "centreid", "centre_id", "hospital")
RELAPSE_ALIASES = ("relapse", "recurrence")
HPV_ALIASES = ("hpv_status", "hpv")
RFS_ALIASES: dict[str, RfsUnit | None] = {
    "rfs": None,
    "rfs_time": None,
    "rfs_days": "days",
    "rfs_time_days": "days",
    "rfs_in_days": "days",
    "rfs_weeks": "weeks",
    "rfs_in_weeks": "weeks",
    "rfs_months": "months",
    "rfs_time_months": "months",
    "rfs_in_months": "months",
    "rfs_years": "years",
}
"""Names of the survival time's column, with the unit that the name declares."""

CHALLENGE_TABLE = re.compile(r"hecktor_?20\d\d.*", re.IGNORECASE)
"""Names of the challenge's own tables, `HECKTOR_2025_Training_Task_2.csv`, `hecktor2022_endpoint_training.csv`. Their
RFS is in days, as the challenge's description of the dataset says."""

SPECIAL_NAMES = ("id", "center", "relapse", "rfs", "hpv")
"""Canonical names that are not clinical columns: identity and outcomes."""

CANONICAL_NAMES = (*SPECIAL_NAMES, *(column.name for column in CLINICAL_COLUMNS))

COLUMN_BY_NAME = {column.name: column for column in CLINICAL_COLUMNS}

_BY_KEY: dict[str, str] = {
    **{alias: column.name for column in CLINICAL_COLUMNS for alias in column.aliases},
    **dict.fromkeys(ID_ALIASES, "id"),
    **dict.fromkeys(CENTER_ALIASES, "center"),
    **dict.fromkeys(RELAPSE_ALIASES, "relapse"),
    **dict.fromkeys(HPV_ALIASES, "hpv"),
    **dict.fromkeys(RFS_ALIASES, "rfs"),
}

read_hpv = _code((0, 1), {**_YES_NO, "positive": 1, "negative": 0, "pos": 1, "neg": 0})
read_event = _code((0, 1), _YES_NO)


def canonical_name(key: str) -> str | None:
    """Return the canonical name of a column whose `column_key` is `key`; None where the schema does not know it."""
    return _BY_KEY.get(key)
