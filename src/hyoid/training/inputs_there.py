"""Whether a cohort has what a classifier's recipe reads, before anything is trained on nothing."""

from __future__ import annotations

from collections.abc import Sequence

from hyoid.cohort import Case, Fold
from hyoid.cohort.encoders.value import value_of
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
    known = {*CANONICAL_NAMES, *(name for case in cases for name in case.clinical)}
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
    return [f"{column} has no value in any of {len(cases)} cases: it is missing for every patient." for column in empty]


def check_folds(recipe: Recipe, cases: Sequence[Case], folds: Sequence[Fold]) -> list[str]:
    """Return a note where there are more folds than cases of the rarer class, or than events.

    Raises
    ------
    RecipeError
        If the ensemble is a single fold that the split does not have.
    """
    ensemble = recipe.inference.ensemble
    if ensemble.name == "single_fold" and ensemble.fold >= len(folds):
        raise RecipeError.of(
            f"inference.ensemble.fold={ensemble.fold} with {len(folds)} folds", f"0 to {len(folds) - 1}", "Correct it."
        )
    if recipe.task == "hpv":
        positives = sum(case.hpv is True for case in cases)
        rarer, what = min(positives, len(cases) - positives), "cases of the rarer HPV status"
    else:
        rarer, what = sum(case.relapse is True for case in cases), "recurrences"
    if recipe.task == "segmentation" or rarer >= len(folds):
        return []
    return [f"{len(folds)} folds, but only {rarer} {what}: some folds report none."]
