"""What the verbs share: recipes and cohorts by name or in hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hyoid.cohort import Cohort, read_cohort
from hyoid.errors import CohortError
from hyoid.recipe import Recipe, adjust_recipe, load_recipe

PathLike = str | Path


def resolve_recipe(recipe: str | Recipe, preset: str | None, overrides: Sequence[str]) -> Recipe:
    """Return the recipe of a name, a file or a value, with preset and overrides applied."""
    if isinstance(recipe, Recipe):
        return adjust_recipe(recipe, preset, overrides)
    return load_recipe(recipe, preset=preset, overrides=overrides)


def resolve_cohort(cohort: PathLike | Cohort, columns: PathLike | None) -> Cohort:
    """Return the cohort of a path or a value.

    Raises
    ------
    CohortError
        If there is nothing at the path, or it is no cohort.
    """
    if isinstance(cohort, Cohort):
        return cohort
    if not Path(cohort).exists():
        raise CohortError.of(f"nothing at {cohort}", "a cohort folder or CSV", "Check the path.")
    return read_cohort(Path(cohort), None if columns is None else Path(columns))
