"""Inputs of models that saw the patient: an HPV status of a trained run, masks of a run made by hand."""

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hyoid.benchmark.leakage.inferred import inferred_leaks
from hyoid.benchmark.leakage.trained import TrainedRun
from hyoid.cohort import Case, Cohort
from hyoid.files import read_json, write_json, write_text
from hyoid.recipe import dump_recipe, load_recipe
from support.leaks import Planted

INNER = "fold-0/upstream/hpv-logistic"


@pytest.mark.parametrize("part", ["train", "select", "report"])
def test_an_upstream_run_that_uses_whom_the_fold_reports_is_found(part: str, rfs_run: Planted) -> None:
    patient = rfs_run.fold().parts["report"][1]
    rfs_run.edit(f"{INNER}/splits.json", lambda folds: folds[1][part].append(patient))
    leak, given = inferred_leaks(rfs_run.read)
    assert (leak.kind, leak.patients, leak.path) == ("inferred", (patient,), f"{INNER}/splits.json: fold-1")
    assert (given.patients, given.path) == ((patient,), "fold-0/inferred.json")  # and its status is of these models


def test_an_upstream_classifier_that_saw_whom_the_fold_reports_is_found(rfs_run: Planted) -> None:
    patient = rfs_run.fold().parts["report"][1]
    rfs_run.edit(f"{INNER}/fold-1/seen.json", lambda seen: seen["model"].append(patient))
    (leak,) = inferred_leaks(rfs_run.read)
    assert (leak.patients, leak.path) == ((patient,), f"{INNER}/fold-1/seen.json: model")


def test_upstream_models_of_the_other_fold_are_found_with_the_patients(rfs_run: Planted) -> None:
    """The whole upstream run of fold 1, which learnt from whom fold 0 reports, in the place of fold 0's own."""
    shutil.rmtree(rfs_run.folder / INNER)
    shutil.copytree(rfs_run.folder / INNER.replace("fold-0", "fold-1"), rfs_run.folder / INNER)
    leaks = {leak.path: leak for leak in inferred_leaks(rfs_run.read)}
    reported = tuple(sorted(rfs_run.fold().parts["report"]))
    for path in (f"{INNER}/manifest.json: cohort_hash", f"{INNER}/bundle/manifest.json: cohort.hash"):
        assert leaks[path].patients == reported
    assert set(leaks[f"{INNER}/splits.json: fold-0"].patients) <= set(reported)


def test_a_bundle_that_is_not_of_the_upstream_run_is_found(rfs_run: Planted) -> None:
    """The models that infer are the other fold's, whatever splits and records beside them say."""
    shutil.rmtree(rfs_run.folder / INNER / "bundle")
    shutil.copytree(rfs_run.folder / "fold-1/upstream/hpv-logistic/bundle", rfs_run.folder / INNER / "bundle")
    leaks = {leak.path: leak for leak in inferred_leaks(rfs_run.read)}
    assert leaks.pop(f"{INNER}/bundle/manifest.json: cohort.hash").patients
    assert set(leaks) == {f"{INNER}/bundle/fold-{k}/fitted.json" for k in (0, 1)}
    assert "cannot be told" in next(iter(leaks.values())).found


def test_a_leak_within_an_upstream_run_is_found_with_its_path(rfs_run: Planted) -> None:
    inner = TrainedRun(rfs_run.folder / INNER, rfs_run.cohort, rfs_run.folder).folds[0]
    patient = inner.parts["report"][0]
    rfs_run.edit(f"{INNER}/fold-0/seen.json", lambda seen: seen["threshold"].append(patient))
    found = {leak.path: leak for leak in rfs_run.leaks()}
    assert found[f"{INNER}/fold-0/seen.json: threshold"].patients == (patient,)


