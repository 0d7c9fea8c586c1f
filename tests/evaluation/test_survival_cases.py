from pathlib import Path

import pytest

from hyoid.cohort import read_cohort
from hyoid.errors import CohortError
from hyoid.evaluation.survival_cases import SurvivalCase, match_survival, read_outcomes
from hyoid.evaluation.survival_predictions import PredictedSurvival

PREDICTED = {name: PredictedSurvival(0.5, {365.0: 0.9}, "0", "low") for name in ("b", "a", "unknown", "stranger")}


def test_who_is_evaluated_and_who_is_not() -> None:
    truth = {
        "a": (True, 100.0, "X"),
        "b": (False, 0.0, None),
        "unknown": (None, 50.0, "X"),
        "silent": (True, 70.0, "Y"),
        "timeless": (True, None, "Y"),
    }
    found = match_survival(PREDICTED, read_outcomes(truth))
    assert found.cases == (
        SurvivalCase("a", "X", True, 100.0, 0.5, {365.0: 0.9}, "0", "low"),
        SurvivalCase("b", None, False, 0.0, 0.5, {365.0: 0.9}, "0", "low"),
    )
    assert (found.unknown, found.without_truth, found.without_prediction) == (("unknown",), ("stranger",), ("silent",))
    moved = match_survival(PREDICTED, read_outcomes(truth), {"b": "Z"})
    assert [case.center for case in moved.cases] == [None, "Z"]


def test_no_overlap_and_impossible_times_are_refused() -> None:
    with pytest.raises(CohortError, match="a known outcome for no patient"):
        match_survival(PREDICTED, read_outcomes({"a": (None, 5.0, None)}))
    for days in (-1.0, float("nan"), float("inf")):
        with pytest.raises(CohortError, match="a: a time of"):
            read_outcomes({"a": (True, days, None)})


def test_a_table_or_a_cohort_is_read_and_its_faults_are_told(tmp_path: Path) -> None:
    table = tmp_path / "known.csv"
    rows = ["a,1,500", "b,0,600", "silent,1,-3", "late,0,700", "timeless,1,", "open,,400"]
    table.write_text("\n".join(["PatientID,Relapse,RFS", *rows]) + "\n")
    found = read_outcomes(table)
    assert {name: (event, days) for name, (event, days, _) in found.known().items()} == {
        "a": (True, 500.0),
        "b": (False, 600.0),
        "late": (False, 700.0),
    }
    assert read_outcomes(read_cohort(table)) == found
    said = " ".join(found.notes)
    for piece in (
        "1 patient(s) with a value outside the possible range, read as missing (silent)",
        "2 patient(s) with a recurrence without its time, the outcome is read as missing (silent, timeless)",
        "1 patient(s) with a survival time without the event status",
    ):
        assert piece in said


def test_months_become_days_and_a_guess_is_told(tmp_path: Path) -> None:
    table = tmp_path / "known.csv"
    table.write_text("PatientID,Relapse,RFS\n" + "".join(f"p{k},{k % 2},{10 + k}\n" for k in range(20)))
    guessed = read_outcomes(table)
    assert guessed.known()["p0"][1] == pytest.approx(10 * 30.4375, rel=0.01)
    assert "RFS without a unit" in guessed.notes[0]
    columns = tmp_path / "columns.yaml"
    columns.write_text("rfs_unit: months\n")
    assert read_outcomes(table, columns).notes == ()
    assert read_outcomes(table, columns).by_id == guessed.by_id
