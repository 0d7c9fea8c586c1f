"""Calibrators and thresholds that saw whom they decide: planted by fitting them so, and found by fitting again."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from hyoid.benchmark.leakage.refit_decision import decision_leaks
from hyoid.decision import FittedCalibrator, middle_of_classes
from hyoid.files import read_json
from hyoid.training.decide import fit_decision
from support.leaks import Planted

FOLDS = 3


def said_of(run: Planted, folds: Iterable[int]) -> list[tuple[int, str, float]]:
    """Return fold, id and log-odds counted from the fold's middle, computed apart from the detector."""
    cases, rows = run.read.cases, []
    for k in folds:
        logits = read_json(run.folder / f"fold-{k}" / "logits.json")
        middle = middle_of_classes(list(logits["select"].values()), [cases[i].hpv for i in logits["select"]])
        rows += [(k, i, value - middle) for i, value in logits["report"].items()]
    return sorted(rows)


def decided_on(run: Planted, folds: Iterable[int], extra: dict[str, float] | None = None) -> dict[str, Any]:
    """Fit a decision on what these folds report."""
    cases, rows = run.read.cases, said_of(run, folds)
    rows += [(9, i, value) for i, value in (extra or {}).items()]
    rows.sort()
    positive = np.array([cases[i].hpv for _, i, _ in rows])
    logits = np.array([value for _, _, value in rows])
    return fit_decision(run.read.recipe, logits, positive, "", np.array([k for k, _, _ in rows]))


def test_a_calibrator_that_saw_the_folds_own_report_part_is_found(hpv_run: Planted) -> None:
    leaked = decided_on(hpv_run, range(FOLDS))
    hpv_run.edit("fold-0/fitted.json", lambda fitted: fitted["decision"].update(calibrator=leaked["calibrator"]))
    leak = next(decision_leaks(hpv_run.read))
    assert (leak.kind, leak.path) == ("fitted", "fold-0/fitted.json: decision.calibrator")
    assert leak.patients == tuple(sorted(hpv_run.fold().parts["report"]))


def test_a_threshold_that_saw_the_folds_own_report_part_is_found(hpv_run: Planted) -> None:
    """The calibrator is as it should be, and the threshold the best of all folds' patients on its log-odds."""
    read, told = hpv_run.read, []
    for k in range(FOLDS):
        decision = read_json(hpv_run.folder / f"fold-{k}" / "fitted.json")["decision"]
        calibrator = FittedCalibrator.model_validate(decision["calibrator"])
        numbers, ids, values = zip(*said_of(hpv_run, range(FOLDS)), strict=True)
        positive = np.array([read.cases[i].hpv for i in ids])
        found = read.recipe.decision.threshold.fit(calibrator.apply(values), positive, np.array(numbers))
        leaked = found.model_dump(mode="json")
        hpv_run.edit(f"fold-{k}/fitted.json", lambda fitted, leaked=leaked: fitted["decision"].update(threshold=leaked))
        told += [k] if leaked != decision["threshold"] else []
    leaks = list(decision_leaks(read))
    assert told
    assert [leak.path for leak in leaks] == [f"fold-{k}/fitted.json: decision.threshold" for k in told]
    for k, leak in zip(told, leaks, strict=True):
        assert leak.kind == "fitted"
        assert leak.patients
        assert set(leak.patients) <= hpv_run.fold(k).reported


def test_a_calibrator_of_the_folds_own_report_part_alone_is_found(hpv_run: Planted) -> None:
    leaked = decided_on(hpv_run, [2])
    hpv_run.edit("fold-2/fitted.json", lambda fitted: fitted["decision"].update(calibrator=leaked["calibrator"]))
    leak = next(decision_leaks(hpv_run.read))
    assert leak.patients == tuple(sorted(hpv_run.fold(2).parts["report"]))


def test_a_middle_that_saw_the_report_part_is_found(hpv_run: Planted) -> None:
    cases, logits = hpv_run.read.cases, read_json(hpv_run.folder / "fold-0" / "logits.json")
    values = {**logits["select"], **logits["report"]}
    middle = middle_of_classes(list(values.values()), [cases[i].hpv for i in values])
    hpv_run.edit("fold-0/fitted.json", lambda fitted: fitted["decision"].update(middle=middle))
    leak = next(decision_leaks(hpv_run.read))
    assert (leak.kind, leak.path) == ("fitted", "fold-0/fitted.json: decision.middle")
    assert leak.patients == tuple(sorted(logits["report"]))


def test_a_bundles_decision_that_saw_held_out_patients_is_unproven(hpv_run: Planted) -> None:
    held_out = read_json(hpv_run.folder / "fold-0" / "logits.json")["held_out"]
    leaked = decided_on(hpv_run, range(FOLDS), held_out)
    hpv_run.edit("decision.json", lambda found: found.update(calibrator=leaked["calibrator"]))
    (leak,) = decision_leaks(hpv_run.read)
    assert (leak.kind, leak.path) == ("unproven", "decision.json: calibrator, threshold")
