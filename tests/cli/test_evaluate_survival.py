import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from hyoid.cli import main
from hyoid.cli.evaluate_survival import names_of
from hyoid.files import read_json
from support.survival import draw, tables


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path]:
    predictions, known = tables(draw(80), tmp_path)
    table, truth = pd.read_csv(predictions), pd.read_csv(known)
    table.iloc[1:].to_csv(predictions, index=False)  # MDA-000 has no prediction
    truth.loc[2, "Relapse"] = None
    truth.iloc[:-1].to_csv(known, index=False)  # CHUM-079 has no truth
    return predictions, known


def _run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["hyoid", "evaluate", "survival", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stopped:
        main()
    shown = capsys.readouterr()
    return int(stopped.value.code or 0), shown.out, shown.err


def test_tables_options_files_and_the_other_system(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], written: tuple[Path, Path], tmp_path: Path
) -> None:
    out, report, other = tmp_path / "result.json", tmp_path / "report.html", tmp_path / "other.csv"
    pd.read_csv(written[0]).assign(rfs_risk=lambda table: table["rfs_risk"].to_numpy()[::-1]).to_csv(other, index=False)
    arguments = ("--pred", written[0], "--truth", written[1], "--train", written[1], "--out", out, "--bootstrap", 50)
    more = ("--stratify", "--horizons", "365,730,9000", "--tau", 1000, "--against", other, "--report", report)
    code, text, error = _run(monkeypatch, capsys, *arguments, *more)
    assert (code, error) == (0, "")
    found = read_json(out)
    for piece in (
        "Survival of 77 patients",
        "Harrell's C, pairs within a fold",
        f"{found['headline']['c_index']['value']:.3f} [",
        f"{found['cohort']['brier_730']['value']:.3f} [",
        "By center",
        "CHUM",
        "No measure at 9000 days: 0 patients were followed",
        "Events by risk group: a low one",
        "Against the other predictions, 77 patients in common",
        f"{found['against']['differences']['c_index']['value']:.3f} [",
        "bootstrap replicates 50",
        "stratified by center True",
        "censoring from training",
        "uno tau days 1000",
        "Outcome unknown, not evaluated: 1 (CHUM-002)",
        "Without truth, not evaluated: 1 (CHUM-079)",
        "Without prediction, not evaluated: 1 (MDA-000)",
        "1 patient(s) with a survival time without the event status",
    ):
        assert piece in text
    page = report.read_text()
    assert "predictions against other" in page
    assert page.count("<svg") == 2


def test_json_is_the_file_and_a_foreign_table_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], written: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "result.json"
    written[1].write_text(written[1].read_text().replace("Relapse", "failure"))
    columns = tmp_path / "columns.yaml"
    columns.write_text("columns: {failure: relapse}\n")
    options = ("--bootstrap", 20, "--seed", 3, "--columns", columns, "--json", "--quiet")
    code, text, _ = _run(monkeypatch, capsys, "--pred", written[0], "--truth", written[1], "--out", out, *options)
    assert code == 0
    assert json.loads(text) == read_json(out)
    assert read_json(out)["options"]["bootstrap"]["seed"] == 3
    assert "against" not in read_json(out)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--pred", "KNOWN"), "no column rfs_risk"),
        (("--truth", "nowhere.csv"), "Check the path"),
        (("--horizons", "1 year"), "days with commas between"),
        (("--horizons", "365,-1"), "different numbers of days above 0"),
        (("--tau", 90000), "a tau of 90000 days"),
        (("--tau", -3), "a number of days above 0"),
        (("--tau", "nan"), "a number of days above 0"),
        (("--against", "KNOWN"), "no column rfs_risk"),
    ],
)
def test_what_is_wrong_is_said_and_leaves_with_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    written: tuple[Path, Path],
    tmp_path: Path,
    options: tuple[object, ...],
    said: str,
) -> None:
    out = tmp_path / "result.json"
    given = [written[1] if option == "KNOWN" else option for option in options]
    arguments = ("--pred", written[0], "--truth", written[1], "--out", out, "--bootstrap", 0)
    code, _, error = _run(monkeypatch, capsys, *arguments, *given)
    assert code == 2
    assert said in error
    assert not out.exists()


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("RUN/out-of-fold/predictions.csv", "RECORD/out-of-fold/predictions.csv", ("RUN", "RECORD")),
        ("RUN/out-of-fold/predictions.csv", "RUN/held-out/predictions.csv", ("out-of-fold", "held-out")),
        ("a/ours.csv", "b/theirs.csv", ("ours", "theirs")),
        ("a/ours.csv", "a/ours.csv", ("ours", "ours")),
        ("a/ours.csv", None, ("ours", "")),
    ],
)
def test_two_files_of_one_name_are_told_apart_by_their_folders(
    first: str, second: str | None, names: tuple[str, str]
) -> None:
    assert names_of(Path(first), None if second is None else Path(second)) == names
