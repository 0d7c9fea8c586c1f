"""The upstream recipes of each fold: trained without the patients that the fold reports, cross-fitted on the others.

Five folds with cross-fits of three are fifteen more models of each upstream recipe: the price of masks and of an HPV
status that are as wrong in training as they will be in new patients, and of figures that saw nobody whom they report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hyoid.bundle import UPSTREAM, write_bundle
from hyoid.cohort import Case, Cohort, Fold
from hyoid.errors import CohortError
from hyoid.files import read_json
from hyoid.recipe import Recipe, upstream_recipes
from hyoid.training.classifier import check_classes
from hyoid.training.decide import DECISION
from hyoid.training.folds import Work
from hyoid.training.usable import usable_cases

if TYPE_CHECKING:
    from hyoid.training.run import Run

STORE = "upstream"
"""Folder of the store that holds the images of upstream recipes: with masks, where the recipe's own are without."""

_NOTE = "Not evaluated: it serves another recipe, which is."


def check_upstreams(recipe: Recipe, cases: Sequence[Case], folds: Sequence[Fold]) -> None:
    """Refuse, before anything is trained, folds in which an upstream recipe could not be trained.

    Raises
    ------
    RecipeError
        If an upstream recipe is not valid.
    CohortError
        If a fold has too few cases with what an upstream recipe learns from, or a classifier would see one class only.
    """
    for upstream in upstream_recipes(recipe).values():
        for fold in folds:
            ids = learnt_from(fold)
            try:
                _check_folds([case for case in cases if case.id in ids], upstream)
            except CohortError as error:
                raise CohortError(
                    f"{upstream.title}, by which {recipe.title} infers an input, cannot be trained in {fold.name}. "
                    f"{error}"
                ) from error


def _check_folds(cases: Sequence[Case], upstream: Recipe) -> None:
    usable, _ = usable_cases(cases, upstream)
    for fold in upstream.make_folds(usable):
        if upstream.task == "hpv":
            check_classes([case for case in usable if case.id in fold.train], f"{fold.name} of its own")


def learnt_from(fold: Fold) -> set[str]:
    """Return whom the upstream models of a fold may see: all that it learns or selects from, none that it reports."""
    return {*fold.train, *fold.select, *fold.stack} - {*fold.report, *fold.held_out}


def fit_upstreams(
    work: Work,
    cohort: Cohort,
    folds: Sequence[Fold],
    numbers: Sequence[int],
    store: Path,
    jobs: int,
    train: Callable[..., Run],
) -> None:
    """Train the upstream recipes of these folds in `fold-K/upstream/NAME`, each a run with its bundle.

    Only the fold's own cases exist for such a run, so that nothing of a reported patient can enter it. `train` is
    `train_run`, which calls this. A finished one is left as it is, an unfinished one resumed.
    """
    for number in numbers:
        part = cohort.select(learnt_from(folds[number]))
        for task, upstream in upstream_recipes(work.recipe).items():
            folder = work.folder(number) / UPSTREAM / upstream.name
            if (folder / "bundle").is_dir():
                continue
            run = train(
                part,
                upstream,
                folder,
                store=store / STORE,
                device=work.device,
                devices=work.devices,
                resume=True,
                jobs=jobs,
            )
            known = {"hash": part.content_hash(), "cases": len(part) - len(run.excluded)}
            centers = {"centers": sorted({str(case.center) for case in part.cases if case.id not in run.excluded})}
            answers = {"decision": read_json(folder / DECISION)} if task == "hpv" else {}
            write_bundle(folder / "bundle", upstream, run.folds, known | centers, {"note": _NOTE}, answers)
