"""A description as tables: one a subject, ready for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hyoid.cohort import Case
from hyoid.evaluation.description.description import TOTAL, Description
from hyoid.evaluation.description.missing import clinical_columns
from hyoid.evaluation.description.outcomes import SurvivalGroup
from hyoid.evaluation.description.patients import decade_name
from hyoid.evaluation.survival_result import UNKNOWN_CENTER
from hyoid.metrics.survival import DEFAULT_HORIZONS

if TYPE_CHECKING:
    import pandas as pd

EXTRACT_ROWS = 10
"""Patients of the clinical extract, as in the report of Guo et al. (HECKTOR 2025)."""


def description_tables(found: Description) -> dict[str, pd.DataFrame]:
    """Return the tables by name; one whose subject the cohort does not have is empty."""
    import pandas as pd

    tables = {
        "centers": _centers(found),
        "age-by-sex": [{"age": decade_name(start), **counts} for start, counts in found.ages.decades.items()],
        "clinical": _clinical(found),
        "survival": _survival(found),
        "missing": [{**asdict(one), "share": one.share} for one in found.missing],
        "clinical-extract": clinical_extract(found.cases),
        "grids": [_flat(summary.to_dict()) for summary in found.grid_summaries],
        "grids-by-patient": [asdict(grid) for grid in found.grids],
        "acquisition": _acquisition(found),
        "unreadable": [asdict(one) for one in found.unreadable],
    }
    return {name: pd.DataFrame(rows) for name, rows in tables.items()}


def clinical_extract(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Return id, center, clinical values and outcomes of `EXTRACT_ROWS` patients, evenly spread over the ids."""
    n = min(len(cases), EXTRACT_ROWS)
    chosen = [cases[k * len(cases) // n] for k in range(n)]
    columns = clinical_columns(cases)
    return [
        {
            "patient": case.id,
            "center": case.center or UNKNOWN_CENTER,
            **{name: case.clinical.get(name) for name in columns},
            "relapse": None if case.relapse is None else int(case.relapse),
            "rfs_days": case.rfs_days,
            "hpv": None if case.hpv is None else int(case.hpv),
        }
        for case in chosen
    ]


def _centers(found: Description) -> list[dict[str, Any]]:
    groups = {group.name: group for group in found.survival_by_center.groups} | {TOTAL: found.survival}
    rows = []
    for center, hpv in found.hpv.items():
        outcome = groups[center].to_dict()
        del outcome["survival"]
        rows.append(
            {
                "center": center,
                **outcome,
                "share_of_patients": outcome["patients"] / len(found.cases),
                **{f"hpv_{name}": value for name, value in hpv.to_dict().items()},
            }
        )
    return rows


def _clinical(found: Description) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for column in found.characteristics:
        known = {"column": column.column, "known": column.n}
        if column.spread is not None:
            rows.append({**known, **asdict(column.spread)})
        for value, count in (column.counts or {}).items():
            rows.append({**known, "value": value, "n": count, "share": count / column.n})
    return rows


def _survival(found: Description) -> list[dict[str, Any]]:
    groups: list[tuple[str, SurvivalGroup]] = [
        ("all", found.survival),
        *(("center", group) for group in found.survival_by_center.groups),
        *(("hpv", group) for group in found.survival_by_hpv.groups),
    ]
    return [
        {"by": kind, "group": group.name, "known": group.n, "events": group.events, **asdict(group.at(day))}
        for kind, group in groups
        for day in DEFAULT_HORIZONS
    ]


def _acquisition(found: Description) -> list[dict[str, Any]]:
    rows = []
    for center, own in (found.acquisition or {}).items():
        scanners = "; ".join(f"{name} ({n})" for name, n in own.scanners.items())
        spreads = {name: spread.to_dict() for name, spread in own.spreads.items()}
        rows.append(_flat({"center": center, "patients": own.n, "scanner": scanners, **spreads}))
    return rows


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row in which a value of several numbers has a column for each: `slice_mm_median`."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat |= {f"{name}_{part}": v for part, v in value.items()} if isinstance(value, dict) else {name: value}
    return flat
