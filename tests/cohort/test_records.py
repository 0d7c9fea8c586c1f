from pathlib import Path

import pytest

from hyoid.cohort.columns import ColumnMap
from hyoid.cohort.records import Records, read_records
from hyoid.cohort.table import read_table
from hyoid.errors import CohortError


def _records(folder: Path, *contents: str, required: bool = True, **settings) -> Records:
    tables = []
    for k, content in enumerate(contents):
        path = folder / f"t{k}.csv"
        path.write_text(content)
        tables.append(read_table(path))
    return read_records(tables, ColumnMap.model_validate(settings), required=required)


def _codes(records: Records) -> list[str]:
    return [problem.code for problem in records.problems]


def test_a_full_table(tmp_path) -> None:
    header = (
        "PatientID,CenterID,Age,Gender,Tobacco Consumption,Alcohol Consumption,Performance Status,Treatment,M-stage,"
        "Relapse,RFS (days),HPV Status,Weight\n"
    )
    read = _records(tmp_path, header + "CHUM-1,1,60.0,1.0,,NaN,2,0,M0,1,812,0,81.5\n")
    record = read.by_id["CHUM-1"]
    assert record.clinical == {
        "age": 60,
        "gender": 1,
        "performance_status": 2,
        "treatment": 0,
        "m_stage": "M0",
        "weight": 81.5,
    }
    assert (record.center, record.relapse, record.rfs, record.hpv) == (1, True, 812, False)
    assert read.problems == read.notes == []


def test_several_tables_fill_each_other_and_contradictions_are_said(tmp_path) -> None:
    one = "PatientID,Age,Gender\nA,60,1\nB,50,\n"
    two = "PatientID,Age,Gender,HPV Status\nA,60.0,0,1\nB,50,0,\nC,40,1,0\n"
    read = _records(tmp_path, one, two)
    assert read.by_id["A"].clinical == {"age": 60, "gender": 1}
    assert read.by_id["A"].hpv is True
    assert read.by_id["B"].clinical == {"age": 50, "gender": 0}
    assert sorted(read.by_id) == ["A", "B", "C"]
    assert _codes(read) == ["conflicting-values"]
    assert read.problems[0].case == "A"
    assert "gender (1 and 0)" in read.problems[0].found


def test_one_bad_patient_never_stops_the_rest(tmp_path) -> None:
    rows = "A,600,1,M0,1,\nB,abc,7,M9,0,900\nC,50,1,M0,,\nC,50,1,M0,,\nD,51,0,Mx,,\nD,52,0,Mx,,\n,40,1,M0,0,800\n"
    read = _records(tmp_path, "PatientID,Age,Gender,M-stage,Relapse,RFS (days)\n" + rows)
    found = [(p.code, p.case) for p in read.problems]
    assert found == [
        ("out-of-range", "A"),
        ("event-without-time", "A"),
        ("bad-value", "B"),
        ("out-of-range", "B"),
        ("bad-value", "B"),
        ("duplicate-id", "C"),
        ("duplicate-id", "D"),
        ("row-without-id", None),
    ]
    assert read.by_id["A"].clinical == {"gender": 1, "m_stage": "M0"}
    assert read.by_id["B"].clinical == {}
    assert read.by_id["D"].clinical["age"] == 51
    assert "equal rows" in read.problems[5].found
    assert "differ" in read.problems[6].found
    assert read.problems[7].found == "1 row(s) of t0.csv without a patient id"


def test_spoken_missing_values_are_counted(tmp_path) -> None:
    read = _records(tmp_path, "id,Treatment,Site\na,unknown,unknown\nb,unknown,N/A\nc,1,Larynx\n")
    assert read.notes == [
        "Column site: 1 value(s) 'unknown' were read as missing.",
        "Column treatment: 2 value(s) 'unknown' were read as missing.",
    ]


def test_two_columns_for_one_value(tmp_path) -> None:
    read = _records(tmp_path, "id,Gender,sex\na,1,0\n")
    assert read.by_id["a"].clinical == {"gender": 1}
    assert _codes(read) == ["ambiguous-column"]


def test_rows_with_too_many_cells_are_reported(tmp_path) -> None:
    read = _records(tmp_path, "id,Age\na,60,oops\nb,61\n")
    assert list(read.by_id) == ["b"]
    assert _codes(read) == ["overlong-row"]
    assert "lines 2" in read.problems[0].found


