"""One fold of a network with heads on voxels and on whole patients: fitted at once, read head by head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from hyoid.cohort import Case, Fold
from hyoid.decision import effective_prior
from hyoid.files import write_json
from hyoid.inference.prognosis import load_risk_network, network_risks
from hyoid.networks.multihead import voxels_alone
from hyoid.recipe import Recipe
from hyoid.recipe.heads import ClassificationHead, Head
from hyoid.recipe.training import METRICS
from hyoid.survival import fit_baseline
from hyoid.training.batch import Loading
from hyoid.training.checkpoint import is_finished
from hyoid.training.classifier import check_classes, shares_of_classes
from hyoid.training.distributed import fit_on
from hyoid.training.fit import FitTask, kept_weights
from hyoid.training.machine import Machine
from hyoid.training.patches import OfPatients, epoch_batches
from hyoid.training.patients import Patients, patients_of
from hyoid.training.seen import ids_of, seen_by_baseline, write_seen
from hyoid.training.segmenter import patch_settings
from hyoid.training.selection import select_by_segmentation
from hyoid.training.selection_hpv import select_by_classification
from hyoid.training.selection_rfs import select_by_risk
from hyoid.training.store import Store
from hyoid.training.usable import check_events, has_label, trained_without


def fit_multitask(
    recipe: Recipe, fold: Fold, number: int, cases: Mapping[str, Case], store: Store, folder: Path, machine: Machine
) -> None:
    """Fit the recipe's network on `fold` and leave `weights.safetensors` and `fitted.json` in `folder`.

    A case without one of the labels trains the other heads. `fitted.json` holds what each head on patients needs: as a
    classifier's, the effective prior, as a survival model's, a member with its baseline survival. A finished fold is
    left as it is; an unfinished one goes on from its last checkpoint.

    Raises
    ------
    CohortError
        If the training part has patients of one HPV status only for a head that tells two apart, or no event.
    """
    if is_finished(folder):
        return
    train_cases = [cases[i] for i in sorted(fold.train)]
    stage, tasks = recipe.network_stage, recipe.network_stage.tasks
    _check_labels(train_cases, tasks, fold.name)
    encoder = recipe.inputs.fit_encoder(train_cases)
    train = patients_of(train_cases, store, encoder)
    select = patients_of([cases[i] for i in sorted(fold.select)], store, encoder)
    heads, priors = _fitted_heads(recipe, train)
    torch.manual_seed(1_000_003 * stage.training.seed + number)
    network = recipe.build_network(0 if encoder is None else len(encoder.names))
    fit = _Fit(recipe, number, train, select, machine)
    fitted = fit_on(machine, fit.task(heads, f"{recipe.title} {fold.name}"), network, folder)
    kept_weights(folder, every_selection=False)
    written: dict[str, Any] = {
        "fold": fold.name,
        "labels": recipe.labels,
        "encoder": None if encoder is None else encoder.to_json(),
        "estimator": None,
        "stages": [fitted],
        "precision": machine.precision,
        "cases": {task: sum(has_label(case, task) for case in train_cases) for task in tasks},
        "trained_without": trained_without(recipe, [case.present for case in train.stored or ()]),
        **priors,
    }
    if "rfs" in tasks:
        written["members"] = [fit.member(folder, 0 if encoder is None else len(encoder.names))]
    write_seen(folder, fit.seen(encoder is not None, "rfs" in tasks))
    write_json(folder / "fitted.json", written)


@dataclass(frozen=True, slots=True)
class _Fit:
    """What the steps of one fold share."""

    recipe: Recipe
    number: int
    train: Patients
    select: Patients
    machine: Machine

    def task(self, heads: Mapping[str, Head], title: str) -> FitTask:
        """Return what the fit loop needs."""
        recipe, training, train = self.recipe, self.recipe.network_stage.training, self.train
        settings, stored = patch_settings(recipe, self.number), list(train.stored or ())
        labels = {name: train.labels(head.name) for name, head in heads.items() if head.name != "segmentation"}
        of_patients = OfPatients(train.clinical, labels)
        keys = list(zip(train.classes(recipe.balanced_task), [case.center for case in train.cases], strict=True))
        outside = tuple(recipe.imaging.outside(channel) for channel in recipe.inputs.images)
        return FitTask(
            training=training,
            heads=heads,
            seed=(training.seed, self.number),
            loading=Loading(recipe.inputs.images, outside, training.augment, recipe.merged, recipe.segmentation_head),
            batches=lambda epoch, share: epoch_batches(stored, keys, settings, epoch, share, of_patients),
            select=lambda network: self.measured(network, self.select),
            on_training=(lambda network: self.measured(network, train)) if training.select.training_part else None,
            title=title,
        )

    def measured(self, network: nn.Module, part: Patients) -> dict[str, float]:
        """Return what the network is worth on a part, by the head that the recipe's metric measures."""
        metric, task = self.recipe.network_stage.training.select.metric, self.recipe.network_stage.task
        known, device = with_label(part, task), self.machine.compute.device
        if not known.cases:
            return {}
        if metric in METRICS["segmentation"]:
            return select_by_segmentation(self.recipe, voxels_alone(network), known.stored or (), self.machine.compute)
        if task == "hpv":
            return select_by_classification(metric, network, known, device)
        risk = network_risks(network, len(known.cases), known.read, known.clinical, device).risk
        return select_by_risk(metric, risk, known.observed)

    def seen(self, encoded: bool, baseline: bool) -> dict[str, list[str]]:
        """Return whom each fitted thing saw."""
        train, select = ids_of(self.train.cases), ids_of(self.select.cases)
        found = {"model": train, "selection": select, "encoder": train if encoded else []}
        if baseline:
            found["baseline"] = seen_by_baseline(with_label(self.select, "rfs"), with_label(self.train, "rfs"))
        return found

    def member(self, folder: Path, columns: int) -> dict[str, Any]:
        """Return the survival model of the fold: its weights and its baseline survival, from `select`."""
        device = self.machine.compute.device
        network = load_risk_network(self.recipe, folder / "weights.safetensors", columns, device)

        def risks(part: Patients) -> np.ndarray[Any, np.dtype[np.float64]]:
            if not part.cases:
                return np.zeros(0)
            return network_risks(network, len(part.cases), part.read, part.clinical, device).risk

        select, train = with_label(self.select, "rfs"), with_label(self.train, "rfs")
        fallback = (risks(train), train.observed) if select.observed.events == 0 else None
        baseline = fit_baseline(risks(select), select.observed, fallback=fallback)
        return {"weights": "weights.safetensors", "estimator": None, "baseline": baseline.model_dump(mode="json")}


