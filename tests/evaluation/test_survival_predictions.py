from pathlib import Path

import pandas as pd
import pytest

from hyoid.errors import CohortError
from hyoid.evaluation.survival_predictions import PredictedSurvival, read_survival_predictions

HEADER = "PatientID,rfs_risk,rfs_survival_730,rfs_survival_365"


def _csv(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "predictions.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_a_csv_and_a_data_frame_read_alike(tmp_path: Path) -> None:
    expected = {
        "A-1": PredictedSurvival(-0.5, {365.0: 0.75, 730.0: 0.5}, "0", "low"),
        "A-2": PredictedSurvival(1e3, {365.0: 1.0, 730.0: 1.0}, None, None),
    }
    header = f"{HEADER},fold,rfs_group,rfs_survival_365_spread,comment"
    found = read_survival_predictions(_csv(tmp_path, "A-1,-0.5,0.5,0.75,0,low,x,", "A-2,1000,1,1,,,,", header=header))
    assert found == expected
    assert [list(row.survival) for row in found.values()] == [[365.0, 730.0]] * 2
    frame = pd.DataFrame(
        {
            "PatientID": ["A-1", "A-2"],
            "rfs_risk": [-0.5, 1000],
            "rfs_survival_365": [0.75, 1],
            "rfs_survival_730": [0.5, 1],
            "fold": ["0", None],
            "rfs_group": ["low", None],
        }
    )
    assert read_survival_predictions(frame) == expected
    assert read_survival_predictions(frame[["PatientID", "rfs_risk"]])["A-1"] == PredictedSurvival(-0.5)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A-1,0.5,0.5,0.5", "two predictions for A-1"),
        ("A-2,nan,0.5,0.5", "A-2: rfs_risk 'nan'; expected a finite number, higher is worse"),
        ("A-2,inf,0.5,0.5", "A-2: rfs_risk 'inf'"),
        ("A-2,high,0.5,0.5", "A-2: rfs_risk 'high'"),
        ("A-2,,0.5,0.5", "A-2: rfs_risk ''"),
        ("A-2,1,0.5,1.5", "A-2: rfs_survival_365 '1.5'; expected a number from 0 to 1"),
        ("A-2,1,-0.1,0.5", "A-2: rfs_survival_730 '-0.1'"),
        ("A-2,1,,0.5", "A-2: rfs_survival_730 ''"),
        ("A-2,1,0.6,0.5", "A-2: a survival of 0.5 at 365 days and of 0.6 at 730 days"),
        (",1,0.5,0.5", "without id"),
        ("A-2,1,0.5,0.5,7", "more cells than columns in line 3"),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(CohortError, match=said):
        read_survival_predictions(_csv(tmp_path, "A-1,0.5,0.5,0.5", row))


def test_wrong_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="no column rfs_risk among PatientID, hpv_probability"):
        read_survival_predictions(_csv(tmp_path, "A-1,0.5", header="PatientID,hpv_probability"))
    for column in ("rfs_survival_0", "rfs_survival_365.0"):
        with pytest.raises(CohortError, match=f"the column {column}; expected each horizon once, above 0 days"):
            read_survival_predictions(_csv(tmp_path, "A-1,1,1,1,1", header=f"{HEADER},{column}"))
    with pytest.raises(CohortError, match="no file"):
        read_survival_predictions(tmp_path / "none.csv")