def test_a_status_inferred_by_models_that_learnt_from_the_patient_is_found(rfs_run: Planted) -> None:
    patient = rfs_run.fold().parts["train"][0]

    def move(known: dict[str, Any]) -> None:
        known["hpv"]["ensemble"][patient] = known["hpv"]["out_of_fold"].pop(patient)

    rfs_run.edit("fold-0/inferred.json", move)
    (leak,) = inferred_leaks(rfs_run.read)
    assert (leak.patients, leak.path) == ((patient,), "fold-0/inferred.json")
    assert "all folds of hpv-logistic:clinical, which saw them" in leak.found


def test_a_status_that_is_not_the_own_folds_is_found(rfs_run: Planted) -> None:
    patient = rfs_run.fold().parts["select"][0]

    def turn(known: dict[str, Any]) -> None:
        known["hpv"]["out_of_fold"][patient] = not known["hpv"]["out_of_fold"][patient]

    rfs_run.edit("fold-0/inferred.json", turn)
    (leak,) = inferred_leaks(rfs_run.read)
    assert (leak.patients, leak.path) == ((patient,), "fold-0/inferred.json: hpv.out_of_fold")


def test_a_status_of_no_inner_fold_is_found(rfs_run: Planted) -> None:
    patient = rfs_run.fold().parts["train"][0]
    path = rfs_run.folder / INNER / "out-of-fold" / "predictions.csv"
    table = pd.read_csv(path, dtype=str)
    table[table["PatientID"] != patient].to_csv(path, index=False)
    (leak,) = inferred_leaks(rfs_run.read)
    assert leak.patients == (patient,)
    assert "none reports them" in leak.found


@pytest.fixture
def masked(tmp_path: Path) -> TrainedRun:
    """A fold that learns from a, b and reports c, and a segmentation whose two folds report a and b."""
    cohort = Cohort(tmp_path, tuple(Case(name) for name in "abc"), "table")
    run, inner = tmp_path / "run", tmp_path / "run" / "fold-0" / "upstream" / "baseline-unet"
    for folder, recipe in ((run, "cds-rfs"), (inner, "baseline-unet")):
        write_text(folder / "recipe.yaml", dump_recipe(load_recipe(recipe)))
    outer = {"folder": "fold-0", "name": "fold-0", "train": ["a"], "select": ["b"], "report": ["c"]}
    write_json(run / "splits.json", [outer])
    pairs = [("a", "b"), ("b", "a")]
    folds = [{"name": f"fold-{k}", "train": [one], "select": [], "report": [own]} for k, (one, own) in enumerate(pairs)]
    write_json(inner / "splits.json", [{"folder": fold["name"], **fold} for fold in folds])
    for _, own in pairs:
        write_json(inner / "out-of-fold" / own / f"{own}.json", {"fold": "fold-0" if own == "b" else "fold-1"})
    write_json(inner / "manifest.json", {"cohort_hash": cohort.select("ab").content_hash()})
    write_json(run / "fold-0" / "inferred.json", {"masks": {"a": "out_of_fold", "b": "out_of_fold", "c": "ensemble"}})
    for name in "abc":
        write_text(run / "fold-0" / "predicted-masks" / f"{name}.b2nd", "")
    write_json(run / "fold-0" / "fitted.json", {})
    return TrainedRun(run, cohort, run / "store")


def test_masks_of_models_that_had_not_seen_the_patient_are_no_leak(masked: TrainedRun) -> None:
    assert list(inferred_leaks(masked)) == []


def test_a_mask_predicted_by_models_that_saw_the_patient_is_found(masked: TrainedRun) -> None:
    path = masked.folder / "fold-0" / "inferred.json"
    write_json(path, {"masks": {**read_json(path)["masks"], "a": "ensemble"}})
    (leak,) = inferred_leaks(masked)
    assert (leak.kind, leak.patients, leak.path) == ("inferred", ("a",), "fold-0/inferred.json")


def test_a_mask_of_which_nobody_says_who_predicted_it_is_unproven(masked: TrainedRun) -> None:
    write_json(masked.folder / "fold-0" / "inferred.json", {"masks": {"a": "out_of_fold", "b": "out_of_fold"}})
    (leak,) = inferred_leaks(masked)
    assert (leak.kind, leak.patients) == ("unproven", ("c",))
