"""The record of whom each fitted thing saw."""

import pytest

from hyoid.benchmark.leakage.recorded import recorded_leaks
from support.leaks import Planted


@pytest.mark.parametrize("name", ["encoder", "model", "selection", "middle", "calibrator", "threshold"])
def test_what_of_a_classifier_saw_a_reported_patient_is_named(name: str, hpv_run: Planted) -> None:
    patient = hpv_run.fold(1).parts["report"][2]
    hpv_run.edit("fold-1/seen.json", lambda seen: seen[name].append(patient))
    (leak,) = recorded_leaks(hpv_run.read)
    assert (leak.kind, leak.patients, leak.path) == ("fitted", (patient,), f"fold-1/seen.json: {name}")


@pytest.mark.parametrize("name", ["encoder", "model", "baseline", "cut_points"])
def test_what_of_a_survival_model_saw_a_reported_patient_is_named(name: str, rfs_run: Planted) -> None:
    patient = rfs_run.fold().parts["report"][0]
    rfs_run.edit("fold-0/seen.json", lambda seen: seen[name].append(patient))
    (leak,) = recorded_leaks(rfs_run.read)
    assert (leak.kind, leak.patients, leak.path) == ("fitted", (patient,), f"fold-0/seen.json: {name}")


def test_a_held_out_patient_may_be_seen_by_nothing(hpv_run: Planted) -> None:
    patient = hpv_run.fold().parts["held_out"][0]
    hpv_run.edit("fold-2/seen.json", lambda seen: seen["threshold"].append(patient))
    (leak,) = recorded_leaks(hpv_run.read)
    assert leak.patients == (patient,)


def test_a_fold_without_a_record_proves_nothing(hpv_run: Planted) -> None:
    (hpv_run.folder / "fold-0" / "seen.json").unlink()
    hpv_run.edit("fold-1/seen.json", lambda seen: seen.pop("threshold"))
    first, second = recorded_leaks(hpv_run.read)
    assert first.kind == second.kind == "unproven"
    assert first.path == "fold-0/seen.json"
    assert "calibrator, encoder, middle, model, selection, threshold" in first.found
    assert "threshold;" in second.found
    assert "calibrator" not in second.found