def test_tables_without_ids(tmp_path) -> None:
    with pytest.raises(CohortError, match=r"\['name', 'x'\].*a column of patient ids"):
        _records(tmp_path, "name,x\na,1\n")
    read = _records(tmp_path, "name,x\na,1\n", required=False)
    assert (read.by_id, _codes(read)) == ({}, ["table-without-id"])
    assert list(_records(tmp_path, "name,x\na,1\n", "id,Age\nb,60\n").by_id) == ["b"]
    assert list(_records(tmp_path, "name,Age\nb,60\n", id="name").by_id) == ["b"]


def test_renamed_coded_ignored_and_foreign_missing_values(tmp_path) -> None:
    read = _records(
        tmp_path,
        "nr,Geschlecht,Alter,HPV,Raucher,junk\n1,m,-9,+,1.0,x\n2,w,61,-,2,y\n",
        id="nr",
        columns={"Geschlecht": "gender", "Alter": "age", "Raucher": "tobacco"},
        codings={"gender": {"m": 1, "w": 0}, "hpv": {"+": 1, "-": 0}, "Raucher": {"1": 1, "2": 0}},
        missing=["-9"],
        ignore=["junk"],
    )
    assert read.by_id["1"].clinical == {"gender": 1, "tobacco": 1}
    assert read.by_id["2"].clinical == {"gender": 0, "age": 61, "tobacco": 0}
    assert [read.by_id[i].hpv for i in "12"] == [True, False]
    assert read.problems == []


def test_a_column_that_no_table_has_is_refused_with_the_nearest(tmp_path) -> None:
    with pytest.raises(CohortError, match=r"no column 'Alterr'.*did you mean 'Alter'"):
        _records(tmp_path, "id,Alter\n1,60\n", columns={"Alterr": "age"})


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ({"ids": ["a", "z"]}, ["b", "c", "d"]),
        ({"column": "site", "is_in": ["larynx"]}, ["a", "d"]),
        ({"column": "site", "not_in": ["Larynx"]}, ["b", "c"]),
        ({"column": "site", "is_in": [None]}, ["a", "b", "c"]),
        ({"column": "surgery", "is_in": [1]}, ["a", "b", "d"]),
    ],
)
def test_drop_rules(tmp_path, rule, left) -> None:
    table = "id,site,surgery\na,Oropharynx,0\nb,Larynx,0.0\nc,Larynx,1.0\nd,,\n"
    read = _records(tmp_path, table, drop=[rule | {"reason": "because"}])
    assert list(read.by_id) == left
    assert read.notes == [f"{4 - len(left)} row(s) of t0.csv dropped: because."]


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ({"not_in": ["+", "-"]}, ["a", "b"]),
        ({"is_in": ["N/A"]}, ["a", "b", "d"]),
        ({"is_in": ["-"]}, ["a", "c", "d"]),
        ({"is_in": [None]}, ["a"]),
    ],
)
def test_a_listed_word_for_missing_stands_for_itself_in_a_drop_rule(tmp_path, rule, left) -> None:
    table = "id,site,hpv\na,x,+\nb,x,-\nc,x,N/A\nd,x,\n"
    read = _records(tmp_path, table, drop=[rule | {"column": "hpv", "reason": "because"}])
    assert list(read.by_id) == left


def test_columns_of_every_endpoint_are_no_clinical_values(tmp_path) -> None:
    endpoints = {
        "one": {"first_of": [{"event": "lr", "time": "t"}], "follow_up": "fu"},
        "two": {"first_of": [{"event": "death", "time": "td"}], "follow_up": "fu"},
    }
    table = "id,Age,lr,t,death,td,fu,RFS\na,60,1,10,1,30,20,99\n"
    read = _records(tmp_path, table, endpoints=endpoints, endpoint="two", rfs_unit="months")
    assert read.by_id["a"].clinical == {"age": 60}
    assert read.by_id["a"].rfs == pytest.approx(30 * 365.25 / 12)
    assert _codes(read) == ["follow-up-before-event"]


def test_center_column_and_decimal_comma(tmp_path) -> None:
    read = _records(
        tmp_path, "id;haus;CenterID;Weight\n1;CHUM;4;81,5\n", center={"column": "haus"}, decimal=",", rfs_unit="days"
    )
    assert (read.by_id["1"].center, read.by_id["1"].clinical) == ("CHUM", {"weight": 81.5})
