"""Encoders, and estimators on the encoded table: fitted again on whom they say that they saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.refit import Refit, refit_leaks
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun
from hyoid.cohort import Case
from hyoid.cohort.encoders import FittedEncoder
from hyoid.estimators.cox_ph import CoxPH
from hyoid.estimators.logistic import LogisticRegression
from hyoid.evaluation import observed_of
from hyoid.training import has_label
from hyoid.training.checkpoint import read_fitted

Part = tuple[NDArray[np.floating], Any]
"""Encoded values (n, columns) and what is learnt from: HPV status (n,), or `Observed`."""


def table_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Fit every fold's encoder, logistic regression or Cox model again and compare it with the one on disk.

    The other estimators, and networks, take too long to be trained again: of them there is the record alone.
    """
    for fold in run.finished:
        fitted = read_fitted(run.folder / fold.folder)
        if fitted.get("encoder") is None:
            continue
        yield from _encoder(run, fold, fitted["encoder"])
        yield from _estimator(run, fold, fitted)


def _encoder(run: TrainedRun, fold: FoldParts, recorded: Any) -> Iterator[Leak]:
    cases = run.given(fold)

    def refit(ids: Sequence[str]) -> Any:
        encoder = run.recipe.inputs.fit_encoder([cases[i] for i in ids])
        return None if encoder is None else encoder.to_json()

    path = f"{fold.folder}/fitted.json: encoder"
    yield from refit_leaks(run, fold, path, recorded, refit, run.seen(fold, "encoder"))


def _estimator(run: TrainedRun, fold: FoldParts, fitted: dict[str, Any]) -> Iterator[Leak]:
    stage = run.recipe.estimator_stage
    if run.recipe.has_network or stage is None or not isinstance(stage.estimator, LogisticRegression | CoxPH):
        return
    recorded = fitted["estimator"] if run.recipe.task == "hpv" else fitted["members"][0]["estimator"]
    train, select = run.seen(fold, "model"), run.seen(fold, "selection")
    on_train, on_select = _refits(run, fold, FittedEncoder.from_json(fitted["encoder"]), train, select)
    path = f"{fold.folder}/fitted.json: estimator"
    found = list(refit_leaks(run, fold, path, recorded, on_train, train))
    if found and not found[0].patients:  # nobody beside those trained on explains it: perhaps the penalty was chosen so
        chosen = list(refit_leaks(run, fold, f"{path}, its penalty", recorded, on_select, select))
        found = chosen if chosen and chosen[0].patients else found
    yield from found


def _refits(
    run: TrainedRun, fold: FoldParts, encoder: FittedEncoder, train: Sequence[str], select: Sequence[str]
) -> tuple[Refit, Refit]:
    """Return the estimator as a function of whom it is trained on, and of whom its penalty is chosen on."""
    stage, cases, task = run.recipe.estimator_stage, run.given(fold), run.recipe.task

    def part(ids: Sequence[str]) -> Part:
        known = [cases[i] for i in sorted(ids) if has_label(run.cases[i], task)]
        values = encoder.encode(known).values if known else np.zeros((0, len(encoder.names)), np.float32)
        return _labelled(values, [run.cases[case.id] for case in known], task)

    def fit(trained: Sequence[str], chosen: Sequence[str]) -> Any:
        if stage is None:
            raise TypeError("no estimator")
        estimator: Any = stage.estimator
        return estimator.fit(encoder.names, part(trained), part(chosen)).model_dump(mode="json")

    return lambda ids: fit(ids, select), lambda ids: fit(train, ids)


def _labelled(values: NDArray[np.float32], cases: Sequence[Case], task: str) -> Part:
    if task == "hpv":
        return values, np.array([case.hpv is True for case in cases], bool)
    outcomes = [(case.relapse is True, case.rfs_days or 0.0) for case in cases]
    return values.astype(np.float64), observed_of(outcomes)
