import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.cohort import read_clinical_json, read_hpv_json
from hyoid.cohort.clinical import CellReader
from hyoid.cohort.values import typed
from hyoid.errors import CohortError


def _json(folder, value) -> object:
    path = folder / "ehr.json"
    path.write_text(json.dumps(value))
    return path


def test_the_challenges_sample(tmp_path) -> None:
    sample = {
        "Age": 71,
        "Gender": 1,
        "Tobacco Consumption": 0,
        "Alcohol Consumption": 1,
        "Performance Status": 0,
        "Treatment": 1,
        "M-stage": "M0",
        "CenterID": 5,
        "HPV Status": 1,
    }
    assert read_clinical_json(_json(tmp_path, sample)) == {
        "age": 71,
        "gender": 1,
        "tobacco": 0,
        "alcohol": 1,
        "performance_status": 0,
        "treatment": 1,
        "m_stage": "M0",
    }


def test_missing_values_have_no_key_and_types_are_one(tmp_path) -> None:
    record = {"Age": None, "Gender": "0.0", "Tobacco Consumption": False, "M-stage": "NaN", "Alcohol Consumption": ""}
    assert read_clinical_json(_json(tmp_path, record | {"Weight (kg)": "81.5"})) == {
        "gender": 0,
        "tobacco": 0,
        "weight_kg": 81.5,
    }


def test_an_impossible_value_is_refused_or_collected(tmp_path) -> None:
    path = _json(tmp_path, {"Age": 710, "Gender": [1], "M-stage": "M7", "Treatment": 1})
    with pytest.raises(CohortError, match=r"age = 710 in .*ehr\.json; expected 0 to 120 years"):
        read_clinical_json(path)
    problems = []
    assert read_clinical_json(path, problems) == {"treatment": 1}
    assert [(p.code, p.found) for p in problems] == [
        ("out-of-range", "age = 710"),
        ("bad-value", "gender = [1]"),
        ("bad-value", "m_stage = 'M7'"),
    ]


@pytest.mark.parametrize(("content", "message"), [("{", "no JSON"), ("[1]", "a JSON list")])
def test_other_files_are_refused(tmp_path, content, message) -> None:
    path = tmp_path / "ehr.json"
    path.write_text(content)
    with pytest.raises(CohortError, match=message):
        read_clinical_json(path)
    with pytest.raises(CohortError, match="no file at"):
        read_clinical_json(tmp_path / "none.json")


def test_codings_come_before_missing_texts() -> None:
    reader = CellReader({"hpv": {"-": 0, "+": 1, "2": None}}, missing=["TBD"])
    assert [reader.read("hpv", text) for text in ("-", "+", "2", "2.0", "TBD", "")] == [0, 1, None, None, None, None]
    assert reader.read("age", "-") is None
    assert reader.spoken == {("age", "-"): 1}
    assert reader.problems == []


@settings(deadline=None)
@given(name=st.sampled_from(["age", "gender", "m_stage", "hpv", "rfs", "relapse", "own"]), cell=st.text())
def test_no_text_breaks_the_reader(name, cell) -> None:
    reader = CellReader()
    value = reader.read(name, cell, "p")
    assert (value is not None) != (typed(cell) is None or bool(reader.problems))
    assert all(problem.case == "p" for problem in reader.problems)


def test_a_column_that_stands_twice_is_refused_whatever_its_names(tmp_path: Path) -> None:
    path = tmp_path / "ehr.json"
    for text in ('{"Age": 61, "Age": 20}', '{"Age": 61, "age": 20}', '{"Gender": 1, "sex": 0}'):
        path.write_text(text)
        with pytest.raises(CohortError, match="more than once"):
            read_clinical_json(path)


@pytest.mark.parametrize(
    ("record", "status"),
    [
        ({"HPV Status": 1}, True),
        ({"hpv": "0"}, False),
        ({"HPV Status": None}, None),
        ({"HPV Status": "N/A"}, None),
        ({"Age": 61}, None),
    ],
)
def test_hpv_status_stands_beside_the_record(tmp_path: Path, record: dict[str, object], status: bool | None) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record))
    problems: list = []
    assert read_hpv_json(path, problems) is status
    assert problems == []
    assert "hpv" not in read_clinical_json(path)


def test_an_impossible_hpv_status_is_unknown_and_told(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text('{"HPV Status": 7}')
    problems: list = []
    assert read_hpv_json(path, problems) is None
    assert problems[0].found == "hpv = 7"
