"""`hyoid train` on a table that cannot be read as it stands: what it says first, and what the bundle keeps."""

import sys
from pathlib import Path

import pytest

from hyoid.cli import main
from hyoid.files import read_json
from support.hpv import write_table
from support.rfs import outcome_records

RECIPE = ("--recipe", "rfs-lesions:clinical", "--device", "cpu", "--quiet")
EVENTS = ("ACEN-000", "BCEN-003", "CCEN-007", "ACEN-010")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Times in months without a unit, four recurrences, two ages with their unit, one outcome in words."""
    rows = outcome_records(30)
    for case, row in rows.items():
        row |= {"Relapse": int(case in EVENTS), "RFS": round(float(str(row["RFS"])) / 30.4375 + 5, 2)}
    for case in ("BCEN-004", "CCEN-006"):
        rows[case]["Age"] = f"{rows[case]['Age']} years"
    rows["CCEN-008"]["Relapse"] = "No recurrence"
    return write_table(tmp_path / "own.csv", rows)


def train(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["hyoid", "train", *map(str, arguments), *RECIPE])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def test_what_could_not_be_read_is_said_first_and_kept_in_the_bundle(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    split = ("--set", "split={name: kfold, folds: 2}")
    assert train(monkeypatch, table, "--out", tmp_path / "run", *split) == 0
    shown = capsys.readouterr().out.splitlines()
    unit = next(line for line in shown if "RFS without a unit" in line)
    age = next(line for line in shown if "first: age = " in line)
    assert unit.startswith("note: Found RFS without a unit")
    assert "read as months" in unit
    assert age.startswith("note: 2 patient(s) with a value that cannot be understood")
    assert " years'" in age
    opening = next(k for k, line in enumerate(shown) if line.startswith("29 patients, 4 with a recurrence, median"))
    left_out = shown.index("left out CCEN-008: outcome unknown (relapse = 'No recurrence')")
    assert shown.index(unit) < opening < left_out
    assert any("Only 4 of 29 patients had the event: no interval" in line for line in shown)
    assert any(line.startswith("c_index: ") and "(no interval, n = " in line for line in shown)
    assert len(shown) == len(set(shown))
    kept = read_json(tmp_path / "run" / "bundle" / "manifest.json")["cohort"]["notes"]
    assert {unit.removeprefix("note: "), age.removeprefix("note: ")} <= set(kept)
    card = (tmp_path / "run" / "bundle" / "card.md").read_text()
    assert unit.removeprefix("note: ") in card
    assert "| none |" in card


def test_the_reason_stands_above_the_error_where_nobody_is_left(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *rows = table.read_text().splitlines()
    column = header.split(",").index("Relapse")
    cells = [row.split(",") for row in rows]
    table.write_text("\n".join([header, *(",".join([*c[:column], "Recurred", *c[column + 1 :]]) for c in cells)]))
    assert train(monkeypatch, table, "--out", tmp_path / "run") == 2
    shown = capsys.readouterr()
    assert "30 patient(s) with a value that cannot be understood" in shown.out
    assert "none of them usable (outcome unknown (relapse = 'Recurred'))" in " ".join(shown.err.split())
