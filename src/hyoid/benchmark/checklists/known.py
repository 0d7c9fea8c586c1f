"""What the facts are taken from: a benchmark's result, its runs, and the patients of both cohorts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hyoid.benchmark.external import EXTERNAL
from hyoid.benchmark.result import BenchmarkResult
from hyoid.cohort import Case, Cohort, Fold, folds_from_json
from hyoid.errors import HyoidError
from hyoid.files import read_json
from hyoid.recipe import Recipe
from hyoid.recipe.stage import Task
from hyoid.training import Run


@dataclass(frozen=True, slots=True)
class Known:
    """A benchmark as the facts need it.

    Parameters
    ----------
    result, runs, cohort, external
        As they were given.
    cases
        The patients of the cohort whom all recipes can use.
    folds
        Of each run, by the name of its folder.
    recipes
        Each once, whatever the splits that it was trained under.
    """

    result: BenchmarkResult
    runs: tuple[Run, ...]
    cohort: Cohort
    external: Cohort | None
    cases: tuple[Case, ...]
    folds: Mapping[str, tuple[Fold, ...]]
    recipes: tuple[Recipe, ...]

    @classmethod
    def of(cls, result: BenchmarkResult, runs: Sequence[Run], cohort: Cohort, external: Cohort | None) -> Known:
        """Gather what is known; the cohort may still hold the patients that the benchmark left out.

        Raises
        ------
        HyoidError
            If there is no run, it is the run of another cohort, or the result has rows of an external cohort that is
            not given, or none of one that is: what would be said of them would be wrong.
        """
        if not runs:
            raise HyoidError.of("no run", "the runs of the benchmark", "Give what was trained.")
        cases = tuple(case for case in cohort.cases if case.id not in result.excluded)
        ids = {case.id for case in cases}
        if len(cases) != result.patients or any(not ids.issuperset(run.reported) for run in runs):
            raise HyoidError.of(
                f"{len(cases)} patients to compare of {cohort.root}",
                f"the {result.patients} patients of the benchmark",
                "Give the cohort that it was run on.",
            )
        if (external is None) == any(row.split == EXTERNAL for row in result.rows):
            raise HyoidError.of(
                f"{'no' if external is None else 'an'} external cohort",
                f"{'one' if external is None else 'none'}, as in the result's rows",
                "Give the external cohort that was predicted.",
            )
        folds = {run.folder.name: tuple(folds_from_json(read_json(run.folder / "splits.json"))) for run in runs}
        recipes = {run.recipe.title: run.recipe for run in runs}
        return cls(result, tuple(runs), cohort, external, cases, folds, tuple(recipes.values()))

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What the recipes answer, each once."""
        return tuple(dict.fromkeys(task for recipe in self.recipes for task in recipe.tasks))

    @property
    def networks(self) -> tuple[Recipe, ...]:
        """The recipes that train a network."""
        return tuple(recipe for recipe in self.recipes if recipe.has_network)

    @property
    def sides(self) -> tuple[tuple[str, tuple[Case, ...]], ...]:
        """The patients inside, and, with a word before them, those outside."""
        inside: tuple[tuple[str, tuple[Case, ...]], ...] = (("", self.cases),)
        return inside if self.external is None else (*inside, ("External cohort: ", self.external.cases))
