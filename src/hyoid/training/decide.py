"""From the folds' log-odds to calibrated probabilities and decisions, each fold's fitted on the other folds.

What is chosen for fold k never sees a patient that fold k reports: calibrator and threshold of fold k are fitted on
what the other folds' models said of the patients that those folds report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from hyoid.cohort import Fold
from hyoid.decision import BEYOND, FittedCalibrator, FittedThreshold, middle_of_classes, prior_of
from hyoid.estimators.logistic import balanced_log_loss
from hyoid.files import read_json, write_json, write_text
from hyoid.inference.ensemble import ensemble_logits
from hyoid.metrics.confusion import confusion
from hyoid.recipe import Recipe
from hyoid.training.checkpoint import read_fitted
from hyoid.training.classifier import LOGITS
from hyoid.training.folds import HELD_OUT, OUT_OF_FOLD, Work
from hyoid.training.hpv_sets import fit_sets, set_columns
from hyoid.training.seen import write_seen

DECISION = "decision.json"
"""What the bundle decides new patients by: calibrator and threshold fitted on every finished fold's values."""

EVEN = 0.5
"""The prior of log-odds that are counted from the middle between the classes."""

_NO_OTHER_FOLD = "No other fold is finished: calibrated and thresholded on the fold's own select part."


def decide(work: Work, folds: Sequence[Fold], finished: Sequence[int], held_out: bool) -> tuple[str, ...]:
    """Fit calibrators and thresholds; write the tables of out-of-fold and, once all is chosen, held-out patients.

    Returns what is to be said of it: in which folds probabilities are held at the bounds of a calibration.
    """
    read = {k: read_json(work.folder(k) / LOGITS) for k in finished}
    middles = {k: _middle(work, read[k]["select"]) for k in finished}
    logits = {k: _counted_from(middles[k], read[k]) for k in finished}
    decisions = {k: _decision_of_fold(work, k, logits) for k in finished}
    rows, held = [], {}
    for k in finished:
        held[folds[k].name] = _held(decisions[k], logits[k]["report"])
        fitted = read_fitted(work.folder(k)) | {"decision": {"middle": middles[k], **decisions[k]}}
        write_json(work.folder(k) / "fitted.json", fitted)
        write_seen(work.folder(k), _seen(work, k, logits))
        rows.append(_rows(logits[k]["report"], read[k]["report"], decisions[k], f"fold-{k}"))
    table = pd.concat(rows)
    write_text(work.out / OUT_OF_FOLD / work.predictions, table.to_csv(index=False))
    deployed = _deployed(work, logits, table, decisions)
    write_json(work.out / DECISION, deployed)
    if held_out:
        ids = sorted({i for fold in folds for i in fold.held_out} & set(read[finished[0]]["held_out"]))
        centered, raw = ({k: one[k]["held_out"] for k in finished} for one in (logits, read))
        decided, given = (_together(work, each, ids, deployed["best_fold"]) for each in (centered, raw))
        held["held-out patients"] = _held(deployed, decided)
        write_text(
            work.out / HELD_OUT / work.predictions, _rows(decided, given, deployed, "ensemble").to_csv(index=False)
        )
    return _said_of(held)


def _held(decision: Mapping[str, Any], logits: Mapping[str, float]) -> tuple[int, int]:
    """Return of how many patients the calibration says no more than its bound, and of how many it was asked."""
    calibrator = FittedCalibrator.model_validate(decision["calibrator"])
    return int(calibrator.beyond(list(logits.values())).sum()), len(logits)


def _said_of(held: Mapping[str, tuple[int, int]]) -> tuple[str, ...]:
    where = [f"{name} {count} of {n}" for name, (count, n) in held.items() if count]
    return (f"{', '.join(where)} patients: {BEYOND}.",) if where else ()


def fit_decision(
    recipe: Recipe,
    logits: NDArray[np.float64],
    positive: NDArray[np.bool_],
    source: str,
    fold: NDArray[np.int64] | None = None,
) -> dict[str, Any]:
    """Return calibrator, threshold and sets fitted on these cases, as JSON; `fold` tells the model of each case."""
    calibrator = recipe.decision.calibration.fit(logits, positive)
    calibrated = calibrator.apply(logits)
    threshold = recipe.decision.threshold.fit(calibrated, positive, fold)
    return {
        "calibrator": calibrator.model_dump(mode="json"),
        "threshold": threshold.model_dump(mode="json"),
        "fitted_on": source,
        **fit_sets(recipe.decision.conformal, calibrated, positive),
    }


def _middle(work: Work, select: Mapping[str, float]) -> float:
    """Return from where a fold's log-odds are counted: the middle of the classes on its own `select` part."""
    if not work.recipe.decision.centered:
        return 0.0
    return middle_of_classes(list(select.values()), np.array([work.cases[i].hpv is True for i in select], bool))


