"""Networks with heads on voxels and on patients, from a cohort to out-of-fold answers, a bundle, and a new patient."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import load_file

from hyoid import api
from hyoid.cohort import Case, read_cohort
from hyoid.evaluation import ClassificationResult, SegmentationResult
from hyoid.files import read_json, write_json
from hyoid.imaging import read_grid
from hyoid.training import fit
from hyoid.training.checkpoint import read_metrics
from hyoid.training.usable import usable_cases
from support.killed_when import run_killed
from support.multitask import classifying, three_tasks
from support.rfs import RECORD, TABLE, ball_outcome_cohort, outcome_records

PATIENTS = 12
WITHOUT_MASK, WITHOUT_STATUS, WITHOUT_OUTCOME = "ACEN-001", "ACEN-002", "BCEN-004"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen patients: one has no mask, one no HPV status, one no outcome."""
    root = ball_outcome_cohort(tmp_path_factory.mktemp("multitask") / "cohort", outcome_records(PATIENTS))
    (root / f"{WITHOUT_MASK}.nii.gz").unlink()
    table = pd.read_csv(root / TABLE, dtype=str).set_index("PatientID")
    table.loc[WITHOUT_STATUS, "HPV Status"] = np.nan
    table.loc[WITHOUT_OUTCOME, ["Relapse", "RFS"]] = np.nan
    table.reset_index().to_csv(root / TABLE, index=False)
    return root


