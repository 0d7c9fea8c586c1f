from pathlib import Path

import pandas as pd
import pytest

from hyoid.errors import CohortError
from hyoid.evaluation.classification_cases import Predicted, match, named, read_predictions

HEADER = "PatientID,hpv_probability,hpv_decision"


def _csv(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "predictions.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_a_csv_and_a_data_frame_read_alike(tmp_path: Path) -> None:
    expected = {"A-1": Predicted(0.75, True, "0"), "A-2": Predicted(0.25, False, "1")}
    header = f"{HEADER},fold,hpv_probability_raw,comment"
    path = _csv(tmp_path, "A-1,0.75,True,0,0.8,x", "A-2,0.25,false,1,,", header=header)
    assert read_predictions(path) == expected
    frame = pd.DataFrame(
        {"PatientID": ["A-1", "A-2"], "hpv_probability": [0.75, 0.25], "hpv_decision": [True, False], "fold": [0, 1]}
    )
    assert read_predictions(frame) == expected
    assert read_predictions(frame.assign(hpv_decision=[1.0, 0.0])) == expected
    assert read_predictions(frame.drop(columns="fold"))["A-1"].fold is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A-1,0.5,0", "two predictions for A-1"),
        ("A-2,1.5,1", "A-2: hpv_probability '1.5'"),
        ("A-2,nan,1", "A-2: hpv_probability 'nan'"),
        ("A-2,high,1", "a number from 0 to 1"),
        ("A-2,,1", "A-2: hpv_probability ''"),
        ("A-2,0.5,maybe", "A-2: hpv_decision 'maybe'"),
        ("A-2,0.5,0.7", "true or false"),
        ("A-2,0.5,", "true or false"),
        (",0.5,1", "without id"),
        ("A-2,0.5,1,7", "more cells than columns in line 3"),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(CohortError, match=said):
        read_predictions(_csv(tmp_path, "A-1,0.5,1", row))


def test_wrong_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="no column hpv_decision among"):
        read_predictions(_csv(tmp_path, "A-1,0.5", header="PatientID,hpv_probability"))
    with pytest.raises(CohortError, match="hpv_probability_raw '3'"):
        read_predictions(_csv(tmp_path, "A-1,0.5,1,3", header=f"{HEADER},hpv_probability_raw"))
    with pytest.raises(CohortError, match="no file"):
        read_predictions(tmp_path / "none.csv")


def test_who_is_evaluated_and_who_is_not() -> None:
    predicted = {name: Predicted(0.5, True, None) for name in ("b", "a", "unknown", "stranger")}
    truth = {"a": (True, "X"), "b": (False, None), "unknown": (None, "X"), "silent": (True, "Y"), "both": (None, None)}
    found = match(predicted, truth)
    assert [(case.id, case.center, case.hpv) for case in found.cases] == [("a", "X", True), ("b", None, False)]
    assert (found.unknown, found.without_truth, found.without_prediction) == (("unknown",), ("stranger",), ("silent",))
    assert [case.center for case in match(predicted, truth, centers={"b": "Z"}).cases] == [None, "Z"]


def test_no_overlap_is_refused() -> None:
    predicted = {f"P-{k}": Predicted(0.5, True, None) for k in range(7)}
    with pytest.raises(CohortError, match=r"P-4 and 2 more and a known HPV status for no patient"):
        match(predicted, {"P-0": (None, None)})
    assert named(["a", "b"]) == "a, b"


def test_the_truth_is_a_table_or_a_cohort(tmp_path: Path) -> None:
    table = tmp_path / "known.csv"
    table.write_text("PatientID,HPV Status,CenterID\nCHUM-001,1,1\nMDA-002,0,5\nMDA-003,,5\n")
    predicted = {name: Predicted(0.5, True, None) for name in ("CHUM-001", "MDA-002", "MDA-003")}
    found = match(predicted, table)
    assert [(case.id, case.center, case.hpv) for case in found.cases] == [
        ("CHUM-001", "CHUM", True),
        ("MDA-002", "MDA", False),
    ]
    assert found.unknown == ("MDA-003",)
    foreign = tmp_path / "foreign.csv"
    foreign.write_text("PatientID,p16\nCHUM-001,1\nMDA-002,0\nMDA-003,\n")
    columns = tmp_path / "columns.yaml"
    columns.write_text("columns: {p16: hpv}\n")
    assert match(predicted, foreign, columns).cases == found.cases