def _counted_from(middle: float, logits: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    return {
        part: {i: value - middle for i, value in values.items()} for part, values in logits.items() if part != "notes"
    }


def _together(
    work: Work, logits: Mapping[int, Mapping[str, float]], ids: Sequence[str], best_fold: str | None
) -> dict[str, float]:
    """Combine the folds' log-odds of the same patients as the recipe's ensemble says."""
    each = {f"fold-{k}": np.array([values[i] for i in ids], np.float64) for k, values in logits.items()}
    combined = ensemble_logits(work.recipe.inference.ensemble, each, best_fold)
    return dict(zip(ids, combined.tolist(), strict=True))


def _decision_of_fold(work: Work, fold: int, logits: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    others = _other_folds(work, fold, logits)
    if others:
        source = f"out-of-fold values of {len(others)} other folds"
        values, positive, folds = _pooled(work, logits, others, "report")
        return fit_decision(work.recipe, values, positive, source, folds)
    values, positive, _ = _pooled(work, logits, [fold], "select")
    found = fit_decision(work.recipe, values, positive, "the fold's own select part")
    lonely = work.recipe.decision.source == "other_folds"
    return found | ({"note": _NO_OTHER_FOLD} if lonely else {})


def _other_folds(work: Work, fold: int, logits: Mapping[int, Mapping[str, Any]]) -> list[int]:
    """Return the folds that calibrate and decide this one; none where its own `select` part does."""
    return [k for k in logits if k != fold] if work.recipe.decision.source == "other_folds" else []


def _seen(work: Work, fold: int, logits: Mapping[int, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return whom this fold's middle, calibrator and threshold saw."""
    select, others = list(logits[fold]["select"]), _other_folds(work, fold, logits)
    decided_on = [i for k in others for i in logits[k]["report"]] or select
    return {
        "middle": select if work.recipe.decision.centered else [],
        "calibrator": decided_on,
        "threshold": decided_on,
    }


def _deployed(
    work: Work, logits: Mapping[int, Mapping[str, Any]], table: pd.DataFrame, decisions: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what new patients are decided by, and what is known of it from patients out of fold."""
    part = "report" if work.recipe.decision.source == "other_folds" else "select"
    values, positive, folds = _pooled(work, logits, list(logits), part)
    found = fit_decision(work.recipe, values, positive, f"the {part} parts of {len(logits)} folds", folds)
    effective = EVEN if work.recipe.decision.centered else _effective_prior(work, list(logits))
    truth = np.array([work.cases[i].hpv is True for i in table["PatientID"]])
    counts = confusion(truth, table["hpv_decision"].to_numpy(bool))
    return {
        **found,
        "effective_prior": effective,
        "prior": prior_of(FittedCalibrator.model_validate(found["calibrator"]), effective),
        "out_of_fold": {
            "cases": len(truth),
            "positives": int(truth.sum()),
            "sensitivity": _share(counts.true_positives, counts.false_negatives),
            "specificity": _share(counts.true_negatives, counts.false_positives),
        },
        **_best_fold(work, logits, decisions),
    }


def _effective_prior(work: Work, folds: Sequence[int]) -> float:
    """Return the mean, on the log-odds, of the priors that the folds' models were trained to."""
    priors = np.array([read_fitted(work.folder(k))["effective_prior"] for k in folds])
    return float(expit(np.log(priors / (1 - priors)).mean()))


def _best_fold(
    work: Work, logits: Mapping[int, Mapping[str, Any]], decisions: Mapping[int, Mapping[str, Any]]
) -> dict[str, str | None]:
    """Return the best fold: by balanced log loss on its own `select` part, or by balanced accuracy on the held-out.

    As long as folds are missing the held-out part has not been predicted, and `select` decides; what did is said.
    """
    ensemble = work.recipe.inference.ensemble
    if ensemble.name != "best_fold":
        return {"best_fold": None}
    chosen_by = "select"
    if ensemble.chosen_by == "held_out" and all("held_out" in one for one in logits.values()):
        chosen_by = "held_out"
        values = {k: _balanced_accuracy(work, logits[k]["held_out"], decisions[k]) for k in logits}
    else:
        values = {k: -balanced_log_loss(*_pooled(work, logits, [k], "select")[:2]) for k in logits}
    return {"best_fold": f"fold-{max(values, key=lambda k: values[k])}", "best_fold_chosen_by": chosen_by}


def _balanced_accuracy(work: Work, logits: Mapping[str, float], decision: Mapping[str, Any]) -> float:
    truth = np.array([work.cases[i].hpv is True for i in logits])
    called = _rows(logits, logits, decision, "")["hpv_decision"].to_numpy(bool)
    counts = confusion(truth, called)
    sensitivity = _share(counts.true_positives, counts.false_negatives)
    specificity = _share(counts.true_negatives, counts.false_positives)
    known = [value for value in (sensitivity, specificity) if value is not None]
    return float(np.mean(known))


def _pooled(
    work: Work, logits: Mapping[int, Mapping[str, Any]], folds: Sequence[int], part: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Return the log-odds, statuses and fold numbers of a part of several folds, each (n,)."""
    rows = [(value, work.cases[i].hpv is True, k) for k in folds for i, value in sorted(logits[k][part].items())]
    values, positive, fold = zip(*rows, strict=True) if rows else ((), (), ())
    return np.array(values, np.float64), np.array(positive, bool), np.array(fold, np.int64)


def _rows(
    logits: Mapping[str, float], raw: Mapping[str, float], decision: Mapping[str, Any], fold: str
) -> pd.DataFrame:
    """Return a row per patient; `logits` are counted from the middle, `raw` as the models gave them."""
    calibrator = FittedCalibrator.model_validate(decision["calibrator"])
    threshold = FittedThreshold.model_validate(decision["threshold"])
    ids = sorted(logits)
    calibrated = calibrator.apply([logits[i] for i in ids])
    given = np.array([raw[i] for i in ids], np.float64)
    return pd.DataFrame(
        {
            "PatientID": ids,
            "fold": fold,
            "hpv_logit": given,
            "hpv_probability_raw": expit(given),
            "hpv_probability": expit(calibrated),
            "hpv_threshold": threshold.probability,
            "hpv_decision": threshold.decide(calibrated).astype(int),
            **set_columns(decision, calibrated),
        }
    )


def _share(counted: int, others: int) -> float | None:
    return counted / (counted + others) if counted + others else None
