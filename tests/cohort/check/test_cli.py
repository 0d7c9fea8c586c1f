import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from hyoid.cli.check import check

APP = typer.Typer()
APP.command()(check)

HEADER = "PatientID,CenterID,Age,Gender,Tobacco Consumption,Alcohol Consumption,Performance Status,Treatment,M-stage"
ROW = "{},1,60,1,0,1,0,1,M0"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("\n".join([HEADER, ROW.format("CHUM-001"), ROW.format("CHUM-002")]) + "\n")
    return path


def test_clean(table: Path) -> None:
    result = CliRunner().invoke(APP, [str(table), "--strict", "--quiet"])
    assert result.exit_code == 0
    assert "2 cases checked: 0 error, 0 warning, 1 info." in result.stdout
    assert "table-alone" in result.stdout


def test_warnings_fail_only_when_strict(table: Path) -> None:
    table.write_text(table.read_text().replace("M-stage", "M_stage_of_old"))
    assert CliRunner().invoke(APP, [str(table)]).exit_code == 0
    result = CliRunner().invoke(APP, [str(table), "--strict"])
    assert result.exit_code == 2
    assert "missing-column" in result.stdout


def test_errors_fail(table: Path) -> None:
    table.write_text(table.read_text() + ROW.format("CHUM-001").replace("60", "61") + "\n")
    result = CliRunner().invoke(APP, [str(table)])
    assert result.exit_code == 2
    assert "1 error" in result.stdout


def test_json_alone_on_standard_output(table: Path) -> None:
    table.write_text(table.read_text().replace("60", "[60]"))
    result = CliRunner().invoke(APP, [str(table), "--json"])
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    assert content["cases"] == 2
    assert content["counts"] == {"error": 0, "warning": 2, "info": 1}
    assert len(content["findings"]) == 3
    assert set(content["findings"][0]) == {"code", "severity", "case", "found", "expected", "advice"}
    assert content["findings"][0]["case"] == "CHUM-001"


def test_many_findings_of_one_code_are_counted(table: Path) -> None:
    table.write_text("\n".join([HEADER, *(ROW.format(f"CHUM-{i:03d}").replace("M0", "Z9") for i in range(30))]))
    result = CliRunner().invoke(APP, [str(table)])
    assert "30" in result.stdout
    assert "22 more" in result.stdout


def test_no_cohort(tmp_path: Path) -> None:
    result = CliRunner().invoke(APP, [str(tmp_path / "none")])
    assert result.exit_code != 0
    assert "expected" in str(result.exception)
