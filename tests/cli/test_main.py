import json
import subprocess
import sys
from pathlib import Path

import pytest

from hyoid import api
from hyoid.cli import main
from hyoid.cohort import folds_from_json
from hyoid.files import read_json
from hyoid.recipe import dump_recipe
from support.balls import ball_cohort
from support.recipes import small_recipe


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["hyoid", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ball_cohort(tmp_path_factory.mktemp("cli") / "cohort", 4)


@pytest.fixture(scope="module")
def recipe_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "mine.yaml"
    path.write_text(dump_recipe(small_recipe(epochs=1)))
    return path


@pytest.fixture(scope="module")
def run_folder(cohort: Path, recipe_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return api.train(cohort, str(recipe_file), tmp_path_factory.mktemp("cli") / "run", device="cpu").run.folder


def test_recipes_lists_and_shows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(monkeypatch, "recipes", "--json") == 0
    assert {"baseline-unet", "baseline-segresnet"} <= {row["name"] for row in json.loads(capsys.readouterr().out)}
    assert _run(monkeypatch, "recipes") == 0
    assert "baseline-unet" in capsys.readouterr().out
    assert _run(monkeypatch, "recipes", "baseline-unet:published", "--set", "split.folds=3", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["variant"], shown["split"]["folds"]) == ("published", 3)


def test_train_prints_metrics_and_bundle(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cohort: Path,
    recipe_file: Path,
    tmp_path: Path,
) -> None:
    arguments = ["train", cohort, "--recipe", recipe_file, "--out", tmp_path / "run", "--device", "cpu", "--quiet"]
    assert _run(monkeypatch, *arguments, "--fold", "0") == 0
    out = capsys.readouterr().out
    assert "GTVp_mean_dice" in out
    assert str(tmp_path / "run" / "bundle") in out
    assert (tmp_path / "run" / "learning-curves.svg").read_text().startswith("<svg")
    assert _run(monkeypatch, *arguments, "--resume", "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["folds"] == ["fold-0", "fold-1"]
    assert summary["metrics"]["GTVp_mean_dice"]["n"] == 4


def test_train_tells_which_center_each_folder_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cohort: Path,
    recipe_file: Path,
    tmp_path: Path,
) -> None:
    by_center = ["--set", "split={name: leave_one_center_out}", "--fold", "1", "--device", "cpu", "--quiet"]
    arguments = ["train", cohort, "--recipe", recipe_file, "--out", tmp_path / "run", *by_center]
    assert _run(monkeypatch, *arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["fold-0: center-ACEN, not trained yet", "fold-1: center-BCEN"]
    folds = read_json(tmp_path / "run" / "splits.json")
    assert [(fold["folder"], fold["name"]) for fold in folds] == [("fold-0", "center-ACEN"), ("fold-1", "center-BCEN")]
    assert set(folds[1]["report"]) == {"BCEN-001", "BCEN-003"}
    assert read_json(tmp_path / "run" / "fold-1" / "fitted.json")["fold"] == "center-BCEN"
    assert [fold.name for fold in folds_from_json(folds)] == ["center-ACEN", "center-BCEN"]


def test_preprocess_reports_what_it_made(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cohort: Path,
    recipe_file: Path,
    tmp_path: Path,
) -> None:
    arguments = ["preprocess", cohort, "--recipe", recipe_file, "--store", tmp_path]
    assert _run(monkeypatch, *arguments) == 0
    assert capsys.readouterr().out.startswith("4 made, 0 ready before, 0 set aside.")
    assert _run(monkeypatch, *arguments, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["ready"]) == 4


def test_predict_one_study_and_a_cohort(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cohort: Path, run_folder: Path, tmp_path: Path
) -> None:
    images = ["--ct", cohort / "ACEN-000__CT.nii.gz", "--pet", cohort / "ACEN-000__PT.nii.gz"]
    assert _run(monkeypatch, "predict", run_folder, *images, "--out", tmp_path, "--device", "cpu") == 0
    assert "ACEN-000: gtvp" in capsys.readouterr().out
    assert (tmp_path / "ACEN-000" / "ACEN-000.nii.gz").is_file()
    assert _run(monkeypatch, "predict", run_folder, "--cohort", cohort, "--out", tmp_path / "all", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["cases"]) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "COHORT", "--recipe", "baseline-unett", "--out", "OUT"], "did you mean 'baseline-unet'"),
        (
            ["train", "COHORT", "--recipe", "baseline-unet", "--out", "OUT", "--preset", "small!"],
            "did you mean 'small'",
        ),
        (["train", "COHORT", "--recipe", "RECIPE", "--out", "OUT", "--fold", "7"], "'all' or 0 to 1"),
        (["train", "COHORT", "--recipe", "RECIPE", "--out", "OUT", "--device", "tpu"], "auto, cpu or cuda"),
        (["train", "nowhere", "--recipe", "RECIPE", "--out", "OUT"], "nothing at nowhere"),
        (["train", "COHORT", "--recipe", "RECIPE", "--out", "OUT", "--set", "a=1"], "no key 'a'"),
        (["predict", "nowhere", "--ct", "x.nii.gz", "--out", "OUT"], "a bundle or a run"),
        (["predict", "RUN", "--out", "OUT"], "--ct, --pet, --clinical, --dose of one study, or --cohort"),
        (["predict", "RUN", "--ct", "x.nii.gz", "--pet", "y.nii.gz", "--out", "OUT"], "no file at x.nii.gz"),
        (["predict", "RUN", "--ct", "CT", "--pet", "PET", "--out", "/proc/none"], "No such file or directory: /proc"),
        (["predict", "RUN", "--ct", "CT", "--pet", "PET", "--out", "OUT", "--id", "../x"], "a plain name"),
        (["predict", "RUN", "--ct", "PET", "--pet", "CT", "--out", "OUT"], "CT and PET swapped"),
        (["recipes", "none"], "There is no recipe 'none'"),
        (["demo", "--out", "COHORT"], "other files in"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cohort: Path,
    recipe_file: Path,
    run_folder: Path,
    tmp_path: Path,
    arguments: list[str],
    message: str,
) -> None:
    images = {"CT": cohort / "ACEN-000__CT.nii.gz", "PET": cohort / "ACEN-000__PT.nii.gz"}
    places = images | {"COHORT": cohort, "RECIPE": recipe_file, "OUT": tmp_path / "out", "RUN": run_folder}
    assert _run(monkeypatch, *(places.get(argument, argument) for argument in arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("hyoid: ")
    assert message in captured.err
    assert "Traceback" not in captured.err


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['hyoid', 'train', '--help']\n"
        "from hyoid.cli import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'monai', 'numpy', 'SimpleITK', 'pandas', 'scipy', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--resume" in done.stdout
