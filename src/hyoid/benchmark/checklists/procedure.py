"""What is known of how models are made: training, what is chosen, and how folds answer together."""

from __future__ import annotations

from hyoid.benchmark.checklists.known import Known
from hyoid.benchmark.checklists.words import by_recipe, described
from hyoid.cohort.words import counted
from hyoid.recipe import Recipe

_FITTED_ONCE = ("icare", "bagged_icare")
"""Estimators of which nothing is chosen on `select`."""


def training(known: Known) -> str:
    """Return how networks are trained, and how many models there are."""
    folds = sum(len(run.folds) for run in known.runs)
    number = f"{counted(len(known.runs), 'run')} with {counted(folds, 'fold')} in all, each fold trained by itself."
    words = by_recipe(known.networks, _trained)
    return f"{words} {number}" if words else number


def _trained(recipe: Recipe) -> str:
    chosen = recipe.network_stage.training
    words = [
        described(chosen.optimizer),
        f"schedule {described(chosen.schedule)}",
        f"at most {counted(chosen.epochs, 'epoch')}",
        f"batches of {counted(chosen.batch_size, 'case')}",
    ]
    if chosen.patch_mm is not None:
        edges = " x ".join(f"{edge:g}" for edge in chosen.patch_mm)
        words.append(f"{counted(chosen.patches_per_case, 'patch', 'patches')} of {edges} mm of each")
    if chosen.gradient_clip is not None:
        words.append(f"gradient norm at most {chosen.gradient_clip:g}")
    if chosen.modality_dropout:
        words.append(f"each image taken away with probability {chosen.modality_dropout:g}")
    if chosen.averaging is not None:
        words.append(f"weights averaged ({described(chosen.averaging)})")
    augment = " + ".join(map(described, chosen.augment)) or "none"
    return f"{', '.join(words)}, augmentation {augment}, seed {chosen.seed}"


def selection(known: Known) -> str | None:
    """Return what is chosen, and on which patients."""
    words = by_recipe(known.recipes, _selected)
    optimistic = by_recipe(
        (run.recipe for run in known.runs if run.recipe.optimistic),
        lambda _: "something is chosen on the patients who are reported, as published, so its figures are optimistic",
    )
    return " ".join(part for part in (words, optimistic) if part) or None


def _selected(recipe: Recipe) -> str | None:
    words, stage = [], recipe.estimator_stage
    if recipe.has_network and stage is not None and stage.iterations == "all":
        words.append("every iteration of network and estimator is kept, and none chosen")
    elif recipe.has_network:
        chosen = recipe.network_stage.training.select
        early = f", and training ends after {chosen.patience} epochs without a better one" if chosen.patience else ""
        times = "every epoch" if chosen.every_epochs == 1 else f"every {chosen.every_epochs} epochs"
        words.append(f"the epoch with the best {chosen.metric} on the fold's select part, measured {times}{early}")
    if stage is not None and stage.estimator.name not in _FITTED_ONCE:
        what = "epoch" if stage.estimator.name == "deephit" else "penalty"
        words.append(f"the {what} of {stage.estimator.name} on the fold's select part, as far as that has enough cases")
    return "; and ".join(words) or None


def ensembling(known: Known) -> str | None:
    """Return how the folds' models answer a new patient; out of fold each patient is answered by one fold."""
    words = by_recipe(known.recipes, lambda recipe: "; ".join(_together(recipe, task) for task in recipe.tasks))
    return f"A reported patient is answered by the fold that reports them, a new one by several folds. {words}"


def _together(recipe: Recipe, task: str) -> str:
    ensemble = recipe.inference.ensemble.of_task(task)
    if ensemble.name == "single_fold":
        return f"{task} by fold {ensemble.fold} alone"
    if ensemble.name == "best_fold":
        where = "the held-out part (optimistic)" if ensemble.chosen_by == "held_out" else "its own select part"
        return f"{task} by the one fold that is best on {where}"
    return f"{task} by {ensemble.name} of all folds"
