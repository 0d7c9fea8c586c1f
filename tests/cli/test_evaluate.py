import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.errors import HyoidError
from hyoid.files import read_json
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

GRID = Grid((16, 16, 8), (1.0, 1.0, 2.0))


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for number in range(3):
        truth = np.zeros(GRID.shape, np.uint8)
        truth[2:5, 2:6, 2:6] = 1
        truth[2:5, 10:13, 10:13] = 2
        write_volume(tmp_path / "truth" / f"CHUM-{number}.nii.gz", Volume(truth, GRID))
        write_volume(tmp_path / "pred" / f"CHUM-{number}.nii.gz", Volume(np.roll(truth, number, axis=2), GRID))
    return tmp_path / "pred", tmp_path / "truth"


def _run(*arguments: object) -> tuple[int, str, BaseException | None]:
    result = CliRunner().invoke(app, ["evaluate", "segmentation", *map(str, arguments)], env={"COLUMNS": "200"})
    return result.exit_code, result.output, result.exception


def test_table_options_and_file(folders: tuple[Path, Path], tmp_path: Path) -> None:
    pred, truth = folders
    out = tmp_path / "result.json"
    code, text, _ = _run("--pred", pred, "--truth", truth, "--out", out, "--bootstrap", 50, "--connectivity", 18)
    assert code == 0
    for piece in ("aggregated DSC of gtvn", "connectivity 18", "minimum iou 0.3", "one_if_both_empty", "replicates 50"):
        assert piece in text
    written = read_json(out)
    assert written["options"]["connectivity"] == 18
    assert f"{written['headline']['GTVp_mean_dice']['value']:.3f}" in text


def test_json_is_the_file(folders: tuple[Path, Path], tmp_path: Path) -> None:
    pred, truth = folders
    out = tmp_path / "result.json"
    centers = tmp_path / "centers.csv"
    centers.write_text("PatientID,CenterID\nCHUM-0,Lyon\nCHUM-1,Nantes\nCHUM-2,Nantes\n")
    options = ("--bootstrap", 20, "--seed", 3, "--stratify", "--centers", centers, "--json", "--quiet")
    code, text, _ = _run("--pred", pred, "--truth", truth, "--out", out, *options)
    assert code == 0
    assert json.loads(text) == read_json(out)
    assert set(read_json(out)["centers"]) == {"Lyon", "Nantes"}


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--connectivity", 7, "6, 18 or 26"), ("--iou", 1.5, "less than or equal to 1"), ("--surface", "mesh", "surfels")],
)
def test_wrong_options(folders: tuple[Path, Path], tmp_path: Path, option: str, value: object, said: str) -> None:
    code, _, error = _run("--pred", folders[0], "--truth", folders[1], "--out", tmp_path / "r.json", option, value)
    assert code != 0
    assert isinstance(error, HyoidError)
    assert said in str(error)


def test_missing_predictions(folders: tuple[Path, Path], tmp_path: Path) -> None:
    pred, truth = folders
    (pred / "CHUM-1.nii.gz").unlink()
    _, _, error = _run("--pred", pred, "--truth", truth, "--out", tmp_path / "r.json")
    assert isinstance(error, HyoidError)
    assert "CHUM-1" in str(error)
    code, text, _ = _run(
        "--pred", pred, "--truth", truth, "--out", tmp_path / "r.json", "--allow-missing", "--bootstrap", 20
    )
    assert code == 0
    assert "scored as empty: CHUM-1" in text
    out = tmp_path / "some.json"
    code, text, _ = _run("--pred", pred, "--truth", truth, "--out", out, "--only-predicted", "--bootstrap", 20)
    assert code == 0
    assert "left out: 1 of 3 cases (CHUM-1)" in text
    assert (read_json(out)["n"], read_json(out)["missing_left_out"]) == (2, ["CHUM-1"])


def test_failures_are_printed_and_reported(folders: tuple[Path, Path], tmp_path: Path) -> None:
    pred, truth = folders
    report = tmp_path / "report.html"
    given = ("--pred", pred, "--truth", truth, "--out", tmp_path / "r.json", "--bootstrap", 20)
    code, text, _ = _run(*given, "--report", report)
    assert code == 0
    assert "node split in several" in text
    assert "3 true nodes" in text
    assert "report.html" in text
    assert "How it fails" in report.read_text(encoding="utf-8")
    assert read_json(tmp_path / "r.json")["failures"]["counts"]["missed_node"]["eligible"] == 3
    code, text, _ = _run(*given, "--merged")
    assert code == 0
    assert "node split in several" not in text


def test_images_for_the_report(folders: tuple[Path, Path], tmp_path: Path) -> None:
    pred, truth = folders
    empty = np.zeros(GRID.shape, np.uint8)
    write_volume(pred / "CHUM-1.nii.gz", Volume(empty, GRID))
    for number in range(3):
        for name in ("CT", "PT"):
            image = Volume(np.full(GRID.shape, 2.0, np.float32), GRID)
            write_volume(tmp_path / "images" / f"CHUM-{number}__{name}.nii.gz", image)
    given = ("--pred", pred, "--truth", truth, "--out", tmp_path / "r.json", "--bootstrap", 20)
    report = ("--report", tmp_path / "report.html")
    code, _, _ = _run(*given, *report)
    assert code == 0
    assert "projections (no image)" in (tmp_path / "report.html").read_text(encoding="utf-8")
    code, _, _ = _run(*given, *report, "--images", tmp_path / "images")
    assert code == 0
    assert "projections (PET)" in (tmp_path / "report.html").read_text(encoding="utf-8")
    for wrong, said in ((("--images", tmp_path / "images"), "--report"), ((*report, "--images", pred / "x"), "x")):
        code, _, error = _run(*given, *wrong)
        assert code != 0
        assert isinstance(error, HyoidError)
        assert said in str(error)
