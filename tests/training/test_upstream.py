"""Upstream models of a fold: who sees whom, what each patient is given, and that nobody reported is seen."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hyoid import api
from hyoid.cohort import Cohort, Fold, folds_from_json
from hyoid.errors import BundleError, CohortError
from hyoid.files import read_json
from hyoid.geometry import Volume
from hyoid.imaging import read_volume, resample_labels, write_volume
from hyoid.inference.upstream import Upstreams
from hyoid.training import train_run
from hyoid.training.chunked import open_chunked
from hyoid.training.inferred import Inferred
from hyoid.training.stored_case import StoredCase
from hyoid.training.usable import usable_cases
from support.masks import WITHOUT_MASK, WITHOUT_STATUS, mask_network

SEGMENTATION, CLASSIFIER = "baseline-segresnet", "hpv-logistic"


@pytest.fixture(scope="module")
def folds(mask_run: api.TrainResult) -> list[Fold]:
    return folds_from_json(read_json(mask_run.run.folder / "splits.json"))


def learnt(fold: Fold) -> set[str]:
    return {*fold.train, *fold.select, *fold.stack}


def on_frame(mask_run: api.TrainResult, case_id: str, labels: Volume) -> np.ndarray:
    (stored,) = (mask_run.run.folder / "store").glob(f"*/cases/{case_id}")
    return resample_labels(labels, StoredCase(stored).way_back.grid).array


@pytest.mark.parametrize("k", [0, 1])
def test_upstream_runs_know_only_whom_the_fold_learns_from(
    k: int, mask_run: api.TrainResult, folds: list[Fold], mask_cohort: Cohort
) -> None:
    for name, lacks in ((SEGMENTATION, WITHOUT_MASK), (CLASSIFIER, WITHOUT_STATUS)):
        run = mask_run.run.folder / f"fold-{k}" / "upstream" / name
        inner = folds_from_json(read_json(run / "splits.json"))
        assert {i for fold in inner for i in fold.ids()} == learnt(folds[k]) - {lacks}
        assert sorted(i for fold in inner for i in fold.report) == sorted(learnt(folds[k]) - {lacks})
        known = read_json(run / "manifest.json")["cohort_hash"]
        assert known == mask_cohort.select(learnt(folds[k])).content_hash()
        assert set(read_json(run / "excluded.json")) == ({lacks} & learnt(folds[k]))


@pytest.mark.parametrize("k", [0, 1])
def test_a_learnt_patients_mask_and_status_come_from_the_inner_fold_that_had_not_seen_them(
    k: int, mask_run: api.TrainResult, folds: list[Fold]
) -> None:
    folder = mask_run.run.folder / f"fold-{k}"
    run = folder / "upstream" / SEGMENTATION
    for case_id in learnt(folds[k]) - {WITHOUT_MASK}:
        said = read_json(run / "out-of-fold" / case_id / f"{case_id}.json")
        inner = {fold.name: fold for fold in folds_from_json(read_json(run / "splits.json"))}[said["fold"]]
        assert case_id in inner.report
        assert case_id not in {*inner.train, *inner.select}
        labels = read_volume(run / "out-of-fold" / case_id / f"{case_id}.nii.gz")
        kept = open_chunked(folder / "predicted-masks" / f"{case_id}.b2nd")[:]
        np.testing.assert_array_equal(kept, on_frame(mask_run, case_id, labels))
    table = pd.read_csv(folder / "upstream" / CLASSIFIER / "out-of-fold" / "predictions.csv").set_index("PatientID")
    decided = read_json(folder / "inferred.json")["hpv"]
    assert decided["out_of_fold"] == table["hpv_decision"].astype(bool).to_dict()
    assert set(decided["out_of_fold"]) == learnt(folds[k]) - {WITHOUT_STATUS}


def test_all_others_are_inferred_by_all_inner_folds_together(
    mask_run: api.TrainResult, folds: list[Fold], mask_cohort: Cohort
) -> None:
    folder = mask_run.run.folder / "fold-0"
    models = Upstreams(folder, "cpu")
    assert len(models.segmenter.bundles[0].chosen_folds) == 2
    decided = read_json(folder / "inferred.json")["hpv"]["ensemble"]
    assert set(decided) == {*folds[0].report, WITHOUT_STATUS}
    for case_id in (folds[0].report[0], WITHOUT_MASK):
        labels, _ = models.label_map(mask_cohort.case(case_id))
        kept = open_chunked(folder / "predicted-masks" / f"{case_id}.b2nd")[:]
        np.testing.assert_array_equal(kept, on_frame(mask_run, case_id, labels))
    for case_id in (folds[0].report[1], WITHOUT_STATUS):
        assert decided[case_id] == models.hpv(mask_cohort.case(case_id), "ensemble")[0]


def test_models_are_never_asked_about_whom_they_trained_on(
    mask_run: api.TrainResult, folds: list[Fold], mask_cohort: Cohort, tmp_path: Path
) -> None:
    """Were an out-of-fold label map lost, the ensemble, which saw the patient, would not step in."""
    fold = shutil.copytree(mask_run.run.folder / "fold-0", tmp_path / "fold-0")
    lost = sorted(learnt(folds[0]) - {WITHOUT_MASK})[0]
    shutil.rmtree(fold / "upstream" / SEGMENTATION / "out-of-fold" / lost)
    (fold / "predicted-masks" / f"{lost}.b2nd").unlink()
    (stored,) = (mask_run.run.folder / "store").glob(f"*/cases/{lost}")
    store = _Store({lost: stored})
    with pytest.raises(BundleError, match=f"Found {lost} among the patients of"):
        Inferred(fold, {case.id: case for case in mask_cohort.cases}, store, "cpu").masks([lost])
    with pytest.raises(BundleError, match=f"Found {lost} among"):
        Inferred(fold, {case.id: case for case in mask_cohort.cases}, None, "cpu").hpv([lost], "ensemble")


class _Store:
    def __init__(self, folders: dict[str, Path]) -> None:
        self.folders = folders

    def open(self, case_id: str) -> StoredCase:
        return StoredCase(self.folders[case_id])


@pytest.fixture(scope="module")
def altered(
    mask_cohort: Cohort, mask_split: str, mask_run: api.TrainResult, tmp_path_factory: pytest.TempPathFactory
) -> Cohort:
    """The cohort with whatever fold 0 reports made another: images, label maps, records, HPV status, outcomes."""
    report = folds_from_json(read_json(mask_run.run.folder / "splits.json"))[0].report
    folder = tmp_path_factory.mktemp("altered")

    def other(position: int, case_id: str) -> object:
        case, stranger = mask_cohort.case(case_id), mask_cohort.case(report[position - 1])
        images = {}
        for name, path in case.images.items():
            volume = read_volume(path)
            images[name] = folder / path.name
            write_volume(images[name], volume.with_array((volume.array * 1.5).astype(volume.array.dtype)))
        outcome = {"relapse": not case.relapse, "rfs_days": 2000.0 - (case.rfs_days or 0.0)}
        record = {**case.clinical, "age": 30, "performance_status": 4}
        return replace(case, images=images, mask=stranger.mask, clinical=record, hpv=not case.hpv, **outcome)

    changed = {case_id: other(k, case_id) for k, case_id in enumerate(report)}
    return replace(mask_cohort, cases=tuple(changed.get(case.id, case) for case in mask_cohort.cases))


def fitted_files(folder: Path) -> dict[str, bytes]:
    """All that was fitted in a fold, its upstream runs included, and what whom it learns from is given."""
    names = ("weights.safetensors", "fitted.json", "out-of-fold/*/*.nii.gz", "out-of-fold/*.csv", "decision.json")
    found = [path for name in names for path in folder.glob(f"upstream/*/**/{name}")]
    found += [folder / "weights.safetensors", folder / "fitted.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_nothing_fitted_in_a_fold_changes_with_whom_it_reports(
    mask_run: api.TrainResult, altered: Cohort, folds: list[Fold], mask_split: str, tmp_path: Path
) -> None:
    again = train_run(
        altered, mask_network(mask_split, "inputs.missing=fill"), tmp_path / "again", fold="0", device="cpu"
    )
    one, other = mask_run.run.folds["fold-0"], again.folds["fold-0"]
    first, second = fitted_files(one), fitted_files(other)
    assert sum(name.startswith("upstream/baseline") and name.endswith(".nii.gz") for name in first) == 7
    assert sum(name.endswith("weights.safetensors") for name in first) == 1 + 2 + 2  # own, inner folds, their bundle
    assert first == second
    for case_id in learnt(folds[0]):
        masks = [open_chunked(fold / "predicted-masks" / f"{case_id}.b2nd")[:] for fold in (one, other)]
        np.testing.assert_array_equal(*masks)
    said = [read_json(fold / "prognoses.json") for fold in (one, other)]
    assert said[0]["select"] == said[1]["select"]
    for case_id in folds[0].report:  # the alteration is no idle one
        assert said[0]["report"][case_id] != said[1]["report"][case_id]


def test_a_killed_run_resumes_its_upstream_runs_to_the_same_bits(
    mask_run: api.TrainResult, mask_cohort: Cohort, mask_split: str, tmp_path: Path
) -> None:
    run = shutil.copytree(mask_run.run.folder, tmp_path / "run")
    fold, inner = run / "fold-0", run / "fold-0" / "upstream" / SEGMENTATION
    for name in ("fitted.json", "weights.safetensors", "prognoses.json", "inferred.json"):
        (fold / name).unlink()
    shutil.rmtree(inner / "bundle")
    shutil.rmtree(inner / "out-of-fold")
    shutil.rmtree(fold / "predicted-masks")
    for name in ("fitted.json", "weights.safetensors"):
        (inner / "fold-1" / name).unlink()
    recipe = mask_network(mask_split, "inputs.missing=fill")
    train_run(mask_cohort, recipe, run, fold="0", device="cpu", resume=True)
    assert fitted_files(fold) == fitted_files(mask_run.run.folder / "fold-0")
    whole = mask_run.run.folder / "fold-0"
    assert (fold / "prognoses.json").read_bytes() == (whole / "prognoses.json").read_bytes()
    inferred, known = read_json(fold / "inferred.json"), read_json(whole / "inferred.json")
    assert inferred["hpv"]
    for models, decided in inferred["hpv"].items():  # other tests ask the same run under other conditions
        assert decided.items() <= known["hpv"][models].items()
    assert inferred["no_mask"].items() <= known["no_mask"].items()


@pytest.mark.parametrize(
    ("lacks", "message"),
    [
        (
            {"mask": None},
            r"baseline-segresnet, by which cds-rfs infers an input, cannot be trained in fold-0\. Found 8",
        ),
        ({"hpv": None}, r"hpv-logistic:clinical, by which cds-rfs infers an input, cannot be trained in fold-0\."),
        (
            {"hpv": True},
            r"cannot be trained in fold-0\. Found 0 negative and 3 positive training cases in fold-0 of its own",
        ),
    ],
)
def test_a_fold_without_what_an_upstream_recipe_learns_from_is_refused_before_anything_is_written(
    lacks: dict[str, None], message: str, mask_cohort: Cohort, mask_split: str, tmp_path: Path
) -> None:
    bare = replace(mask_cohort, cases=tuple(replace(case, **lacks) for case in mask_cohort.cases))
    with pytest.raises(CohortError, match=message):
        train_run(bare, mask_network(mask_split), tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()


def test_who_lacks_a_mask_or_what_it_is_predicted_by_is_left_out_where_the_recipe_refuses(mask_cohort: Cohort) -> None:
    usable, excluded = usable_cases(mask_cohort.cases, mask_network(variant="expert"))
    assert excluded == {WITHOUT_MASK: "no expert mask to read (inputs.mask)"}
    assert len(usable) == 15
    usable, excluded = usable_cases(mask_cohort.cases, mask_network())
    assert not excluded
    without_ct = [replace(case, images={"pet": case.images["pet"]}) for case in mask_cohort.cases]
    settings = "inputs.images=[pet]"
    mixed = [*without_ct[:1], *mask_cohort.cases[1:]]
    usable, excluded = usable_cases(mixed, mask_network(settings))
    assert excluded == {mixed[0].id: "no ct to predict a mask by"}
    usable, excluded = usable_cases(mixed, mask_network(settings, "inputs.missing=fill"))
    assert not excluded
