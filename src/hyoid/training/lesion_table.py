"""Lesion measures of a run's cases, measured once and kept beside the run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hyoid.cohort import Case
from hyoid.features import LESIONS, MEASURES, feature_table, radiomics_columns, with_measures
from hyoid.files import write_text
from hyoid.recipe import Recipe

LESION_TABLE = "lesion-measures.csv"

_MEASURED = [f"{lesion}_{measure}" for lesion in LESIONS for measure in MEASURES]


def add_lesion_measures(
    recipe: Recipe, cases: Sequence[Case], out: Path, jobs: int
) -> tuple[list[Case], dict[str, str]]:
    """Return the cases with the recipe's lesion measures, and `{id: reason}` of those whose lesions cannot be measured.

    Without a mask, or where an image cannot be read, all measures are missing: with `inputs.missing: fill` the
    encoder's policy takes over, with `refuse` the case is left out. The table is kept in `out` and read back by a
    resumed run.
    """
    if recipe.inputs.lesions is None:
        return list(cases), {}
    import pandas as pd

    path, lesions = out / LESION_TABLE, recipe.inputs.lesions
    columns = [*_MEASURED, *(() if lesions.radiomics is None else radiomics_columns(lesions.radiomics))]
    if not path.is_file() or not set(columns) <= set(pd.read_csv(path, nrows=0).columns):  # of an older version
        found = feature_table(cases, images=lesions.images, radiomics=lesions.radiomics, jobs=jobs)
        write_text(path, found.to_csv(index=False))
    rows = pd.read_csv(path, dtype={"PatientID": str}, float_precision="round_trip").to_dict("records")
    table: dict[str, dict[Any, Any]] = {str(row["PatientID"]): row for row in rows}
    measured, excluded = [], {}
    for case in cases:
        values = {name: float(table[case.id][name]) for name in columns}
        if all(map(math.isnan, values.values())) and recipe.inputs.missing == "refuse":
            excluded[case.id] = str(table[case.id]["Notes"])
        else:
            measured.append(with_measures(case, values, lesions.columns))
    return measured, excluded
