"""Patients on both sides: by the split, and by who predicted them."""

import pandas as pd
import pytest

from hyoid.benchmark.leakage.split import split_leaks
from hyoid.files import write_json
from support.leaks import Planted


@pytest.mark.parametrize("part", ["train", "select", "held_out"])
def test_a_patient_in_two_parts_of_a_fold_is_named_with_both(part: str, hpv_run: Planted) -> None:
    patient = hpv_run.fold(1).parts["report"][0]
    hpv_run.edit("splits.json", lambda folds: folds[1][part].append(patient))
    found = {leak.found: leak for leak in split_leaks(hpv_run.read)}
    both = "both report and held_out" if part == "held_out" else f"both {part} and report"
    leak = found[f"has them in {both}"]
    assert (leak.kind, leak.patients, leak.path) == ("split", (patient,), "splits.json: fold-1")


def test_a_patient_in_train_and_stack_is_named(rfs_run: Planted) -> None:
    patient = rfs_run.fold().parts["train"][0]
    rfs_run.edit("splits.json", lambda folds: folds[0].update(stack=[patient]))
    (leak,) = split_leaks(rfs_run.read)
    assert leak.patients == (patient,)
    assert leak.found == "has them in both train and stack"


def test_a_patient_reported_twice_is_named(hpv_run: Planted) -> None:
    patient = hpv_run.fold(1).parts["report"][0]

    def move(folds: list[dict[str, list[str]]]) -> None:
        folds[0]["train"] = [i for i in folds[0]["train"] if i != patient]
        folds[0]["select"] = [i for i in folds[0]["select"] if i != patient]
        folds[0]["report"].append(patient)

    hpv_run.edit("splits.json", move)
    (leak,) = split_leaks(hpv_run.read)
    assert (leak.patients, leak.path) == ((patient,), "splits.json")
    assert "report parts of two folds" in leak.found


def test_a_held_out_patient_whom_another_fold_uses_is_named(hpv_run: Planted) -> None:
    patient = hpv_run.fold().parts["held_out"][0]

    def move(folds: list[dict[str, list[str]]]) -> None:
        folds[2]["held_out"].remove(patient)
        folds[2]["train"].append(patient)

    hpv_run.edit("splits.json", move)
    (leak,) = split_leaks(hpv_run.read)
    assert (leak.patients, leak.path) == ((patient,), "splits.json: fold-2")
    assert "another fold holds out" in leak.found


def test_a_patient_whose_prediction_is_of_a_fold_that_learnt_from_them_is_named(hpv_run: Planted) -> None:
    patient = hpv_run.fold().parts["report"][0]
    path = hpv_run.folder / "out-of-fold" / "predictions.csv"
    table = pd.read_csv(path, dtype=str)
    table.loc[table["PatientID"] == patient, "fold"] = "fold-1"
    table.to_csv(path, index=False)
    (leak,) = split_leaks(hpv_run.read)
    assert (leak.patients, leak.path) == ((patient,), "out-of-fold/predictions.csv")
    assert "fold-1, which learnt from them" in leak.found


def test_a_label_map_of_a_fold_that_learnt_from_the_patient_or_does_not_report_them_is_named(hpv_run: Planted) -> None:
    first = hpv_run.fold()
    learnt, held_out = first.parts["train"][0], first.parts["held_out"][0]
    for patient in (learnt, held_out, first.parts["report"][0]):
        write_json(hpv_run.folder / "out-of-fold" / patient / f"{patient}.json", {"fold": first.name})
    one, other = split_leaks(hpv_run.read)
    assert one.patients == (learnt,)
    assert other.patients == (held_out,)
    assert "does not report them" in other.found
