"""Encoders and estimators that saw more than they say: planted by fitting them so, and found by fitting again."""

import numpy as np
import pytest

from hyoid.benchmark.leakage.refit_table import encoder_leaks, estimator_leaks
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun
from hyoid.cohort.encoders import FittedEncoder
from hyoid.metrics.survival import Observed
from support.leaks import Planted


def plant_encoder(run: Planted, k: int, ids: list[str]) -> None:
    cases = run.read.given(run.fold(k))
    encoder = run.read.recipe.inputs.fit_encoder([cases[i] for i in ids])
    run.edit(f"fold-{k}/fitted.json", lambda fitted: fitted.update(encoder=encoder.to_json()))


def labelled(read: TrainedRun, encoder: FittedEncoder, ids: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    cases = [read.cases[i] for i in sorted(ids)]
    return encoder.encode(cases).values, np.array([case.hpv for case in cases], bool)


@pytest.mark.parametrize("others", ["report", "held_out", "one"])
def test_an_encoder_that_saw_the_report_part_or_one_of_it_is_found(others: str, hpv_run: Planted) -> None:
    fold = hpv_run.fold(1)
    extra = fold.parts["report"][3:4] if others == "one" else fold.parts[others]
    plant_encoder(hpv_run, 1, [*fold.parts["train"], *extra])
    (leak,) = encoder_leaks(hpv_run.read)
    assert (leak.kind, leak.patients) == ("fitted", tuple(sorted(extra)))
    assert leak.path == "fold-1/fitted.json: encoder"


def test_an_encoder_fitted_on_the_whole_cohort_names_whom_the_fold_reports(rfs_run: Planted) -> None:
    fold = rfs_run.fold()
    plant_encoder(rfs_run, 0, [case.id for case in rfs_run.cohort.cases])
    leak = next(encoder_leaks(rfs_run.read))
    assert leak.patients == tuple(sorted(fold.parts["report"]))


def test_an_encoder_that_saw_select_besides_is_not_what_its_record_says(hpv_run: Planted) -> None:
    fold = hpv_run.fold()
    plant_encoder(hpv_run, 0, [*fold.parts["train"], *fold.parts["select"]])
    leak = next(encoder_leaks(hpv_run.read))
    assert leak.kind == "unproven"
    assert set(fold.parts["select"]) <= set(leak.patients)


def test_an_encoder_of_other_numbers_is_unproven(hpv_run: Planted) -> None:
    def shift(fitted: dict[str, object]) -> None:
        fitted["encoder"]["columns"][0]["mean"] += 1.0

    hpv_run.edit("fold-2/fitted.json", shift)
    leak = next(encoder_leaks(hpv_run.read))
    assert (leak.kind, leak.patients, leak.path) == ("unproven", (), "fold-2/fitted.json: encoder")


def test_a_logistic_regression_trained_on_the_report_part_is_found(hpv_run: Planted) -> None:
    read, fold = hpv_run.read, hpv_run.fold()

    def refit(fitted: dict[str, object]) -> None:
        encoder = FittedEncoder.from_json(fitted["encoder"])

        ids = fold.parts["train"] + fold.parts["report"], fold.parts["select"]
        parts = [labelled(read, encoder, part) for part in ids]
        found = read.recipe.estimator_stage.logistic.fit(encoder.names, *parts)
        fitted["estimator"] = found.model_dump(mode="json")

    hpv_run.edit("fold-0/fitted.json", refit)
    (leak,) = estimator_leaks(read)
    assert (leak.kind, leak.patients) == ("fitted", tuple(sorted(fold.parts["report"])))
    assert leak.path == "fold-0/fitted.json: estimator"


def test_a_cox_model_trained_on_the_report_part_is_found(rfs_run: Planted) -> None:
    read, fold = rfs_run.read, rfs_run.fold(1)
    given = read.given(fold)

    def refit(fitted: dict[str, object]) -> None:
        encoder = FittedEncoder.from_json(fitted["encoder"])

        def part(ids: tuple[str, ...]) -> tuple[np.ndarray, Observed]:
            cases = [given[i] for i in sorted(ids)]
            days, events = [case.rfs_days for case in cases], [case.relapse for case in cases]
            return encoder.encode(cases).values.astype(np.float64), Observed(np.array(days), np.array(events))

        train = fold.parts["train"] + fold.parts["report"]
        found = read.recipe.estimator_stage.survival.fit(encoder.names, part(train), part(fold.parts["select"]))
        fitted["members"][0]["estimator"] = found.model_dump(mode="json")

    rfs_run.edit("fold-1/fitted.json", refit)
    (leak,) = estimator_leaks(read)
    assert (leak.kind, leak.patients) == ("fitted", tuple(sorted(fold.parts["report"])))


def test_a_penalty_chosen_on_the_report_part_is_found(hpv_run: Planted) -> None:
    """The penalty is one of five: a choice on the report part tells where it falls on another."""
    read, told = hpv_run.read, []
    for fold in read.folds:
        before = read.read(fold, "fitted.json")["estimator"]["strength"]

        def refit(fitted: dict[str, object], fold: FoldParts = fold) -> None:
            encoder = FittedEncoder.from_json(fitted["encoder"])
            parts = labelled(read, encoder, fold.parts["train"]), labelled(read, encoder, fold.parts["report"])
            found = read.recipe.estimator_stage.logistic.fit(encoder.names, *parts)
            fitted["estimator"] = found.model_dump(mode="json")

        hpv_run.edit(f"{fold.folder}/fitted.json", refit)
        if read.read(fold, "fitted.json")["estimator"]["strength"] != before:
            told.append(fold)
    leaks = list(estimator_leaks(read))
    assert told
    assert [leak.path for leak in leaks] == [f"{fold.folder}/fitted.json: estimator.strength" for fold in told]
    for leak, fold in zip(leaks, told, strict=True):
        assert leak.patients
        assert set(leak.patients) <= fold.reported
