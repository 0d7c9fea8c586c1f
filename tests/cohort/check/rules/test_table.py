from collections.abc import Callable
from pathlib import Path

import pytest

from hyoid.cohort import PROBLEM_CODES, Problem, read_cohort
from hyoid.cohort.check import check_cohort
from hyoid.cohort.check.rules.table import ADVICE, finding_of

HEADER = [
    "PatientID", "CenterID", "Age", "Gender", "Tobacco Consumption", "Alcohol Consumption",
    "Performance Status", "Treatment", "M-stage", "Relapse", "RFS (days)",
]  # fmt: skip
ROW = ["", "1", "60", "1", "0", "1", "0", "1", "M0", "0", "900"]


def _table(tmp_path: Path, header: list[str], rows: list[list[str]]) -> list[str]:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(",".join(line) for line in [header, *rows]) + "\n")
    return _codes(path)


def _codes(path: Path, columns: Path | None = None) -> list[str]:
    """What `check` finds in a table, but that it is a table alone."""
    codes = [finding.code for finding in check_cohort(read_cohort(path, columns))]
    codes.remove("table-alone")
    return codes


def _row(identifier: str, **values: str) -> list[str]:
    by_name = dict(zip(HEADER, ROW, strict=True)) | {"PatientID": identifier} | values
    return [by_name[name] for name in HEADER]


def test_the_clean_table_has_no_finding(tmp_path: Path) -> None:
    rows = [_row("CHUM-001"), _row("CHUM-002", **{"Relapse": "1", "RFS (days)": "400"}), _row("CHUM-003", Age="")]
    assert _table(tmp_path, HEADER, rows) == []


Change = Callable[[list[str], list[list[str]]], None]


def _rename_rfs(header: list[str], rows: list[list[str]]) -> None:
    header[-1] = "RFS"


def _rename_rfs_in_months(header: list[str], rows: list[list[str]]) -> None:
    header[-1] = "RFS"
    for row in rows:
        row[-1] = "24"


def _rename_rfs_in_doubt(header: list[str], rows: list[list[str]]) -> None:
    header[-1] = "RFS"
    for row in rows:
        row[-1] = "100"


def _drop_age(header: list[str], rows: list[list[str]]) -> None:
    for line in (header, *rows):
        del line[2]


def _repeat_row(header: list[str], rows: list[list[str]]) -> None:
    rows.append(list(rows[0]))


def _event_without_time(header: list[str], rows: list[list[str]]) -> None:
    rows[0][9:] = ["1", ""]


def _set(row: int, column: int, value: str) -> Change:
    def change(header: list[str], rows: list[list[str]]) -> None:
        rows[row][column] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_repeat_row, "duplicate-id"),
        (_drop_age, "missing-column"),
        (_rename_rfs, "rfs-unit-told"),
        (_rename_rfs_in_months, "rfs-unit-guessed"),
        (_rename_rfs_in_doubt, "rfs-unit-in-doubt"),
        (_event_without_time, "event-without-time"),
        (_set(0, 9, ""), "time-without-event"),
        (_set(0, 10, ""), "status-without-time"),
        (_set(0, 8, "M7"), "bad-value"),
        (_set(0, 2, "450"), "out-of-range"),
    ],
)
def test_faults_of_the_table(tmp_path: Path, change: Change, code: str) -> None:
    header, rows = list(HEADER), [_row(f"CHUM-{i:03d}") for i in range(1, 4)]
    change(header, rows)
    assert _table(tmp_path, header, rows) == [code]


def test_follow_up_shorter_than_the_event(tmp_path: Path) -> None:
    """A foreign table with dates of event and of last follow-up, described by a column map."""
    path = tmp_path / "table.csv"
    columns = tmp_path / "columns.yaml"
    columns.write_text(
        "rfs_unit: days\nendpoints:\n  rfs: {first_of: [{event: lr, time: lr_days}], follow_up: last_days}\n"
    )
    header = "PatientID,Age,Gender,Tobacco,Alcohol,Performance Status,Treatment,M-stage,lr,lr_days,last_days\n"
    rows = "CHUM-001,60,1,0,0,0,1,M0,1,500,{}\nCHUM-002,50,0,0,0,0,1,M0,0,,900\n"
    for last, expected in (("900", []), ("450", ["follow-up-before-event"])):
        path.write_text(header + rows.format(last))
        assert _codes(path, columns) == expected


def test_every_problem_of_the_reader_has_words_and_becomes_a_finding() -> None:
    assert set(ADVICE) == set(PROBLEM_CODES)
    for code in PROBLEM_CODES:
        finding = finding_of(Problem(code, "this", "that", "Do so.", "CHUM-001"))
        assert (finding.code, finding.found, finding.case) == (code, "this", "CHUM-001")
