"""Middles, calibrators and thresholds of HPV status: fitted again on the log-odds of whom they say that they saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.refit import agree, refit_leaks
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun
from hyoid.decision import FittedCalibrator, middle_of_classes
from hyoid.files import read_json
from hyoid.training import DECISION
from hyoid.training.checkpoint import read_fitted
from hyoid.training.classifier import LOGITS
from hyoid.training.decide import fit_decision

_FITTED = ("calibrator", "threshold")

Value = tuple[float, int]
"""A patient's log-odds, counted from the middle of the model that gave them, and the number of its fold."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the models of all finished folds said: log-odds by folder, part and id, and the middles they count from."""

    logits: Mapping[str, Mapping[str, Mapping[str, float]]]
    middles: Mapping[str, float]

    def counted(self, run: TrainedRun, fold: FoldParts, parts: Iterable[str]) -> dict[str, Value]:
        """Return by id what a fold's model says of these parts, counted from its middle."""
        number, middle = run.folds.index(fold), self.middles[fold.folder]
        values = self.logits[fold.folder]
        return {i: (value - middle, number) for part in parts for i, value in values.get(part, {}).items()}


def decision_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Fit what every fold decides by again, and what new and held-out patients are decided by."""
    if "hpv" not in run.recipe.tasks or not run.finished:
        return
    fitted = {fold.folder: read_fitted(run.folder / fold.folder)["decision"] for fold in run.finished}
    logits = {fold.folder: read_json(run.folder / fold.folder / LOGITS) for fold in run.finished}
    said = _Said(logits, {folder: one["middle"] for folder, one in fitted.items()})
    for fold in run.finished:
        yield from _middle(run, fold, logits[fold.folder], fitted[fold.folder]["middle"])
        yield from _decision(run, fold, said, fitted[fold.folder])
    yield from _deployed(run, said)


def _middle(
    run: TrainedRun, fold: FoldParts, logits: Mapping[str, Mapping[str, float]], recorded: float
) -> Iterator[Leak]:
    values = {i: value for part in ("report", "held_out", "select") for i, value in logits.get(part, {}).items()}

    def refit(ids: Sequence[str]) -> float:
        known = [i for i in ids if i in values]
        return middle_of_classes([values[i] for i in known], _positive(run, known)) if known else 0.0

    path = f"{fold.folder}/fitted.json: decision.middle"
    yield from refit_leaks(run, fold, path, float(recorded), refit, run.seen(fold, "middle"))


def _decision(run: TrainedRun, fold: FoldParts, said: _Said, recorded: Mapping[str, Any]) -> Iterator[Leak]:
    others = [one for one in run.finished if one != fold]
    alone = run.recipe.decision.source != "other_folds" or not others
    values: dict[str, Value] = {}
    for one in [] if alone else others:
        values |= said.counted(run, one, ("report",))
    own = said.counted(run, fold, ("held_out", "report", "select") if alone else ("held_out", "report"))
    values |= own

    calibrator = FittedCalibrator.model_validate(recorded["calibrator"])

    def calibrate(ids: Sequence[str]) -> Any:
        logits, positive, _ = _arrays(run, values, ids)
        return run.recipe.decision.calibration.fit(logits, positive).model_dump(mode="json")

    def decide(ids: Sequence[str]) -> Any:
        logits, positive, folds = _arrays(run, values, ids)
        calibrated = calibrator.apply(logits)
        found = run.recipe.decision.threshold.fit(calibrated, positive, None if alone else folds)
        return found.model_dump(mode="json")

    for name, refit in (("calibrator", calibrate), ("threshold", decide)):
        path = f"{fold.folder}/fitted.json: decision.{name}"
        yield from refit_leaks(run, fold, path, recorded[name], refit, run.seen(fold, name))


def _deployed(run: TrainedRun, said: _Said) -> Iterator[Leak]:
    """Compare the bundle's decision with that of all reported, or selecting, patients: nobody held out decides it."""
    part = "report" if run.recipe.decision.source == "other_folds" else "select"
    each = [said.counted(run, fold, (part,)) for fold in run.finished]
    arrays = [_arrays(run, values, sorted(values)) for values in each]
    logits, positive, folds = (np.concatenate(column) for column in zip(*arrays, strict=True))
    expected, found = fit_decision(run.recipe, logits, positive, "", folds), read_json(run.folder / DECISION)
    if not all(agree(expected[name], found[name]) for name in _FITTED):
        text = f"is not what the {part} parts of all folds give"
        yield Leak("unproven", run.path(f"{DECISION}: calibrator, threshold"), text)


def _arrays(
    run: TrainedRun, values: Mapping[str, Value], ids: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Return log-odds, statuses and fold numbers (n,) of those of the patients of whom there are any."""
    known = sorted((values[i][1], i) for i in ids if i in values)
    logits = np.array([values[i][0] for _, i in known], np.float64)
    return logits, _positive(run, [i for _, i in known]), np.array([number for number, _ in known], np.int64)


def _positive(run: TrainedRun, ids: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([run.cases[i].hpv is True for i in ids], bool)