def with_label(patients: Patients, task: str) -> Patients:
    """Return those of the patients whose label of a task is known."""
    kept = [k for k, case in enumerate(patients.cases) if has_label(case, task)]
    return replace(
        patients,
        cases=[patients.cases[k] for k in kept],
        stored=None if patients.stored is None else [patients.stored[k] for k in kept],
        clinical=None if patients.clinical is None else patients.clinical[kept],
    )


def _check_labels(train: Sequence[Case], tasks: Sequence[str], fold: str) -> None:
    if "hpv" in tasks:
        check_classes([case for case in train if case.hpv is not None], fold)
    if "rfs" in tasks:
        check_events([case for case in train if has_label(case, "rfs")], [], fold)


def _fitted_heads(recipe: Recipe, train: Patients) -> tuple[dict[str, Head], dict[str, Any]]:
    """Return the heads with losses that know the training part, and the prior that a classifier among them learns."""
    stage, found, prior = recipe.network_stage, dict(recipe.network_stage.network.heads), dict[str, Any]()
    for name, head in stage.network.heads.items():
        if isinstance(head, ClassificationHead):
            known = with_label(train, "hpv")
            counts = (int((~known.positive).sum()), int(known.positive.sum()))
            loss = head.loss.fitted(*counts)
            found[name] = head.model_copy(update={"loss": loss})
            shares = shares_of_classes(stage.training, train, recipe.balanced_task)
            weights = loss.prior_weights
            prior = {
                "class_weights": weights,
                "effective_prior": effective_prior(*counts, class_weights=weights, shares=shares),
            }
    return found, prior
