"""The clinical record of a case as the panel lists it: every column of the cohort, and what is missing."""

from __future__ import annotations

from typing import Any

from hyoid.cohort import Case, Cohort
from hyoid.cohort.schema import CLINICAL_COLUMNS


def columns_of(cohort: Cohort) -> tuple[str, ...]:
    """Return the schema's columns, then others that any patient has, by name."""
    schema = [column.name for column in CLINICAL_COLUMNS]
    others = {name for case in cohort.cases for name in case.clinical} - set(schema)
    return (*schema, *sorted(others))


def record_of(case: Case, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return `name`, `value`, `missing`, and `reason` where something stood there that could not be read."""
    values = {name: case.clinical.get(name) for name in columns}
    values |= {"hpv": case.hpv, "relapse": case.relapse, "rfs_days": case.rfs_days}
    reasons = {name: case.unread.get("rfs" if name in ("relapse", "rfs_days") else name) for name in values}
    return [
        {"name": name, "value": value, "missing": value is None, "reason": reasons[name] if value is None else None}
        for name, value in values.items()
    ]
