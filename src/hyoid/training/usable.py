"""Which cases a recipe can be trained on, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable

from hyoid.cohort import Case
from hyoid.errors import CohortError
from hyoid.recipe import Recipe


def usable_cases(cases: Iterable[Case], recipe: Recipe) -> tuple[list[Case], dict[str, str]]:
    """Split cases into those with the inputs and a label of the recipe, and `{id: reason}` for the rest.

    Raises
    ------
    CohortError
        If none is usable; the most frequent reason is given.
    """
    usable, excluded = [], {}
    for case in cases:
        missing = [name for name in recipe.inputs.images if name not in case.images]
        if missing and (recipe.inputs.missing == "refuse" or len(missing) == len(recipe.inputs.images)):
            excluded[case.id] = f"no {' and no '.join(missing)}"
        elif case.mask is None:
            excluded[case.id] = "no expert mask"
        else:
            usable.append(case)
    if not usable:
        reasons = sorted(excluded.values(), key=list(excluded.values()).count)
        raise CohortError.of(
            f"{len(excluded)} cases, none of them usable ({reasons[-1] if reasons else 'the cohort is empty'})",
            f"cases with {', '.join(recipe.inputs.images)} and a mask",
            "Run `hyoid check` on the cohort.",
        )
    return usable, excluded
