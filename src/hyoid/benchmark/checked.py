"""Whether every recipe can be used on the cohort under every split: asked before hours of training, not after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hyoid.benchmark.failure import Failure
from hyoid.cohort import Case, Fold
from hyoid.errors import CohortError, HyoidError
from hyoid.recipe import Recipe
from hyoid.training import checked_folds, has_label, usable_cases
from hyoid.training.classifier import check_classes
from hyoid.training.usable import check_events


def check_recipes(asked: Sequence[tuple[str, Recipe, Sequence[Case]]]) -> None:
    """Refuse recipes that the counts of the cohort do not allow.

    Parameters
    ----------
    asked
        Name of the split, the recipe with its split, and the patients whom it is to be trained on.

    Raises
    ------
    CohortError
        If there are any; each is named with its split, what was found, what was expected, and what to do.
    """
    failures = list(_failures(asked))
    if failures:
        raise CohortError("\n".join(map(str, failures)))


def _failures(asked: Sequence[tuple[str, Recipe, Sequence[Case]]]) -> Iterator[Failure]:
    for split, recipe, cases in asked:
        try:
            _check(recipe, cases)
        except HyoidError as error:
            yield Failure(recipe.title, split, str(error))


def _check(recipe: Recipe, cases: Sequence[Case]) -> None:
    usable, excluded = usable_cases(cases, recipe)
    folds, _ = checked_folds(recipe, usable, excluded)
    known = {case.id: case for case in usable}
    for fold in folds:
        _check_learnable(recipe, known, fold)


def _check_learnable(recipe: Recipe, cases: dict[str, Case], fold: Fold) -> None:
    """Refuse a fold whose training part has one class, or no event."""
    train, stack = ([cases[i] for i in part] for part in (fold.train, fold.stack))
    if "hpv" in recipe.tasks:
        check_classes([case for case in train if has_label(case, "hpv")], fold.name)
    if "rfs" in recipe.tasks:
        with_outcome = [[case for case in part if has_label(case, "rfs")] for part in (train, stack)]
        check_events(with_outcome[0], with_outcome[1], fold.name)