@pytest.fixture(scope="module")
def trained(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> api.TrainResult:
    recipe = three_tasks("", "stages.0.training.select.training_part=true")
    return api.train(cohort, recipe, tmp_path_factory.mktemp("run") / "run", device="cpu")


def test_each_head_is_trained_on_what_is_known_of_it(trained: api.TrainResult) -> None:
    for folder in trained.run.folds.values():
        lines = read_metrics(folder / "metrics.jsonl")
        assert {"loss_segmentation", "loss_hpv", "loss_rfs", "loss_penalty", "loss"} <= set(lines[0])
        parts = sum(lines[0][f"loss_{name}"] for name in ("segmentation", "hpv", "rfs", "penalty"))
        assert lines[0]["loss"] == pytest.approx(parts)
        assert {"select_c_index", "train_c_index"} <= set(lines[0])


def test_who_has_no_outcome_is_left_out_and_who_lacks_another_label_is_not(trained: api.TrainResult) -> None:
    assert trained.run.excluded == {WITHOUT_OUTCOME: "outcome unknown"}
    out = trained.run.folder / "out-of-fold"
    risks, statuses = (pd.read_csv(out / f"predictions-{task}.csv") for task in ("rfs", "hpv"))
    assert len(risks) == PATIENTS - 1
    assert WITHOUT_STATUS in set(risks["PatientID"]) - set(statuses["PatientID"])
    assert len(statuses) == PATIENTS - 2
    assert (out / WITHOUT_MASK / f"{WITHOUT_MASK}.nii.gz").is_file()


def test_every_answer_is_evaluated_and_the_first_comes_first(trained: api.TrainResult) -> None:
    folder = trained.run.folder
    assert trained.survival.headline()["c_index"]["n"] == PATIENTS - 1
    assert isinstance(trained.further["hpv"], ClassificationResult)
    assert isinstance(trained.further["segmentation"], SegmentationResult)
    assert (folder / "out-of-fold.json").is_file()
    assert (folder / "out-of-fold-hpv.json").is_file()
    assert len(read_json(folder / "out-of-fold-segmentation.json")["cases"]) == PATIENTS - 2
    assert {"c_index", "balanced_accuracy", "GTV_mean_dice"} <= set(trained.summary()["metrics"])


def test_a_new_patient_is_answered_three_times(trained: api.TrainResult, cohort: Path, tmp_path: Path) -> None:
    case = read_cohort(cohort).cases[5]
    write_json(tmp_path / "record.json", RECORD)
    result = api.predict(
        [trained.bundle.folder],
        tmp_path / "out",
        ct=case.images["ct"],
        pet=case.images["pet"],
        clinical=tmp_path / "record.json",
        case_id=case.id,
    )
    (info,) = result.cases
    assert set(info["rfs"]["survival"]) == {"1_year", "2_years", "3_years", "5_years"}
    assert 0 < info["hpv"]["probability"] < 1
    assert set(info["lesions"]) == {"tumour"}
    assert read_grid(tmp_path / "out" / case.id / f"{case.id}.nii.gz") == read_grid(case.images["ct"])


def test_out_of_fold_answers_come_from_the_model_that_did_not_see_the_patient(
    trained: api.TrainResult, cohort: Path
) -> None:
    splits = read_json(trained.run.folder / "splits.json")
    for task in ("rfs", "hpv"):
        table = pd.read_csv(trained.run.folder / "out-of-fold" / f"predictions-{task}.csv").set_index("PatientID")
        for fold in splits:
            for identifier in fold["report"]:
                assert identifier not in table.index or table.loc[identifier, "fold"] == fold["folder"]


def test_a_stopped_run_goes_on_to_the_same_bits(
    trained: api.TrainResult, cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    shutil.copytree(trained.run.folder / "store", tmp_path / "store")
    monkeypatch.setattr(fit, "save_checkpoint", stop)  # what the first epoch did is lost
    with pytest.raises(KeyboardInterrupt):
        api.train(cohort, three_tasks(), tmp_path / "run", store=tmp_path / "store", device="cpu", fold="0")
    monkeypatch.undo()
    api.train(cohort, three_tasks(), tmp_path / "run", store=tmp_path / "store", device="cpu", fold="0", resume=True)
    ours, theirs = (
        load_file(folder / "fold-0" / "weights.safetensors") for folder in (tmp_path / "run", trained.run.folder)
    )
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=name)


@pytest.mark.slow
def test_killed_at_any_moment_three_tasks_resume_to_the_same_result(
    trained: api.TrainResult, cohort: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    moments = ("fold-0/metrics.jsonl", "fold-0/weights.safetensors", "fold-1/best.safetensors")
    assert len(run_killed("three tasks", cohort, out, moments)) >= 2, "the run ended before it could be killed twice"
    resumed = api.train(cohort, three_tasks(), out, device="cpu", resume=True).run.folder
    for name in ("fold-0/weights.safetensors", "fold-1/weights.safetensors"):
        ours, theirs = (load_file(folder / name) for folder in (resumed, trained.run.folder))
        for key, values in ours.items():
            np.testing.assert_array_equal(values, theirs[key], err_msg=key)
    tables = sorted(path.name for path in (resumed / "out-of-fold").glob("*.csv"))
    assert len(tables) == 2  # recurrence and HPV status
    for name in tables:
        ours, theirs = ((folder / "out-of-fold" / name).read_text() for folder in (resumed, trained.run.folder))
        assert ours == theirs


def test_all_labels_can_be_demanded(cohort: Path) -> None:
    usable, excluded = usable_cases(read_cohort(cohort).cases, three_tasks("full_label"))
    assert len(usable) == PATIENTS - 3
    assert excluded == {
        WITHOUT_MASK: "no expert mask",
        WITHOUT_STATUS: "HPV status unknown",
        WITHOUT_OUTCOME: "outcome unknown",
    }


def test_permuting_what_is_reported_changes_nothing_fitted(
    trained: api.TrainResult, cohort: Path, tmp_path: Path
) -> None:
    """Labels of fold 0's report part, turned round: encoder, weights and baseline of fold 0 stay as they are."""
    report = set(read_json(trained.run.folder / "splits.json")[0]["report"])
    table = pd.read_csv(cohort / TABLE, dtype=str).set_index("PatientID")
    rows = [i for i in table.index if i in report]
    table.loc[rows, ["Age", "RFS"]] = table.loc[rows[::-1], ["Age", "RFS"]].to_numpy()
    shutil.copytree(cohort, tmp_path / "cohort")
    table.reset_index().to_csv(tmp_path / "cohort" / TABLE, index=False)
    split = f"split={{name: folds_file, path: '{trained.run.folder / 'splits.json'}'}}"
    again = api.train(tmp_path / "cohort", three_tasks("", split), tmp_path / "run", device="cpu", fold="0")
    mine, theirs = (read_json(one.folder / "fold-0" / "fitted.json") for one in (again.run, trained.run))
    for name in ("encoder", "members", "class_weights"):
        assert mine[name] == theirs[name]


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["surv", "seg_surv"])
def test_a_task_can_be_left_out(cohort: Path, tmp_path: Path, variant: str) -> None:
    result = api.train(cohort, three_tasks(variant, epochs=1), tmp_path / "run", device="cpu", fold="0")
    losses = read_metrics(tmp_path / "run" / "fold-0" / "metrics.jsonl")[0]
    assert "loss_hpv" not in losses
    assert (losses["loss_segmentation"] == 0) == (variant == "surv")
    assert set(result.further) == (set() if variant == "surv" else {"segmentation"})
    assert (tmp_path / "run" / "out-of-fold" / "predictions.csv").is_file()


def test_a_classifier_that_segments_in_training_only(cohort: Path, tmp_path: Path) -> None:
    result = api.train(cohort, classifying(), tmp_path / "run", device="cpu")
    assert result.classification.headline()["balanced_accuracy"]["n"] == PATIENTS - 1
    lines = read_metrics(tmp_path / "run" / "fold-0" / "metrics.jsonl")
    assert {"loss_segmentation", "loss_hpv"} <= set(lines[0])
    assert not list((tmp_path / "run" / "out-of-fold").glob("*/*.nii.gz"))


def test_parts_of_a_batch_train_three_tasks(cohort: Path, tmp_path: Path) -> None:
    recipe = classifying("cds-multitask", "stages.0.training.batch_size=8", epochs=1)
    result = api.train(cohort, recipe, tmp_path / "run", device="cpu", fold="0")
    assert set(result.further) == {"hpv", "segmentation"}


def test_patients_with_a_finding_are_left_out(cohort: Path, tmp_path: Path) -> None:
    from hyoid.geometry import Volume
    from hyoid.imaging import read_volume, write_volume

    shutil.copytree(cohort, tmp_path / "cohort")
    cases: list[Case] = [case for case in read_cohort(tmp_path / "cohort").cases if case.id != WITHOUT_OUTCOME]
    pet = read_volume(cases[0].images["pet"])
    write_volume(cases[0].images["pet"], Volume(pet.array - np.float32(0.5), pet.grid))
    result = api.train(tmp_path / "cohort", three_tasks("", epochs=1), tmp_path / "run", device="cpu", fold="0")
    assert "negative-suv" in result.run.excluded[cases[0].id]
