"""The folds of a run: fitted and predicted one after the other, or side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from joblib import Parallel, delayed, effective_n_jobs
from torch import nn

from hyoid.bundle import load_network
from hyoid.cohort import Case, Fold
from hyoid.errors import CohortError
from hyoid.inference.case import is_predicted, predict_framed, write_prediction
from hyoid.parallel import threads_each
from hyoid.progress import follow, set_quiet, track
from hyoid.recipe import Recipe
from hyoid.recipe.stage import Task
from hyoid.training.checkpoint import epochs_logged
from hyoid.training.classifier import fit_classifier, write_logits
from hyoid.training.given import Given, given_inputs
from hyoid.training.machine import Machine
from hyoid.training.multitask import fit_multitask
from hyoid.training.prognosis import fit_prognosis, write_prognoses
from hyoid.training.segmenter import fit_segmenter
from hyoid.training.store import Store
from hyoid.training.usable import has_label

OUT_OF_FOLD = "out-of-fold"
HELD_OUT = "held-out"
PREDICTIONS = "predictions.csv"


@dataclass(frozen=True, slots=True)
class Work:
    """What every fold of a run shares.

    `cases` are the usable ones by id, with their lesion measures where the recipe reads them; `store` holds their
    images where it reads these. With several `devices` the batches of a network are shared by them. `predictions` is
    the name of the table of predictions.
    """

    recipe: Recipe
    cases: Mapping[str, Case]
    store: Store | None
    out: Path
    device: str
    devices: int = 1
    predictions: str = PREDICTIONS

    def answering(self, task: Task) -> Work:
        """Return the work of a recipe as that of one task alone; of several, each has a table of its own."""
        if self.recipe.tasks == (task,):
            return self
        return replace(self, recipe=self.recipe.answering(task), predictions=table_of(self.recipe, task))

    def folder(self, number: int) -> Path:
        """Return the folder of a fold."""
        return self.out / f"fold-{number}"

    @property
    def images(self) -> Store:
        """The store of a recipe that reads images."""
        if self.store is None:
            raise TypeError(f"{self.recipe.title} reads no images")
        return self.store


def table_of(recipe: Recipe, task: Task) -> str:
    """Return the name of a task's table of predictions: of several tasks on patients each has its own."""
    several = len([one for one in recipe.tasks if one != "segmentation"]) > 1
    return f"predictions-{task}.csv" if several else PREDICTIONS


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
    threads = threads_each(side_by_side)
    pool = Parallel(n_jobs=side_by_side, return_as="generator_unordered")(
        delayed(_one_fold)(work, folds[number], number, threads) for number in numbers
    )
    logs = [work.folder(number) / "metrics.jsonl" for number in numbers]
    epochs = work.recipe.network_stage.training.epochs if work.recipe.has_network else 1
    title = f"{work.recipe.title}: epochs of {len(numbers)} folds"
    follow(pool, title, len(numbers) * epochs, lambda: sum(map(epochs_logged, logs)))


def predict_held_out(work: Work, folds: Sequence[Fold]) -> None:
    """Predict the held-out part by all folds; called once, when everything else is chosen."""
    for task in work.recipe.tasks:
        _predict_held_out(work.answering(task), folds, {i for fold in folds for i in fold.held_out})


def _predict_held_out(work: Work, folds: Sequence[Fold], held_out: set[str]) -> None:
    numbers = range(len(folds))
    if work.recipe.task == "segmentation":
        machine = Machine.of(work.recipe, work.device)
        networks = [_network(work, number, machine) for number in numbers]
        _write_label_maps(work, networks, held_out, HELD_OUT, "all", machine)
        return
    recipe, parts, store = work.recipe, {"held_out": _labelled(work, held_out)}, work.store
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
    if recipe.segments:
        fit = fit_multitask if recipe.multitask else fit_segmenter
        fit(recipe, fold, number, work.cases, work.images, folder, machine)
        for task in recipe.tasks:
            _predict_fold(work.answering(task), fold, number, machine)
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


def _predict_fold(work: Work, fold: Fold, number: int, machine: Machine) -> None:
    """Ask one head of a fold's network about the cases that the fold selects and reports."""
    recipe, folder = work.recipe, work.folder(number)
    if recipe.task == "segmentation":
        _write_label_maps(work, [_network(work, number, machine)], fold.report, OUT_OF_FOLD, fold.name, machine)
        return
    parts = {name: _labelled(work, ids) for name, ids in (("select", fold.select), ("report", fold.report))}
    if recipe.task == "hpv":
        write_logits(recipe, parts, work.cases, work.store, folder, work.device)
    else:
        write_prognoses(recipe, parts, Given(work.cases), work.store, folder, work.device)


def _labelled(work: Work, ids: Iterable[str]) -> list[str]:
    """Return those of the patients whose label of the work's task is known: only these calibrate and are reported."""
    return [i for i in sorted(ids) if has_label(work.cases[i], work.recipe.task)]


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
