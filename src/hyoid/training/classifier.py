"""One fold of a classifier: encoder, network or estimator, and the log-odds of its select and report parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import Case, Fold
from hyoid.cohort.encoders import FittedEncoder
from hyoid.decision import effective_prior
from hyoid.errors import CohortError
from hyoid.features.harmonise import harmonised
from hyoid.files import read_json, write_json
from hyoid.inference.classify import load_classifier
from hyoid.recipe import EstimatorStage, NetworkStage, Recipe
from hyoid.recipe.heads import ClassificationHead
from hyoid.recipe.training import Training
from hyoid.training.checkpoint import is_finished
from hyoid.training.fit import kept_weights
from hyoid.training.machine import Machine
from hyoid.training.patient_network import fit_patient_network
from hyoid.training.patients import Patients, patients_of
from hyoid.training.seen import ids_of, write_seen
from hyoid.training.selection_hpv import select_by_classification
from hyoid.training.store import Store
from hyoid.training.usable import trained_without

LOGITS = "logits.json"
"""Log-odds of a fold's model by part (`select`, `report`, `held_out`) and id."""


def fit_classifier(
    recipe: Recipe,
    fold: Fold,
    number: int,
    cases: Mapping[str, Case],
    store: Store | None,
    folder: Path,
    machine: Machine,
) -> None:
    """Fit the recipe's stage on `fold` and leave `fitted.json`, and of a network the weights, in `folder`.

    `cases` carry their lesion measures. A finished fold is left as it is; an unfinished one goes on from its last
    checkpoint.
    """
    if is_finished(folder):
        return
    train, select = ([cases[i] for i in sorted(part)] for part in (fold.train, fold.select))
    check_classes(train, fold.name)
    harmoniser = recipe.inputs.fit_harmoniser(train)
    train, select = (harmonised(harmoniser, part)[0] for part in (train, select))
    encoder = recipe.inputs.fit_encoder(train)
    parts = [patients_of(part, store, encoder) for part in (train, select)]
    counts = (int((~parts[0].positive).sum()), int(parts[0].positive.sum()))
    fitted: dict[str, Any] = {
        "fold": fold.name,
        "harmoniser": None if harmoniser is None else harmoniser.to_json(),
        "encoder": None if encoder is None else encoder.to_json(),
        "estimator": None,
        "cases": {"negative": counts[0], "positive": counts[1]},
        "precision": machine.precision,
    }
    stage = recipe.stages[-1]
    if isinstance(stage, EstimatorStage):
        fitted |= _fit_estimator(stage, encoder, parts, counts)
    else:
        fitted |= _fit_network(recipe, stage, parts, number, folder, machine, f"{recipe.title} {fold.name}")
        kept_weights(folder, every_selection=False)
    seen = {"model": train, "encoder": [] if encoder is None else train, "selection": select}
    seen |= {} if harmoniser is None else {"harmoniser": train}
    write_seen(folder, {name: ids_of(part) for name, part in seen.items()})
    write_json(folder / "fitted.json", fitted)


def write_logits(
    recipe: Recipe,
    parts: Mapping[str, Iterable[str]],
    cases: Mapping[str, Case],
    store: Store | None,
    folder: Path,
    device: str,
) -> None:
    """Add the log-odds of the parts that `folder/logits.json` does not have yet."""
    path = folder / LOGITS
    found = read_json(path) if path.is_file() else {}
    missing = {name: sorted(ids) for name, ids in parts.items() if name not in found}
    if not missing:
        return
    classifier = load_classifier(recipe, folder, device)
    for name, ids in missing.items():
        chosen = patients_of([cases[i] for i in ids], store, None)
        logits, notes = classifier.logits(chosen.cases, chosen.read)
        found[name] = dict(zip(ids, logits.tolist(), strict=True))
        found.setdefault("notes", {})[name] = list(notes)
    write_json(path, found)


def check_classes(train: Sequence[Case], fold: str) -> None:
    """Refuse a training part of one class before hours of training on it.

    Raises
    ------
    CohortError
        If all training cases of the fold are of one HPV status.
    """
    positives = sum(case.hpv is True for case in train)
    if not 0 < positives < len(train):
        raise CohortError.of(
            f"{len(train) - positives} negative and {positives} positive training cases in {fold}",
            "both classes in the training part of every fold",
            "Use fewer folds, or a cohort with more cases of the rare class.",
        )


def _fit_estimator(
    stage: EstimatorStage, encoder: FittedEncoder | None, parts: Sequence[Patients], counts: tuple[int, int]
) -> dict[str, Any]:
    if encoder is None:
        raise TypeError("an estimator reads an encoded table")
    width = len(encoder.names)
    tables = [(np.zeros((0, width)) if p.clinical is None else p.clinical, p.positive) for p in parts]
    centers = [case.center for case in parts[0].cases]
    found = stage.logistic.fit(encoder.names, tables[0], tables[1], centers)
    prior = effective_prior(*counts, class_weights=found.class_weights)
    return {
        "estimator": found.model_dump(mode="json"),
        "effective_prior": prior,
        "stages": [{"strength": found.strength}],
    }


def _fit_network(
    recipe: Recipe,
    stage: NetworkStage,
    parts: Sequence[Patients],
    number: int,
    folder: Path,
    machine: Machine,
    title: str,
) -> dict[str, Any]:
    train, select = parts
    counts = (int((~train.positive).sum()), int(train.positive.sum()))
    ((name, head),) = stage.network.heads.items()
    if not isinstance(head, ClassificationHead):
        raise TypeError(f"the head {name} is none of a classifier")
    loss = head.loss.fitted(*counts)
    fitted = fit_patient_network(
        recipe,
        {name: head.model_copy(update={"loss": loss})},
        (train, select),
        lambda model, part: select_by_classification(stage.training.select.metric, model, part, machine.compute.device),
        number,
        folder,
        machine,
        title,
    )
    shares = shares_of_classes(stage.training, train)
    return {
        "stages": [fitted],
        "class_weights": loss.prior_weights,
        "effective_prior": effective_prior(*counts, class_weights=loss.prior_weights, shares=shares),
        "trained_without": {} if train.stored is None else trained_without(recipe, [c.present for c in train.stored]),
    }


def shares_of_classes(training: Training, train: Patients, balanced: str = "hpv") -> tuple[float, float]:
    """Return the shares of negatives and positives among the samples of known status that an epoch is expected to draw.

    `balanced` is the task whose classes the case sampling balances.
    """
    keys = list(zip(train.classes(balanced), [case.center for case in train.cases], strict=True))
    weights: NDArray[np.float64] = training.cases.weights(keys)
    known = np.array([case.hpv is not None for case in train.cases], bool)
    positive = float(weights[train.positive].sum() / weights[known].sum())
    return 1 - positive, positive
