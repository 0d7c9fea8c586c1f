import json
import sys
from pathlib import Path

import pytest

from hyoid.cli import main
from hyoid.files import read_json


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    known = ["PatientID,HPV Status,CenterID"]
    predicted = ["PatientID,hpv_probability,hpv_decision,fold"]
    for k in range(24):
        name, positive = f"{'CHUM' if k % 2 else 'MDA'}-{k:03d}", k % 3 > 0
        known.append(f"{name},{int(positive) if k else ''},{k % 2}")
        predicted.append(f"{name},{0.3 + 0.4 * positive + 0.01 * (k % 5):.2f},{positive if k % 7 else not positive},0")
    (tmp_path / "truth.csv").write_text("\n".join(known[:-1]) + "\n")
    (tmp_path / "pred.csv").write_text("\n".join(predicted[:1] + predicted[1:2] + predicted[3:]) + "\n")
    return tmp_path / "pred.csv", tmp_path / "truth.csv"


def _run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["hyoid", "evaluate", "hpv", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stopped:
        main()
    shown = capsys.readouterr()
    return int(stopped.value.code or 0), shown.out, shown.err


def test_tables_options_and_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tables: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "result.json"
    arguments = ("--pred", tables[0], "--truth", tables[1], "--out", out, "--bootstrap", 50, "--stratify")
    code, text, _ = _run(monkeypatch, capsys, *arguments)
    assert code == 0
    written = read_json(out)
    for piece in (
        "HPV status of 21 patients",
        "balanced accuracy",
        f"{written['headline']['balanced_accuracy']['value']:.3f} [",
        "By center",
        "CHUM",
        "Calibration: slope undefined",
        "bootstrap replicates 50",
        "stratified by center True",
        "HPV status unknown, not evaluated: 1 (MDA-000)",
        "Without truth, not evaluated: 1 (CHUM-023)",
        "Without prediction, not evaluated: 1 (CHUM-001)",
    ):
        assert piece in text
    assert set(written["centers"]) == {"CHUM", "MDA"}


def test_json_is_the_file_and_a_foreign_table_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tables: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "result.json"
    tables[1].write_text(tables[1].read_text().replace("HPV Status", "p16"))
    columns = tmp_path / "columns.yaml"
    columns.write_text("columns: {p16: hpv}\n")
    options = ("--bootstrap", 20, "--seed", 3, "--columns", columns, "--json", "--quiet")
    code, text, _ = _run(monkeypatch, capsys, "--pred", tables[0], "--truth", tables[1], "--out", out, *options)
    assert code == 0
    assert json.loads(text) == read_json(out)
    assert read_json(out)["options"]["bootstrap"]["seed"] == 3


def test_what_is_wrong_is_said_and_leaves_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tables: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "result.json"
    code, _, error = _run(monkeypatch, capsys, "--pred", tables[1], "--truth", tables[1], "--out", out)
    assert code == 2
    assert "no column hpv_probability" in error
    assert not out.exists()
    code, _, error = _run(monkeypatch, capsys, "--pred", tables[0], "--truth", tmp_path / "none", "--out", out)
    assert code == 2
    assert "Check the path" in error
    assert _run(monkeypatch, capsys, "--pred", tables[0], "--out", out)[0] == 2
