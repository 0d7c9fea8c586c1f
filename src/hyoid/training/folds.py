"""The folds of a run: fitted and predicted one after the other, or side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from joblib import Parallel, cpu_count, delayed, effective_n_jobs
from torch import nn

from hyoid.bundle import load_network
from hyoid.cohort import Case, Fold
from hyoid.errors import CohortError
from hyoid.inference.case import is_predicted, predict_framed, write_prediction
from hyoid.progress import follow, set_quiet, track
from hyoid.recipe import Recipe
from hyoid.training.checkpoint import epochs_logged
from hyoid.training.classifier import fit_classifier, write_logits
from hyoid.training.given import given_inputs
from hyoid.training.machine import Machine
from hyoid.training.prognosis import fit_prognosis, write_prognoses
from hyoid.training.segmenter import fit_segmenter
from hyoid.training.store import Store

OUT_OF_FOLD = "out-of-fold"
HELD_OUT = "held-out"
PREDICTIONS = "predictions.csv"


@dataclass(frozen=True, slots=True)
class Work:
    """What every fold of a run shares.

    `cases` are the usable ones by id, with their lesion measures where the recipe reads them; `store` holds their
    images where it reads these. With several `devices` the batches of a network are shared by them.
    """

    recipe: Recipe
    cases: Mapping[str, Case]
    store: Store | None
    out: Path
    device: str
    devices: int = 1

    def folder(self, number: int) -> Path:
        """Return the folder of a fold."""
        return self.out / f"fold-{number}"

    @property
    def images(self) -> Store:
        """The store of a recipe that reads images."""
        if self.store is None:
            raise TypeError(f"{self.recipe.title} reads no images")
        return self.store


def chosen_folds(count: int, chosen: str) -> Sequence[int]:
    """Return the fold numbers that `--fold K|all` asks for.

    Raises
    ------
    CohortError
        If it is neither 'all' nor the number of a fold.
    """
    if chosen == "all":
        return range(count)
    if not chosen.isdigit() or int(chosen) >= count:
        raise CohortError.of(f"--fold {chosen}", f"'all' or 0 to {count - 1}", "Choose one of these.")
    return [int(chosen)]


def train_folds(work: Work, folds: Sequence[Fold], numbers: Sequence[int], jobs: int) -> None:
    """Fit and predict fold after fold; on a CPU `jobs` of them side by side, which scales better than threads do.

    Folds whose batches are shared by several devices come one after the other.
    """
    alone = work.device != "cpu" or work.devices > 1
    side_by_side = 1 if alone else min(effective_n_jobs(jobs), len(numbers))
    if side_by_side == 1:
        for number in numbers:
            _one_fold(work, folds[number], number)
        return
    threads = max(1, cpu_count() // side_by_side)
    pool = Parallel(n_jobs=side_by_side, return_as="generator_unordered")(
        delayed(_one_fold)(work, folds[number], number, threads) for number in numbers
    )
    logs = [work.folder(number) / "metrics.jsonl" for number in numbers]
    epochs = work.recipe.network_stage.training.epochs if work.recipe.has_network else 1
    title = f"{work.recipe.title}: epochs of {len(numbers)} folds"
    follow(pool, title, len(numbers) * epochs, lambda: sum(map(epochs_logged, logs)))


def predict_held_out(work: Work, folds: Sequence[Fold]) -> None:
    """Predict the held-out part by all folds; called once, when everything else is chosen."""
    held_out = {i for fold in folds for i in fold.held_out}
    numbers = range(len(folds))
    if work.recipe.task == "segmentation":
        machine = Machine.of(work.recipe, work.device)
        networks = [_network(work, number, machine) for number in numbers]
        _write_label_maps(work, networks, held_out, HELD_OUT, "all", machine)
        return
    recipe, parts, store = work.recipe, {"held_out": held_out}, work.store
    for number in numbers:
        folder = work.folder(number)
        if recipe.task == "hpv":
            write_logits(recipe, parts, work.cases, store, folder, work.device)
            continue
        given = given_inputs(recipe, folds[number], ("held_out",), work.cases, store, folder, work.device)
        write_prognoses(recipe, parts, given, store, folder, work.device)


def _one_fold(work: Work, fold: Fold, number: int, threads: int | None = None) -> None:
    """Fit one fold and predict its reported cases; with `threads` in a process of its own, without a bar."""
    if threads is not None:
        torch.set_num_threads(threads)
        set_quiet(True)
    recipe, folder = work.recipe, work.folder(number)
    machine = Machine.of(recipe, work.device, work.devices)
    if recipe.task == "segmentation":
        fit_segmenter(recipe, fold, number, work.cases, work.images, folder, machine)
        _write_label_maps(work, [_network(work, number, machine)], fold.report, OUT_OF_FOLD, fold.name, machine)
        return
    parts = {"select": fold.select, "report": fold.report}
    if recipe.task == "hpv":
        fit_classifier(recipe, fold, number, work.cases, work.store, folder, machine)
        write_logits(recipe, parts, work.cases, work.store, folder, work.device)
    else:
        asked = ("train", "select", "stack", "report")
        given = given_inputs(recipe, fold, asked, work.cases, work.store, folder, work.device)
        fit_prognosis(recipe, fold, number, given, work.store, folder, machine)
        write_prognoses(recipe, parts, given, work.store, folder, work.device)


def _network(work: Work, number: int, machine: Machine) -> nn.Module:
    return load_network(work.recipe, work.folder(number) / "weights.safetensors", machine.compute.device)


def _write_label_maps(
    work: Work, networks: Sequence[nn.Module], case_ids: Iterable[str], part: str, fold: str, machine: Machine
) -> None:
    """Write the label map of each case that has none yet."""
    target = work.out / part
    waiting = [case_id for case_id in sorted(case_ids) if not is_predicted(target, case_id)]
    for case_id in track(waiting, f"Predicting {part}, fold {fold}"):
        framed = work.images.open(case_id).framed()
        prediction = predict_framed(case_id, work.recipe, networks, framed, machine.compute)
        prediction.info["fold"] = fold
        write_prediction(target, prediction)
