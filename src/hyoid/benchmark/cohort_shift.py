"""How the hospitals of a benchmark differ before any model: in their records, lesions, labels and outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hyoid.benchmark.measured import UNKNOWN_CENTER
from hyoid.benchmark.shift import (
    CenterClassifier,
    CenterRecognitions,
    CovariateShift,
    FeatureTable,
    LabelShift,
    covariate_shift,
    event_shift,
    label_shift,
    tell_centers_apart,
)
from hyoid.cohort import Case
from hyoid.cohort.schema import CLINICAL_COLUMNS
from hyoid.evaluation import observed_of
from hyoid.metrics import Bootstrap
from hyoid.training.lesion_table import LESION_TABLE

_NUMBERS = ("age",)


@dataclass(frozen=True, slots=True)
class InputShift:
    """What differs between centers in one table of features, and how well they are told apart by it."""

    shift: CovariateShift
    told_apart: CenterRecognitions

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        return {"covariate_shift": self.shift.to_dict(), "centers_told_apart": self.told_apart.to_dict()}


def input_shifts(
    cases: Sequence[Case], external: Sequence[Case], runs: Sequence[Path], permutations: int, bootstrap: Bootstrap
) -> dict[str, InputShift]:
    """Compare the clinical record of all centers, external ones among them, and the lesion measures of the runs' own.

    A table is left out where there are fewer than two centers, or patients for the classifier.
    """
    tables = {"clinical record": _clinical([*cases, *external]), "lesion measures": _lesions(cases, runs)}
    settings = CenterClassifier(permutations=permutations)
    return {
        name: InputShift(covariate_shift(table), tell_centers_apart(table, settings, bootstrap))
        for name, table in tables.items()
        if table is not None and len(set(table.centers)) > 1 and len(table.centers) >= 2 * settings.folds
    }


def label_shifts(cases: Sequence[Case]) -> dict[str, LabelShift]:
    """Compare HPV status and recurrence between centers, as far as they are known."""
    found = {}
    status = [case for case in cases if case.hpv is not None]
    if status:
        labels = np.array([case.hpv for case in status], bool)
        found["hpv"] = label_shift([case.center or UNKNOWN_CENTER for case in status], labels)
    outcomes = [(case, case.relapse, case.rfs_days) for case in cases]
    known = [(case, event, days) for case, event, days in outcomes if event is not None and days is not None]
    if known:
        observed = observed_of((event, days) for _, event, days in known)
        found["rfs"] = event_shift([case.center or UNKNOWN_CENTER for case, *_ in known], observed)
    return found


def _clinical(cases: Sequence[Case]) -> FeatureTable | None:
    names = [column.name for column in CLINICAL_COLUMNS if any(column.name in case.clinical for case in cases)]
    if not names:
        return None
    columns = [_codes([case.clinical.get(name) for case in cases], number=name in _NUMBERS) for name in names]
    centers = [case.center or UNKNOWN_CENTER for case in cases]
    return FeatureTable.of(centers, names, np.column_stack(columns), [name for name in names if name not in _NUMBERS])


def _codes(values: Sequence[Any], *, number: bool) -> list[float]:
    """Return numbers, or a code for each word; NaN where missing."""
    if number:
        return [np.nan if value is None else float(value) for value in values]
    codes: Mapping[str, int] = {word: k for k, word in enumerate(sorted({str(v) for v in values if v is not None}))}
    return [np.nan if value is None else float(codes[str(value)]) for value in values]


def _lesions(cases: Sequence[Case], runs: Sequence[Path]) -> FeatureTable | None:
    """Return what the first run that measured lesions kept of them."""
    import pandas as pd

    paths = [path for run in runs if (path := run / LESION_TABLE).is_file()]
    if not paths:
        return None
    table = pd.read_csv(paths[0], dtype={"PatientID": str}).set_index("PatientID").select_dtypes("number")
    known = [case for case in cases if case.id in table.index]
    table = table.loc[[case.id for case in known]].dropna(axis="columns", how="all")
    if table.empty:
        return None
    centers = [case.center or UNKNOWN_CENTER for case in known]
    return FeatureTable.of(centers, list(map(str, table.columns)), table.to_numpy(np.float64))
