"""Harmonisers, encoders, and estimators on the encoded table: fitted again on whom they say that they saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.refit import Refit, refit_leaks
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun
from hyoid.cohort.encoders import FittedEncoder
from hyoid.estimators.cox_ph import CoxPH
from hyoid.estimators.logistic import LogisticRegression
from hyoid.evaluation import observed_of
from hyoid.training import has_label
from hyoid.training.checkpoint import read_fitted

Part = tuple[NDArray[np.floating], Any]
"""Encoded values (n, columns) and what is learnt from: HPV status (n,), or `Observed`."""


def encoder_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Fit every fold's encoder again and compare it with the one on disk."""
    yield from _state_leaks(run, "encoder", _encoder)


def harmoniser_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Fit every fold's harmonisation between centers again and compare it with the one on disk."""
    yield from _state_leaks(run, "harmoniser", _harmoniser)


def _state_leaks(run: TrainedRun, name: str, refit: Callable[[TrainedRun, FoldParts], Refit]) -> Iterator[Leak]:
    for fold in run.finished:
        recorded = read_fitted(run.folder / fold.folder).get(name)
        if recorded is not None:
            path = f"{fold.folder}/fitted.json: {name}"
            yield from refit_leaks(run, fold, path, recorded, refit(run, fold), run.seen(fold, name))


def estimator_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Fit every fold's logistic regression or Cox model again, its weights and then the choice of its penalty.

    The other estimators, and networks, take too long to be trained again: of them there is the record alone.
    """
    stage = run.recipe.estimator_stage
    if run.recipe.has_network or stage is None or not isinstance(stage.estimator, LogisticRegression | CoxPH):
        return
    for fold in run.finished:
        fitted = read_fitted(run.folder / fold.folder)
        recorded = fitted["estimator"] if run.recipe.task == "hpv" else fitted["members"][0]["estimator"]
        table = _Table(run, fold, FittedEncoder.from_json(fitted["encoder"]), stage.estimator)
        yield from list(_weights(table, recorded)) or _penalty(table, recorded)  # which is chosen among other weights


def _encoder(run: TrainedRun, fold: FoldParts) -> Refit:
    cases = run.harmonised(fold)

    def refit(ids: Sequence[str]) -> Any:
        encoder = run.recipe.inputs.fit_encoder([cases[i] for i in ids])
        return None if encoder is None else encoder.to_json()

    return refit


def _harmoniser(run: TrainedRun, fold: FoldParts) -> Refit:
    cases = run.given(fold)

    def refit(ids: Sequence[str]) -> Any:
        harmoniser = run.recipe.inputs.fit_harmoniser([cases[i] for i in ids])
        return None if harmoniser is None else harmoniser.to_json()

    return refit


@dataclass(frozen=True, slots=True)
class _Table:
    """The encoded table of a fold, and the estimator that is fitted on it."""

    run: TrainedRun
    fold: FoldParts
    encoder: FittedEncoder
    estimator: LogisticRegression | CoxPH

    @property
    def path(self) -> str:
        """Where the estimator is found."""
        return f"{self.fold.folder}/fitted.json: estimator"

    def fit(self, estimator: LogisticRegression | CoxPH, train: Sequence[str], select: Sequence[str]) -> dict[str, Any]:
        """Return the estimator fitted on these patients, as JSON."""
        fit: Any = estimator.fit  # each takes the labels of its own task
        further = {}
        if isinstance(estimator, LogisticRegression):
            further["centers"] = [self.run.cases[i].center for i in self._known(train)]
        fitted = fit(self.encoder.names, self._part(train), self._part(select), **further)
        found: dict[str, Any] = fitted.model_dump(mode="json")
        return found

    def _known(self, ids: Sequence[str]) -> list[str]:
        return [i for i in sorted(ids) if has_label(self.run.cases[i], self.run.recipe.task)]

    def _part(self, ids: Sequence[str]) -> Part:
        run, given, known = self.run, self.run.harmonised(self.fold), self._known(ids)
        values = np.zeros((0, len(self.encoder.names)), np.float32)
        if known:
            values = self.encoder.encode([given[i] for i in known]).values
        cases = [run.cases[i] for i in known]
        if run.recipe.task == "hpv":
            return values, np.array([case.hpv is True for case in cases], bool)
        return values.astype(np.float64), observed_of((case.relapse is True, case.rfs_days or 0.0) for case in cases)


def _weights(table: _Table, recorded: Mapping[str, Any]) -> Iterator[Leak]:
    """Fit at the recorded penalty, so that who chose it plays no part."""
    names = ("columns", "weights", "intercept", "class_weights", "means")
    expected = {name: recorded[name] for name in names if name in recorded}
    fixed = _with_penalty(table.estimator, recorded)

    def refit(ids: Sequence[str]) -> dict[str, Any]:
        found = table.fit(fixed, ids, ())
        return {name: found[name] for name in expected}

    seen = table.run.seen(table.fold, "model")
    yield from refit_leaks(table.run, table.fold, table.path, expected, refit, seen)


def _penalty(table: _Table, recorded: Mapping[str, Any]) -> Iterator[Leak]:
    name = "strength" if isinstance(table.estimator, LogisticRegression) else "penalty"
    train = table.run.seen(table.fold, "model")

    def refit(ids: Sequence[str]) -> Any:
        return table.fit(table.estimator, train, ids)[name]

    path, seen = f"{table.path}.{name}", table.run.seen(table.fold, "selection")
    yield from refit_leaks(table.run, table.fold, path, recorded[name], refit, seen)


def _with_penalty(estimator: LogisticRegression | CoxPH, recorded: Mapping[str, Any]) -> LogisticRegression | CoxPH:
    """Return the estimator with nothing left to choose."""
    if isinstance(estimator, LogisticRegression):
        return estimator.model_copy(update={"strengths": (recorded["strength"],)})
    return estimator.model_copy(update={"penalties": (recorded["penalty"],)})
