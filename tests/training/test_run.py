"""A whole run on the smallest cohort: training, out of fold, kill and resume, bundle, prediction."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from hyoid import api
from hyoid.cohort import read_cohort
from hyoid.errors import BundleError, CohortError, HyoidError, RecipeError
from hyoid.files import read_json
from hyoid.imaging import read_grid, read_volume
from hyoid.recipe import parse_recipe
from hyoid.training.checkpoint import read_metrics
from support.balls import ball_cohort
from support.killed_when import run_killed
from support.recipes import small_recipe


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ball_cohort(tmp_path_factory.mktemp("run") / "cohort", 6)


@pytest.fixture(scope="module")
def trained(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> api.TrainResult:
    return api.train(cohort, small_recipe(epochs=3), tmp_path_factory.mktemp("run") / "run", device="cpu")


def test_every_case_is_predicted_by_the_fold_that_did_not_see_it(cohort: Path, trained: api.TrainResult) -> None:
    folds = read_json(trained.run.folder / "splits.json")
    cases = {case.id: case for case in read_cohort(cohort).cases}
    assert sorted(i for fold in folds for i in fold["report"]) == sorted(cases) == list(trained.run.reported)
    for fold in folds:
        assert not set(fold["report"]) & (set(fold["train"]) | set(fold["select"]))
        for case_id in fold["report"]:
            info = read_json(trained.run.folder / "out-of-fold" / case_id / f"{case_id}.json")
            assert info["fold"] == fold["name"]
            grid = read_grid(trained.run.folder / "out-of-fold" / case_id / f"{case_id}.nii.gz")
            assert grid == read_grid(cases[case_id].images["ct"])


def test_run_folder_holds_what_the_design_names(trained: api.TrainResult) -> None:
    folder = trained.run.folder
    for name in ("recipe.yaml", "splits.json", "manifest.json", "excluded.json", "out-of-fold.json"):
        assert (folder / name).is_file()
    for fold in ("fold-0", "fold-1"):
        lines = read_metrics(folder / fold / "metrics.jsonl")
        assert [line["epoch"] for line in lines] == [0, 1, 2]
        assert all(line["loss"] > 0 for line in lines)
        assert read_json(folder / fold / "fitted.json")["stages"][0]["epochs"] == 3
    assert lines[0]["learning_rate"] > lines[2]["learning_rate"]


def test_bundle_predicts_a_new_study_as_the_run_did(cohort: Path, trained: api.TrainResult, tmp_path: Path) -> None:
    result = api.predict([trained.run.folder], tmp_path, cohort=cohort, device="cpu")
    assert not result.failed
    assert (tmp_path / "predictions.csv").read_text().startswith("PatientID,gtvp_volume_ml")
    labels = read_volume(tmp_path / "ACEN-000" / "ACEN-000.nii.gz")
    assert labels.grid == read_grid(cohort / "ACEN-000__CT.nii.gz")
    assert labels.array.dtype == np.uint8
    info = read_json(tmp_path / "ACEN-000" / "ACEN-000.json")
    assert info["networks"] == 2
    assert info["lesions"]["gtvp"]["volume_ml"] == pytest.approx(labels.volume_ml(1), abs=1e-3)


@pytest.mark.slow
def test_one_fold_then_the_rest(cohort: Path, trained: api.TrainResult, tmp_path: Path) -> None:
    first = api.train(cohort, small_recipe(epochs=3), tmp_path / "run", fold="1", device="cpu")
    assert list(first.run.folds) == ["fold-1"]
    assert len(first.run.reported) == 3
    both = api.train(cohort, small_recipe(epochs=3), tmp_path / "run", resume=True, device="cpu")
    assert list(both.run.folds) == ["fold-0", "fold-1"]
    _assert_same_weights(both.run.folder, trained.run.folder)


@pytest.mark.slow
def test_folds_side_by_side_predict_the_same_cases(cohort: Path, trained: api.TrainResult, tmp_path: Path) -> None:
    both = api.train(cohort, small_recipe(epochs=1), tmp_path / "run", device="cpu", jobs=2)
    assert both.run.reported == trained.run.reported
    assert list(both.run.folds) == ["fold-0", "fold-1"]


@pytest.mark.slow
def test_killed_at_any_moment_it_resumes_to_the_same_result(
    cohort: Path, trained: api.TrainResult, tmp_path: Path
) -> None:
    """kill -9 at several moments, each later than the last; then the run is finished and must equal the other."""
    out = tmp_path / "run"
    moments = ("fold-0/metrics.jsonl", "fold-1/last.ckpt")
    assert len(run_killed("segmentation", cohort, out, moments)) >= 2, "the run ended before it could be killed twice"
    resumed = api.train(cohort, small_recipe(epochs=3), out, resume=True, device="cpu")
    _assert_same_weights(resumed.run.folder, trained.run.folder)
    for fold in ("fold-0", "fold-1"):
        ours, theirs = (
            [{k: v for k, v in line.items() if k != "seconds"} for line in read_metrics(f / fold / "metrics.jsonl")]
            for f in (resumed.run.folder, trained.run.folder)
        )
        assert ours == theirs
    assert resumed.evaluation.headline() == trained.evaluation.headline()


def test_resuming_something_else_is_refused(cohort: Path, trained: api.TrainResult) -> None:
    with pytest.raises(CohortError, match="--resume"):
        api.train(cohort, small_recipe(epochs=3), trained.run.folder)
    with pytest.raises(RecipeError, match="other settings"):
        api.train(cohort, small_recipe(epochs=4), trained.run.folder, resume=True)


def test_a_run_that_was_refused_before_it_trained_leaves_its_folder_free(tmp_path: Path) -> None:
    lame = ball_cohort(tmp_path / "lame", 4)
    for name in ("ACEN-000", "BCEN-001", "ACEN-002"):
        (lame / f"{name}.nii.gz").unlink()
    with pytest.raises(CohortError, match="3 of 4 patients cannot be used, 3 of them: no expert mask"):
        api.train(lame, small_recipe(epochs=1), tmp_path / "run", device="cpu")
    started = tmp_path / "begun"
    started.mkdir()
    (started / "recipe.yaml").write_text("name: refused")
    found = api.train(ball_cohort(tmp_path / "whole", 4), small_recipe(epochs=1), started, fold="0", device="cpu")
    assert list(found.run.folds) == ["fold-0"]
    measured = tmp_path / "measured"
    (measured / "upstream").mkdir(parents=True)
    (measured / "recipe.yaml").write_text("name: refused")
    (measured / "upstream" / "kept").touch()  # fitted for other settings: not to be taken for this run's
    with pytest.raises(CohortError, match="an empty folder"):
        api.train(tmp_path / "whole", small_recipe(epochs=1), measured, device="cpu")


def test_resuming_on_a_changed_cohort_is_refused(trained: api.TrainResult, tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="changed cohort"):
        api.train(ball_cohort(tmp_path / "other", 5), small_recipe(epochs=3), trained.run.folder, resume=True)


def test_altered_bundle_is_refused(trained: api.TrainResult, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(trained.bundle.folder, bundle)
    assert not [p for p in bundle.rglob("*") if p.suffix in {".pkl", ".pt", ".ckpt", ".joblib"}]
    recipe = bundle / "recipe.yaml"
    recipe.write_text(recipe.read_text().replace("overlap: 0.5", "overlap: 0.1"))
    with pytest.raises(BundleError, match=r"recipe\.yaml"):
        api.predict([bundle], tmp_path / "out", ct="x", pet="y")
    (bundle / "manifest.json").write_text("{}")
    with pytest.raises(BundleError, match="damaged"):
        api.predict([bundle], tmp_path / "out", ct="x", pet="y")
    with pytest.raises(BundleError, match="a bundle or a run"):
        api.predict([tmp_path / "nothing"], tmp_path / "out", ct="x", pet="y")


def test_missing_pet_is_one_sentence_and_stops_no_cohort(
    cohort: Path, trained: api.TrainResult, tmp_path: Path
) -> None:
    ct = cohort / "ACEN-000__CT.nii.gz"
    with pytest.raises(CohortError, match="without pet"):
        api.predict([trained.bundle.folder], tmp_path, ct=ct)
    lame = ball_cohort(tmp_path / "lame", 2)
    (lame / "BCEN-001__PT.nii.gz").unlink()
    result = api.predict([trained.bundle.folder], tmp_path / "out", cohort=lame, device="cpu")
    assert [case["id"] for case in result.cases] == ["ACEN-000"]
    assert "without pet" in result.failed["BCEN-001"]
    with pytest.raises(HyoidError, match="one of the two"):
        api.predict([trained.bundle.folder], tmp_path, ct=ct, cohort=lame)
    with pytest.raises(HyoidError, match="one of the two"):
        api.predict([trained.bundle.folder], tmp_path)


def test_recipe_that_fills_trains_on_and_predicts_a_case_without_pet(tmp_path: Path) -> None:
    lame = ball_cohort(tmp_path / "lame", 4)
    (lame / "BCEN-001__PT.nii.gz").unlink()
    recipe = small_recipe("baseline-unet", "inputs.missing=fill", "stages.0.training.modality_dropout=0.3", epochs=1)
    trained = api.train(lame, recipe, tmp_path / "run", device="cpu")
    assert len(trained.run.reported) == 4
    result = api.predict([trained.bundle.folder], tmp_path / "out", ct=lame / "BCEN-001__CT.nii.gz", device="cpu")
    assert result.cases[0]["missing_inputs"] == ["pet"]


def test_a_patient_under_two_ids_stands_in_no_two_parts(tmp_path: Path) -> None:
    twice = ball_cohort(tmp_path / "twice", 4)
    for path in sorted(twice.glob("ACEN-000*")):
        shutil.copy(path, twice / path.name.replace("ACEN-000", "ZCEN-009"))
    result = api.train(twice, small_recipe(epochs=1), tmp_path / "run", device="cpu")
    assert "ct of ACEN-000" in read_json(tmp_path / "run" / "excluded.json")["ZCEN-009"]
    assert result.run.reported == ("ACEN-000", "ACEN-002", "BCEN-001", "BCEN-003")
    assert "ZCEN-009" not in (tmp_path / "run" / "splits.json").read_text()


def test_ensemble_of_two_bundles_and_one_fold_alone(cohort: Path, trained: api.TrainResult, tmp_path: Path) -> None:
    recipe = small_recipe("baseline-unet", "inference.ensemble.name=single_fold", epochs=1)
    one, many = api.train(cohort, recipe, tmp_path / "one", device="cpu").bundle.folder, trained.bundle.folder
    images = {"ct": cohort / "ACEN-000__CT.nii.gz", "pet": cohort / "ACEN-000__PT.nii.gz"}
    for bundles, networks in (([one], 1), ([many, many], 4), ([many, one], 3)):
        result = api.predict(bundles, tmp_path / f"of-{networks}", **images, device="cpu")
        assert result.cases[0]["networks"] == networks


@pytest.mark.slow
def test_the_suv_gate_acts_in_selection_out_of_fold_and_on_new_cases(cohort: Path, tmp_path: Path) -> None:
    """No ball is hotter than SUV 12: a gate above deletes every lesion, wherever post-processing stands."""
    hot = "inference.postprocess=[{name: suv_gate, minimum_suv: 50}]"
    done = api.train(cohort, small_recipe("baseline-unet", hot, epochs=1), tmp_path / "run", device="cpu")
    for line in read_metrics(tmp_path / "run" / "fold-0" / "metrics.jsonl"):
        assert line["select_value"] == 0
    for case_id in done.run.reported:
        info = read_json(tmp_path / "run" / "out-of-fold" / case_id / f"{case_id}.json")
        assert info["postprocess"][0]["removed"]
        assert info["components"] == []
    new = api.predict([done.bundle.folder], tmp_path / "new", cohort=cohort, device="cpu")
    assert all(case["postprocess"][0]["removed"] and case["components"] == [] for case in new.cases)


def test_hold_out_part_is_never_trained_on_and_predicted_by_all_folds(cohort: Path, tmp_path: Path) -> None:
    raw = small_recipe(epochs=1).model_dump(mode="json")
    raw["split"] = {"name": "holdout_kfold", "folds": 2, "test_fraction": 0.34}
    result = api.train(cohort, parse_recipe(raw, "test"), tmp_path / "run", device="cpu")
    assert len(result.run.held_out) == 2
    for fold in read_json(tmp_path / "run" / "splits.json"):
        assert not set(result.run.held_out) & {*fold["train"], *fold["select"], *fold["report"]}
    first = result.run.held_out[0]
    info = read_json(tmp_path / "run" / "held-out" / first / f"{first}.json")
    assert info["networks"] == 2
    assert (tmp_path / "run" / "held-out.json").is_file()


def _assert_same_weights(one: Path, other: Path) -> None:
    for fold in ("fold-0", "fold-1"):
        first, second = (load_file(folder / fold / "weights.safetensors") for folder in (one, other))
        assert first.keys() == second.keys()
        for name, values in first.items():
            np.testing.assert_array_equal(values, second[name], err_msg=name)


def test_a_merged_recipe_is_worth_what_the_whole_tumour_says(cohort: Path, tmp_path: Path) -> None:
    sampling = "stages.0.training.sampling.ratios={background: 0.1, tumour: 0.9}"
    recipe = small_recipe("baseline-unet", "labels={1: tumour}", sampling, epochs=1)
    done = api.train(cohort, recipe, tmp_path / "run", device="cpu")
    assert set(done.evaluation.headline()) == {"GTV_mean_dice", "GTV_DSC_agg", "GTV_F1_agg"}
    card = (done.bundle.folder / "card.md").read_text()
    assert "GTV_mean_dice" in card
    assert "GTVp_mean_dice" not in card


def test_a_network_of_pet_alone_predicts_on_the_cts_grid(cohort: Path, tmp_path: Path) -> None:
    recipe = small_recipe("baseline-unet", "inputs.images=[pet]", epochs=1)
    done = api.train(cohort, recipe, tmp_path / "run", device="cpu")
    for case in read_cohort(cohort).cases:
        grid = read_grid(tmp_path / "run" / "out-of-fold" / case.id / f"{case.id}.nii.gz")
        assert grid == read_grid(case.images["ct"])
    predicted = api.predict([done.bundle.folder], tmp_path / "new", cohort=cohort)
    assert not predicted.failed
    assert read_grid(tmp_path / "new" / case.id / f"{case.id}.nii.gz") == read_grid(case.images["ct"])


def test_the_card_counts_whom_the_finished_folds_learnt_from(cohort: Path, tmp_path: Path) -> None:
    done = api.train(cohort, small_recipe(epochs=1), tmp_path / "run", fold="0", device="cpu")
    first = read_json(tmp_path / "run" / "splits.json")[0]
    learnt = len(first["train"]) + len(first["select"])
    assert learnt < len(read_cohort(cohort).cases)
    assert f"Trained on {learnt} cases" in (done.bundle.folder / "card.md").read_text()


@pytest.mark.parametrize(("fold", "folds"), [("9", 2), ("x", 2), ("all", 40)])
def test_what_is_refused_leaves_no_run_behind(cohort: Path, tmp_path: Path, fold: str, folds: int) -> None:
    with pytest.raises(HyoidError):
        api.train(cohort, small_recipe(folds=folds), tmp_path / "run", fold=fold, device="cpu")
    assert not (tmp_path / "run").exists()
