"""Cases before models: read one by one, asked at once, or together where an answer depends on the other cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hyoid.cohort import Case
from hyoid.errors import HyoidError
from hyoid.geometry import Volume
from hyoid.inference import (
    HpvLogits,
    HpvPredictor,
    Predictors,
    RfsPredictor,
    join_prognoses,
    write_prediction,
)
from hyoid.progress import track

Predictor = HpvPredictor | RfsPredictor
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Found:
    """One case before its HPV decision: what else stands in its JSON, and each classifier's log-odds."""

    info: dict[str, Any]
    hpv: tuple[HpvLogits, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One case when its files have been read: models that wait for the other cases answer later, when asked again."""

    info: dict[str, Any]
    rfs: tuple[Callable[[], dict[str, Any]], ...]
    hpv: tuple[Callable[[], HpvLogits], ...]
    waiting: tuple[tuple[Predictor, Case], ...]


def ask_all(
    predictors: Predictors, cases: Sequence[Case], out: Path, *, single: bool
) -> tuple[list[Found], dict[str, str], bool]:
    """Return what was found of each case, `{id: reason}` of those that cannot be predicted, and whether it was stopped.

    Label maps are written. A cohort that the user stops keeps what was found, unless answers wait for all of it.

    Raises
    ------
    HyoidError
        If a `single` study cannot be predicted.
    """
    models: list[Predictor] = [*predictors.rfs, *predictors.hpv]
    asked, failed, interrupted = _ask_each(predictors, cases, out, single=single)
    if interrupted and any(predictor.waits for predictor in models):
        raise KeyboardInterrupt
    for predictor in models:
        if predictor.waits:
            predictor.adopt([case for one in asked for waiting, case in one.waiting if waiting is predictor])
    found = list[Found]()
    for one in asked:
        try:
            found.append(_answered(one))
        except HyoidError as error:
            if single:
                raise
            failed[one.info["id"]] = str(error)
    return found, failed, interrupted


def _ask_each(
    predictors: Predictors, cases: Sequence[Case], out: Path, *, single: bool
) -> tuple[list[_Asked], dict[str, str], bool]:
    asked, failed = list[_Asked](), dict[str, str]()
    for case in track(cases, "Predicting"):
        try:
            asked.append(_ask(predictors, case, out, mask_given=single))
        except HyoidError as error:
            if single:
                raise
            failed[case.id] = str(error)
        except KeyboardInterrupt:
            if single:
                raise
            return asked, failed, True
    return asked, failed, False


def _ask(predictors: Predictors, case: Case, out: Path, *, mask_given: bool) -> _Asked:
    """Segment the case and write its label map, then ask the models on whole patients that need not wait for others.

    With `mask_given` a label map of the case is one that was given with a single study, by `--mask`.
    """
    info: dict[str, Any] = {"id": case.id, "missing_inputs": [], "notes": []}
    labels: Volume | None = None
    if predictors.segmenter is not None:
        prediction = predictors.segmenter.predict(case)
        info, labels = prediction.info, prediction.labels
        write_prediction(out, prediction)
    rfs, hpv, waiting = [], [], list[tuple[Predictor, Case]]()
    for survival in predictors.rfs:
        new = survival.read(case, labels, mask_given=mask_given)
        rfs.append(_at_once(partial(survival.answer_of, new), survival.waits))
        waiting.append((survival, new.case))
    for classifier in predictors.hpv:
        patient = classifier.read(case, labels)
        hpv.append(_at_once(partial(classifier.logits_of, patient), classifier.waits))
        waiting.append((classifier, patient.case))
    return _Asked(info, tuple(rfs), tuple(hpv), tuple(waiting))


def _at_once(ask: Callable[[], Answer], waits: bool) -> Callable[[], Answer]:
    """Return what gives the answer, which is found now unless it waits: then no image has to be kept until later."""
    if waits:
        return ask
    answer = ask()
    return lambda: answer


def _answered(asked: _Asked) -> Found:
    info = asked.info
    if asked.rfs:
        info = info | {"rfs": join_prognoses([answer() for answer in asked.rfs])}
    return Found(info, tuple(answer() for answer in asked.hpv))
