"""The clinical records of cases as one table that is read back to the same values."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hyoid.cohort.case import Case
from hyoid.cohort.schema import CLINICAL_COLUMNS
from hyoid.files import write_text

FILE_NAME = "clinical.csv"


def write_table(folder: Path, cases: Sequence[Case]) -> Path | None:
    """Write `clinical.csv` with a row a case; returns its path, None where nothing is known of anybody.

    Columns have canonical names and RFS is in days, so that it is read without a column map. A missing value is empty.
    """
    rows = [_row(case) for case in cases]
    known = {name for row in rows for name, value in row.items() if value is not None}
    if known <= {"PatientID"}:
        return None
    clinical = [column.name for column in CLINICAL_COLUMNS]
    fixed = ["PatientID", "CenterID", *clinical, "Relapse", "RFS (days)", "HPV Status"]
    names = [name for name in fixed if name in known]
    names += sorted(known - set(fixed))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "" if row.get(name) is None else row[name] for name in names} for row in rows)
    path = folder / FILE_NAME
    write_text(path, text.getvalue())
    return path


def _row(case: Case) -> dict[str, Any]:
    return {
        "PatientID": case.id,
        "CenterID": case.center,
        **case.clinical,
        "Relapse": None if case.relapse is None else int(case.relapse),
        "RFS (days)": case.rfs_days,
        "HPV Status": None if case.hpv is None else int(case.hpv),
    }
