"""Counts against the table that the cohort was read from."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from hyoid.benchmark.checklists import patients
from hyoid.benchmark.checklists.known import Known
from hyoid.cohort import Problem
from support.checklists import KnownOf


def test_centers(known: Known, table: pd.DataFrame) -> None:
    sizes = table["center"].value_counts()
    expected = f"59 patients of 3 centres: ACEN ({sizes['ACEN']}), BCEN ({sizes['BCEN']}) and CCEN ({sizes['CCEN']})."
    assert patients.centers(known).startswith(f"{expected} External cohort: 24 patients of 3 centres: XACEN (")
    unknown = replace(known, external=None, cases=tuple(replace(case, center=None) for case in known.cases[:2]))
    assert patients.centers(unknown) == "2 patients of 1 centre: unknown (2)."


def test_excluded_by_reason(known: Known) -> None:
    assert patients.excluded(known) == (
        "60 patients, less 1 for all recipes (1: hpv-logistic:clinical: HPV status unknown)."
    )
    everybody = replace(known, result=replace(known.result, excluded={}))
    assert patients.excluded(everybody) == "59 patients, none of them left out."
    set_aside = {"a": "a copy", "b": "a copy", "c": "no lesion"}
    aside = replace(everybody, runs=tuple(replace(run, excluded=set_aside) for run in known.runs))
    assert patients.excluded(aside).endswith(" Training set 3 more aside (2: a copy; 1: no lesion).")


def test_events_by_center(known: Known, table: pd.DataFrame) -> None:
    words = patients.events(known).split(" External cohort: ")[0]
    for name, column in (("HPV-positive", "HPV Status"), ("recurrence", "Relapse")):
        assert f"{name}: {int(table[column].sum())} of 59 with" in words
        for center, own in table.groupby("center"):
            assert f"{center} {int(own[column].sum())} of {len(own)}" in words
    case = replace(known.cases[0], hpv=None, relapse=None)
    blind = patients.events(replace(known, cases=(case,), external=None))
    assert blind == "HPV-positive: 0 of 0 with a known status; recurrence: 0 of 0 with a known outcome."


def test_expert_label_maps_are_counted(known: Known, known_of: KnownOf, tmp_path: Path) -> None:
    segmenting = replace(known_of("baseline-unet"), cases=(replace(known.cases[0], mask=tmp_path), known.cases[1]))
    assert patients.events(segmenting) == "expert label map: 1 of 2 patients."


def test_follow_up_is_that_of_patients_without_recurrence(known: Known, table: pd.DataFrame, known_of: KnownOf) -> None:
    days = table.loc[table["Relapse"] == 0, "RFS"]
    expected = f"{len(days)} patients without a recurrence, followed for a median of {days.median():.0f} days"
    assert patients.follow_up(known).startswith(f"{expected} ({days.min():g} to {days.max():g}).")
    assert patients.follow_up(known_of("hpv-logistic")) is None


def test_characteristics(known: Known, table: pd.DataFrame) -> None:
    age, men = table["Age"], int(table["Gender"].sum())
    assert patients.characteristics(known).startswith(
        f"age: median {age.median():g} years ({age.min()} to {age.max()}), 59 known; male: {men} of 59 known. External"
    )
    bare = tuple(replace(case, clinical={}) for case in known.cases)
    assert patients.characteristics(replace(known, cases=bare, external=None)) is None


def test_quality_counts_the_reader_s_faults(known: Known) -> None:
    fault = Problem("bad-value", "age = 'old'", "a number", "Correct it.", "ACEN-001", "age")
    faulty = replace(known, cohort=replace(known.cohort, problems=(fault, fault)))
    assert patients.quality(faulty) == "Reading the cohort met: a value that cannot be understood, read as missing (2)."
    assert (
        patients.quality(replace(known, cohort=replace(known.cohort, problems=())))
        == "Reading the cohort met no fault."
    )


def test_external_patients_or_that_there_are_none(known: Known) -> None:
    assert patients.external(known).startswith("24 patients of 3 centres: XACEN (9)")
    assert "not predicted" not in patients.external(known)
    rows = tuple(replace(row, notes=("X1 not predicted: no PET",)) for row in known.result.rows)
    noted = patients.external(replace(known, result=replace(known.result, rows=rows)))
    assert noted.endswith(": X1 not predicted: no PET.")
    assert patients.external(replace(known, external=None)).startswith("There is no external cohort")
