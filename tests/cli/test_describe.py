import json
from pathlib import Path

from typer.testing import CliRunner

from hyoid.cli.app import app


def _describe(folder: Path, table: str, *options: str) -> str:
    (folder / "table.csv").write_text(table)
    arguments = ["describe", str(folder / "table.csv"), "--out", str(folder / "out"), "--quiet", *options]
    found = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert found.exit_code == 0
    return found.output


def test_the_table_says_who_is_there(tmp_path: Path) -> None:
    out = _describe(tmp_path, "PatientID,CenterID,Relapse,RFS (days)\nA-1,X[b],1,400\nC-2,X[b],0,900\nC-3,X[b],,\n")
    assert "X[b]" in out
    assert "1 of 2" in out
    assert "3 patients, 0 images could be read." in out
    assert (tmp_path / "out" / "report.html").is_file()


def test_json_holds_the_description_even_of_ids_alone(tmp_path: Path) -> None:
    printed = json.loads(_describe(tmp_path, "PatientID\nA<1>\nB\n", "--json"))
    written = json.loads((tmp_path / "out" / "description.json").read_text())
    assert set(written.pop("figures")) == {"centers.svg", "missing.svg"}
    assert printed == written
    assert (printed["patients"], printed["age"]["median"]) == (2, None)
    text = (tmp_path / "out" / "report.html").read_text()
    for piece in (
        "No age.",
        "No sex is known",
        "No outcome is known",
        "No HPV status",
        "no clinical value",
        "A&lt;1&gt;",
    ):
        assert piece in text
