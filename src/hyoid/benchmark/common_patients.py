"""Who takes part: recipes that share a task are compared on the patients whom all of them can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hyoid.cohort import Cohort
from hyoid.errors import CohortError
from hyoid.recipe import Recipe
from hyoid.recipe.stage import Task
from hyoid.training import usable_cases


@dataclass(frozen=True, slots=True)
class Group:
    """Recipes that are tied by tasks they share, and the patients whom all of them can use.

    `places` are those of the recipes among all that were named; `left_out` says why a patient is not in `cohort`.
    """

    places: tuple[int, ...]
    tasks: tuple[Task, ...]
    cohort: Cohort
    left_out: Mapping[str, str]

    @property
    def name(self) -> str:
        """The tasks in one word."""
        return "+".join(self.tasks)


def groups_of(cohort: Cohort, recipes: Sequence[Recipe]) -> list[Group]:
    """Divide recipes into groups that share no task, in the order in which they were named.

    A patient of unknown HPV status is then no loss for survival, unless a recipe answers both.

    Raises
    ------
    CohortError
        If there is nobody whom all recipes of a group can use.
    """
    tied: list[tuple[list[int], set[Task]]] = []
    for place, recipe in enumerate(recipes):
        places, tasks = [place], set(recipe.tasks)
        for other in [one for one in tied if one[1] & tasks]:
            tied.remove(other)
            places, tasks = [*other[0], *places], other[1] | tasks
        tied.append((sorted(places), tasks))
    return [_group(cohort, recipes, places) for places, _ in sorted(tied, key=lambda one: one[0])]


def whom_none_can_use(groups: Sequence[Group]) -> dict[str, str]:
    """Return the patients who are left out of every group, and why of the first."""
    first, *others = (group.left_out for group in groups)
    return {i: reason for i, reason in first.items() if all(i in other for other in others)}


def _group(cohort: Cohort, recipes: Sequence[Recipe], places: Sequence[int]) -> Group:
    left_out: dict[str, str] = {}
    for recipe in (recipes[place] for place in places):
        _, reasons = usable_cases(cohort.cases, recipe)
        left_out |= {i: f"{recipe.title}: {reason}" for i, reason in reasons.items() if i not in left_out}
    kept = tuple(case for case in cohort.cases if case.id not in left_out)
    if not kept:
        first = next(iter(left_out.items()))
        raise CohortError.of(
            f"no patient that all {len(places)} recipes can use ({first[0]}: {first[1]})",
            "some with all inputs and labels",
            "Compare fewer recipes, or run `hyoid check` on the cohort.",
        )
    tasks = tuple(dict.fromkeys(task for place in places for task in recipes[place].tasks))
    return Group(tuple(places), tasks, replace(cohort, cases=kept), dict(sorted(left_out.items())))
