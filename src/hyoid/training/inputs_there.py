"""Whether a cohort has what a classifier's recipe reads, before anything is trained on nothing."""

from __future__ import annotations

from collections.abc import Sequence

from hyoid.cohort import Case, Fold
from hyoid.cohort.encoders.value import FORBIDDEN, value_of
from hyoid.cohort.schema import CANONICAL_NAMES
from hyoid.errors import CohortError, RecipeError
from hyoid.recipe import Recipe
from hyoid.settings import nearest

_WITHOUT_LESIONS: dict[str, str] = {"hpv": "hpv-logistic:clinical", "rfs": "rfs-lesions:clinical"}


def check_inputs(recipe: Recipe, cases: Sequence[Case]) -> list[str]:
    """Return notes on known clinical columns that no case has a value of; they are missing for every patient.

    Raises
    ------
    RecipeError
        If a column is known neither to the clinical schema nor to the cohort; the nearest name is given.
    CohortError
        If the recipe measures lesions and no case has a label map, or no column has a value.
    """
    clinical = recipe.inputs.clinical
    if clinical is None:
        return []
    empty = [column for column in clinical.columns if all(value_of(case, column) is None for case in cases)]
    known = {*CANONICAL_NAMES, *(name for case in cases for name in (*case.clinical, *case.unread))} - {*FORBIDDEN}
    if "hpv" in recipe.tasks:  # it is the answer
        known.discard("hpv")
    for column in empty:
        if column not in known:
            raise RecipeError(f"No patient has a clinical column '{column}': {nearest(column, known)}")
    if recipe.inputs.lesions is not None and all(case.mask is None for case in cases):
        raise CohortError.of(
            f"no label map in any of {len(cases)} cases",
            f"label maps, in which {recipe.title} measures lesions",
            f"Use a recipe or variant without lesion measures, such as {_WITHOUT_LESIONS[recipe.task]}.",
        )
    if len(empty) == len(clinical.columns) and recipe.inputs.lesions is None and not recipe.inputs.images:
        raise CohortError.of(f"no value of {', '.join(empty)}", "values of one at least", "Name other columns.")
    return [
        f"{column} has no {'' if (found := _unread(column, cases)) is None else 'readable '}value in any of "
        f"{len(cases)} cases{'' if found is None else f' ({found})'}: it is missing for every patient."
        for column in empty
    ]


def _unread(column: str, cases: Sequence[Case]) -> str | None:
    """Return in how many cases something stood in a column that could not be read, with the first; None for none."""
    found = [case.unread[column] for case in cases if column in case.unread]
    return f"{len(found)} could not be read, first: {found[0]}" if found else None


def check_folds(recipe: Recipe, cases: Sequence[Case], folds: Sequence[Fold]) -> list[str]:
    """Return a note where there are more folds than cases of the rarer class, or than events.

    Raises
    ------
    RecipeError
        If the ensemble is a single fold that the split does not have.
    CohortError
        If a survival recipe has no event in the whole cohort.
    """
    ensemble = recipe.inference.ensemble
    if ensemble.name == "single_fold" and ensemble.fold >= len(folds):
        raise RecipeError.of(
            f"inference.ensemble.fold={ensemble.fold} with {len(folds)} folds", f"0 to {len(folds) - 1}", "Correct it."
        )
    if "rfs" in recipe.tasks and not any(case.relapse for case in cases):
        raise CohortError.of(
            f"no event among all {len(cases)} cases",
            "patients with the event, to learn survival from",
            "Check how the column of the event is coded: 1 is a recurrence.",
        )
    statuses = [case.hpv for case in cases if case.hpv is not None]
    rarer = {
        "hpv": (min(statuses.count(True), statuses.count(False)), "of the rarer HPV status"),
        "rfs": (sum(case.relapse is True for case in cases), "recurrences"),
    }
    asked = [rarer[task] for task in recipe.tasks if task in rarer]
    return [
        f"{len(folds)} folds, but only {count} {what}: some folds report none."
        for count, what in asked
        if count < len(folds)
    ]
