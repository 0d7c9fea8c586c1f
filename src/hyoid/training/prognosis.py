"""One fold of a survival recipe: encoder, network, estimator, baseline survival; and what it says of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from hyoid.cohort import Case, Fold
from hyoid.estimators import FittedSurvival
from hyoid.features.harmonise import harmonised
from hyoid.files import read_json, write_json
from hyoid.inference.prognosis import load_risk_model, load_risk_network, network_risks
from hyoid.recipe import EstimatorStage, Recipe
from hyoid.survival import FittedBaseline, fit_baseline
from hyoid.training.checkpoint import is_finished
from hyoid.training.fit import kept_weights
from hyoid.training.given import Given
from hyoid.training.machine import Machine
from hyoid.training.patient_network import fit_patient_network
from hyoid.training.patients import Patients, patients_of
from hyoid.training.seen import ids_of, seen_by_baseline, write_seen
from hyoid.training.selection_rfs import Floats, select_by_risk
from hyoid.training.store import Store
from hyoid.training.usable import check_events, trained_without

PROGNOSES = "prognoses.json"
"""Risks and survival of a fold's model by part (`select`, `report`, `held_out`) and id."""

HORIZON_DAYS = (365, 730, 1095, 1460, 1825)
"""One to five years: the days at which survival is written."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """What the steps of one fold share; `stack` is where an estimator after a network is fitted."""

    recipe: Recipe
    number: int
    train: Patients
    select: Patients
    stack: Patients
    columns: tuple[str, ...]
    folder: Path
    machine: Machine

    @property
    def device(self) -> str:
        """Where networks run."""
        return self.machine.compute.device


def fit_prognosis(
    recipe: Recipe,
    fold: Fold,
    number: int,
    given: Given,
    store: Store | None,
    folder: Path,
    machine: Machine,
) -> None:
    """Fit the recipe's stages on `fold` and leave `fitted.json`, and of a network the weights, in `folder`.

    The given cases carry their lesion measures. A finished fold is left as it is; an unfinished one goes on from its
    last checkpoint.

    Raises
    ------
    CohortError
        If the training part has no event with another patient at risk, or the `stack` part has no event.
    """
    if is_finished(folder):
        return
    train, select, stack = ([given.cases[i] for i in sorted(part)] for part in (fold.train, fold.select, fold.stack))
    check_events(train, stack, fold.name)
    harmoniser = recipe.inputs.fit_harmoniser(train)
    train, select, stack = (harmonised(harmoniser, part)[0] for part in (train, select, stack))
    encoder = recipe.inputs.fit_encoder(train)
    columns = () if encoder is None else encoder.names
    parts = [patients_of(part, store, encoder, given.masks) for part in (train, select, stack)]
    stage = recipe.estimator_stage
    if recipe.has_network and stage is not None and stage.fit_on == "train":
        parts[2] = parts[0]
    fit = _Fit(recipe, number, parts[0], parts[1], parts[2], columns, folder, machine)
    stages = [_train_network(fit, f"{recipe.title} {fold.name}")] if recipe.has_network else []
    kept = kept_weights(folder, stage is not None and stage.iterations == "all") if recipe.has_network else [None]
    fitted = {
        "fold": fold.name,
        "harmoniser": None if harmoniser is None else harmoniser.to_json(),
        "encoder": None if encoder is None else encoder.to_json(),
        "cases": {"patients": len(train), "events": parts[0].observed.events},
        "precision": machine.precision,
        "stages": stages,
        "members": [_member(fit, weights) for weights in kept],
        "trained_without": _absent(recipe, parts[0]),
    }
    seen: dict[str, Sequence[Case]] = {"model": train, "encoder": [] if encoder is None else train, "selection": select}
    seen |= {} if harmoniser is None else {"harmoniser": train}
    seen["estimator"] = [] if stage is None or not recipe.has_network else fit.stack.cases
    baseline = seen_by_baseline(fit.select, fit.train)
    write_seen(folder, {"baseline": baseline} | {name: ids_of(part) for name, part in seen.items()})
    write_json(folder / "fitted.json", fitted)


def write_prognoses(
    recipe: Recipe,
    parts: Mapping[str, Iterable[str]],
    given: Given,
    store: Store | None,
    folder: Path,
    device: str,
) -> None:
    """Add risk and survival of the parts that `folder/prognoses.json` does not have yet."""
    path = folder / PROGNOSES
    found: dict[str, Any] = read_json(path) if path.is_file() else {"days": HORIZON_DAYS}
    missing = {name: sorted(ids) for name, ids in parts.items() if name not in found}
    if not missing:
        return
    model = load_risk_model(recipe, folder, device)
    for name, ids in missing.items():
        if not ids:  # a split of somebody else's may select nobody
            found[name] = {}
            continue
        chosen = patients_of([given.cases[i] for i in ids], store, None, given.masks)
        prognosis, notes = model.prognosis(chosen.cases, chosen.read, HORIZON_DAYS)
        rows = zip(ids, prognosis.risk.tolist(), prognosis.survival.tolist(), strict=True)
        found[name] = {i: {"risk": risk, "survival": survival} for i, risk, survival in rows}
        found.setdefault("notes", {})[name] = list(notes)
    write_json(path, found)


def _train_network(fit: _Fit, title: str) -> dict[str, Any]:
    stage, network = fit.recipe.estimator_stage, fit.recipe.network_stage

    def measure(model: nn.Module, part: Patients) -> dict[str, float]:
        if not part.cases:
            return {}
        risk = _risks(fit, model, part, None if stage is None else _on_features(fit, stage, model))
        return select_by_risk(network.training.select.metric, risk, part.observed)

    return fit_patient_network(
        fit.recipe,
        network.network.heads,
        (fit.train, fit.select),
        measure,
        fit.number,
        fit.folder,
        fit.machine,
        title,
    )


def _member(fit: _Fit, weights: str | None) -> dict[str, Any]:
    """Return a member of the fold, an estimator, a network or both, fitted with its baseline survival, as JSON."""
    stage, network = fit.recipe.estimator_stage, None
    if weights is not None:
        network = load_risk_network(fit.recipe, fit.folder / weights, len(fit.columns), fit.device)
    estimator: FittedSurvival | None = None
    if stage is not None and network is not None:
        estimator = _on_features(fit, stage, network)
    elif stage is not None:
        tables = [(_table(fit, part), part.observed) for part in (fit.train, fit.select)]
        estimator = stage.survival.fit(fit.columns, tables[0], tables[1])
    baseline = _baseline(fit, network, estimator)
    return {
        "weights": weights,
        "estimator": None if estimator is None else estimator.model_dump(mode="json"),
        "baseline": baseline.model_dump(mode="json"),
    }


def _baseline(fit: _Fit, network: nn.Module | None, estimator: FittedSurvival | None) -> FittedBaseline:
    """Fit the baseline survival on `select`; where that has no event, on the training part, which a note says."""
    risk, fallback = _risks(fit, network, fit.select, estimator), None
    if fit.select.observed.events == 0:
        fallback = (_risks(fit, network, fit.train, estimator), fit.train.observed)
    return fit_baseline(risk, fit.select.observed, fallback=fallback)


def _on_features(fit: _Fit, stage: EstimatorStage, network: nn.Module) -> FittedSurvival:
    """Fit the estimator on one network's deep features of the `stack` part; `select` may be empty."""

    def features(part: Patients) -> Floats:
        return network_risks(network, len(part.cases), part.read, part.clinical, fit.device).features

    stack = features(fit.stack)
    select = features(fit.select) if fit.select.cases else stack[:0]
    names = tuple(f"deep_{k:04d}" for k in range(stack.shape[1]))
    return stage.survival.fit(names, (stack, fit.stack.observed), (select, fit.select.observed))


def _risks(fit: _Fit, network: nn.Module | None, part: Patients, estimator: FittedSurvival | None) -> Floats:
    """Return the risks (n,) of a part by the network, or by the estimator on the table or on the network's features."""
    if not part.cases:
        return np.zeros(0)
    if network is None:
        if estimator is None:
            raise TypeError("neither network nor estimator")
        return estimator.risk(_table(fit, part))
    output = network_risks(network, len(part.cases), part.read, part.clinical, fit.device)
    return output.risk if estimator is None else estimator.risk(output.features)


def _table(fit: _Fit, part: Patients) -> Floats:
    """Return the encoded table (n, columns) of a part, which may be empty."""
    return np.zeros((0, len(fit.columns))) if part.clinical is None else np.asarray(part.clinical, np.float64)


def _absent(recipe: Recipe, train: Patients) -> dict[str, int]:
    if train.stored is None:
        return {}
    images = trained_without(recipe, [case.present for case in train.stored])
    return images if train.masks is None else images | {"mask": int((~train.has_mask).sum())}
