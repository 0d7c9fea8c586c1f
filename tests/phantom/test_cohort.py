import filecmp
import json
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from hyoid.cli.phantom import phantom
from hyoid.cohort import read_cohort
from hyoid.errors import CohortError
from hyoid.imaging import read_grid, read_volume
from hyoid.phantom import LESIONS_FILE, SETTINGS_FILE, TRUTH_FILE, draw_patients, make_patient, write_cohort
from hyoid.phantom.outcome import EVENT_RATES

PATIENTS = 6
EHR = "PatientID,CenterID,Age,Gender,Tobacco Consumption,Alcohol Consumption,Performance Status,Treatment,M-stage"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("phantom") / "cohort"
    write_cohort(out, PATIENTS, seed=11)
    return out


def _files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_layout_is_the_challenges(cohort: Path) -> None:
    first = [path.name for path in sorted((cohort / "Task 1" / "MDA-001").iterdir())]
    assert first == ["MDA-001.nii.gz", "MDA-001__CT.nii.gz", "MDA-001__PT.nii.gz"]
    for task in (2, 3):
        other = [path.name for path in sorted((cohort / f"Task {task}" / "MDA-001").iterdir())]
        assert other == ["MDA-001__CT.nii.gz", "MDA-001__PT.nii.gz"]
    assert not list(cohort.rglob(".*"))
    assert [path.name for path in cohort.parent.iterdir()] == ["cohort"]


def test_images_of_the_three_tasks_are_one_file_on_disk(cohort: Path) -> None:
    paths = [cohort / f"Task {task}" / "MDA-001" / "MDA-001__CT.nii.gz" for task in (1, 2, 3)]
    assert len({path.stat().st_ino for path in paths}) == 1


@pytest.mark.slow
def test_same_seed_same_bytes_whatever_the_jobs(cohort: Path, tmp_path: Path) -> None:
    write_cohort(tmp_path / "again", PATIENTS, seed=11, jobs=2)
    names = _files(cohort)
    assert _files(tmp_path / "again") == names
    match, mismatch, errors = filecmp.cmpfiles(cohort, tmp_path / "again", names, shallow=False)
    assert (mismatch, errors) == ([], [])
    assert len(match) == len(names)


def test_tables_have_the_columns_and_codings(cohort: Path) -> None:
    paths = [cohort / f"Task {task}" / f"HECKTOR_2025_Training_Task_{task}.csv" for task in (1, 2, 3)]
    headings = [path.read_text().splitlines()[0] for path in paths]
    assert headings == [EHR, f"{EHR},Relapse,RFS", f"{EHR},HPV Status"]
    table = pd.read_csv(paths[1])
    assert len(table) == PATIENTS
    assert set(table["Gender"]) <= {0, 1}
    assert set(table["M-stage"].dropna()) <= {"M0", "M1", "Mx"}
    assert set(table["Relapse"].dropna()) <= {0, 1}
    assert table["RFS"].dropna().between(1, 1827).all()


def test_mask_lies_on_the_cts_grid_and_not_on_the_pets(cohort: Path) -> None:
    for folder in (cohort / "Task 1").glob("*-*"):
        name = folder.name
        ct, pet = read_grid(folder / f"{name}__CT.nii.gz"), read_grid(folder / f"{name}__PT.nii.gz")
        assert read_grid(folder / f"{name}.nii.gz").same_as(ct)
        assert not pet.same_as(ct)


def test_the_file_holds_the_patient_in_memory(cohort: Path) -> None:
    made = make_patient(11, 1)
    folder = cohort / "Task 1" / made.patient.id
    assert (read_volume(folder / f"{made.patient.id}__CT.nii.gz").array == made.ct.array).all()
    assert (read_volume(folder / f"{made.patient.id}__PT.nii.gz").array == made.pet.array).all()


