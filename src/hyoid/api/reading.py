"""What training has to say of a cohort before it starts: who is there, and what could not be read."""

from __future__ import annotations

from math import isnan

from hyoid.cohort import Cohort, Problem
from hyoid.cohort.sentences import sentences
from hyoid.evaluation import observed_of
from hyoid.evaluation.survival_summary import median_follow_up
from hyoid.recipe import Recipe
from hyoid.training import usable_cases

_SILENT = ("rfs-unit-told", "table-alone")
"""What is said by `hyoid check` alone: there is nothing to do."""

_OF_FILES = (
    "id-without-images",
    "no-images",
    "duplicate-image",
    "copies-differ",
    "unrecognised-file",
    "misplaced-file",
)


def reading_notes(cohort: Cohort, recipe: Recipe) -> list[str]:
    """Return one sentence for each kind of fault that the reader met in what the recipe reads or learns from."""
    return sentences(problem for problem in cohort.problems if _concerns(problem, recipe))


def outcome_line(cohort: Cohort, recipe: Recipe) -> str | None:
    """Return how many usable patients and recurrences a survival recipe has, and their median follow-up.

    None for other recipes. Whom a finding in the images leaves out (`inputs.exclude`) is not known yet.

    Raises
    ------
    CohortError
        If no patient is usable.
    """
    if "rfs" not in recipe.tasks:
        return None
    cases = [case for case in usable_cases(cohort.cases, recipe)[0] if case.relapse is not None]
    observed = observed_of((bool(case.relapse), case.rfs_days) for case in cases if case.rfs_days is not None)
    days = median_follow_up(observed)
    followed = "not reached" if isnan(days) else f"{days:.0f} days"
    before = ", before those with a finding are left out" if recipe.inputs.exclude else ""
    return f"{len(observed)} patients, {observed.events} with a recurrence, median follow-up {followed}{before}"


def _concerns(problem: Problem, recipe: Recipe) -> bool:
    inputs = recipe.inputs
    columns = {column for task in recipe.tasks for column in {"rfs": ("rfs", "relapse"), "hpv": ("hpv",)}.get(task, ())}
    columns |= {
        *(() if inputs.clinical is None else inputs.clinical.columns),
        *(() if inputs.hpv is None else ("hpv",)),
    }
    if problem.code in _SILENT:
        return False
    if problem.column is not None:
        return problem.column in columns
    if problem.code in _OF_FILES:
        return bool(inputs.images) or inputs.lesions is not None
    return bool(columns)
