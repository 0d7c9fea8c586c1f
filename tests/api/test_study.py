import json
from pathlib import Path

from hyoid.api.study import single_study, unused_keys


def record(folder: Path, **values: object) -> Path:
    path = folder / "record.json"
    path.write_text(json.dumps(values))
    return path


def test_a_key_that_nothing_reads_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = record(tmp_path, Agee=70, Gender=1, **{"M-stage": "M0", "HPV Status": 1, "PatientID": "a", "CenterID": 1})
    assert single_study(None, None, path, None, None, None)[0].clinical["gender"] == 1
    (note,) = unused_keys(path, {"age", "gender"})
    assert note == "The key 'Agee' of the clinical record is no column that is read: did you mean 'age'?"


def test_a_models_own_column_is_read_and_outcomes_are_not(tmp_path: Path) -> None:
    path = record(tmp_path, Age=70, Site="larynx", Relapse=1, **{"RFS (days)": 90})
    assert unused_keys(path, {"age", "site"}) == [
        "Relapse and RFS (days): an outcome is no input of a prediction; not used."
    ]
    assert "'Site'" in unused_keys(path, {"age"})[1]