def test_truth_stands_in_files_of_its_own(cohort: Path) -> None:
    truth, lesions = pd.read_csv(cohort / TRUTH_FILE), pd.read_csv(cohort / LESIONS_FILE)
    assert {"log_hazard", "hpv", "event_days", "censoring_days", "fault", "gtvp_ml"} <= set(truth)
    assert (truth["relapse"] == (truth["event_days"] <= truth["censoring_days"])).all()
    assert (lesions["kind"] == "gtvn").sum() == truth["nodes"].sum()
    assert json.loads((cohort / SETTINGS_FILE).read_text())["seed"] == 11


def test_the_reader_of_cohorts_sees_the_patients_and_not_the_truth(cohort: Path) -> None:
    read = read_cohort(cohort)
    assert len(read.cases) == PATIENTS
    for case in read.cases:
        assert set(case.images) == {"ct", "pet"}
        assert case.mask is not None
        assert case.center == case.id.split("-")[0]
        assert "log_hazard" not in case.clinical


def test_a_folder_with_something_in_it_is_refused(cohort: Path) -> None:
    before = _files(cohort)
    with pytest.raises(CohortError, match="new or empty folder"):
        write_cohort(cohort, 2)
    assert _files(cohort) == before


def test_a_failed_run_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("hyoid.phantom.cohort._write_tables", fail)
    with pytest.raises(OSError, match="disk full"):
        write_cohort(tmp_path / "cohort", 1)
    assert list(tmp_path.iterdir()) == []


def test_copies_where_the_file_system_has_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr("hyoid.phantom.cohort.os.link", refuse)
    write_cohort(tmp_path / "cohort", 1)
    first, second = (tmp_path / "cohort" / f"Task {t}" / "MDA-001" / "MDA-001__CT.nii.gz" for t in (1, 2))
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_ino != second.stat().st_ino


@pytest.mark.parametrize(
    ("option", "low", "high"), [("--event-rate", *EVENT_RATES), ("--prevalence", 0.0, 1.0)], ids=["events", "hpv"]
)
def test_the_help_names_the_range_that_is_allowed(tmp_path: Path, option: str, low: float, high: float) -> None:
    app = typer.Typer()
    app.command()(phantom)
    (described,) = (p.help for p in typer.main.get_command(app).params if option in p.opts)
    assert f"{low:g} to {high:g}" in described
    for value in (low - 0.001, high + 0.001):
        arguments = [str(tmp_path / "x"), "--patients", "1", "--centers", "unseen", option, str(value)]
        result = CliRunner().invoke(app, arguments)
        assert isinstance(result.exception, CohortError)
        assert f"{low:g} to {high:g}" in str(result.exception)
    draw_patients(1, 0, "unseen", **{option.strip("-").replace("-", "_"): high})


def test_command_line_writes_an_unseen_cohort(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(phantom)
    out = tmp_path / "unseen"
    arguments = [str(out), "--patients", "2", "--centers", "unseen", "--prevalence", "1.0", "--seed", "2", "--quiet"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    truth = pd.read_csv(out / TRUTH_FILE)
    assert list(truth["hpv"]) == [1, 1]
    assert set(truth["center"]) <= {"CHB", "CHUN", "CHUB"}
    without = truth.loc[truth["center"] == "CHUB", "PatientID"]
    assert all(not (out / "Task 1" / name / f"{name}.nii.gz").exists() for name in without)


def test_masks_can_be_had_where_a_center_has_none_and_change_no_image(tmp_path: Path) -> None:
    bare, drawn = tmp_path / "bare", tmp_path / "drawn"
    lacks = next(p.id for p in draw_patients(8, 5, "unseen") if not p.center.has_masks)
    for out, masks in ((bare, False), (drawn, True)):
        write_cohort(out, 8, 5, centers="unseen", broken=False, keep=[lacks], masks=masks)
    mask = f"Task 1/{lacks}/{lacks}.nii.gz"
    assert set(_files(drawn)) - set(_files(bare)) == {mask}
    assert read_volume(drawn / mask).array.any()
    images = [name for name in _files(bare) if name.endswith(("CT.nii.gz", "PT.nii.gz"))]
    assert filecmp.cmpfiles(bare, drawn, images, shallow=False)[0] == images
