"""The work of recipes that share a task: trained on the same patients and folds, measured inside and outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hyoid import api
from hyoid.api.common import resolve_recipe
from hyoid.api.training import Evaluation
from hyoid.benchmark.cost import measure_cost
from hyoid.benchmark.external import EXTERNAL, External
from hyoid.benchmark.failure import Failure, told
from hyoid.benchmark.figures import figures_of, overall_figures
from hyoid.benchmark.floors import Floors
from hyoid.benchmark.leakage import Verdict, find_leaks, refuse_leaks
from hyoid.benchmark.measured import Measured
from hyoid.benchmark.oracle import oracle_rows
from hyoid.benchmark.row import BenchmarkRow
from hyoid.benchmark.splits import SPLITS
from hyoid.cohort import Cohort
from hyoid.cohort.encoders import FittedEncoder
from hyoid.errors import CohortError
from hyoid.files import read_json
from hyoid.networks.multihead import count_parameters
from hyoid.recipe import Recipe
from hyoid.recipe.stage import Task
from hyoid.training import Run


@dataclass(frozen=True, slots=True)
class Done:
    """What has been found so far: verdicts and folders of the runs, every evaluation, and what failed."""

    verdicts: list[Verdict] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Settings:
    """What all work of a benchmark shares: options of `run_benchmark`."""

    out: Path
    preset: str | None
    overrides: tuple[str, ...]
    cost_cases: int
    device: str
    jobs: int


@dataclass(frozen=True, slots=True)
class Work:
    """What recipes that share a task are trained and measured on, split by split.

    Parameters
    ----------
    cohort
        The patients whom all of these recipes can use.
    recipes
        Names, files or values, to be resolved with `preset` and `overrides`.
    tasks
        That any of them answers.
    floors
        SUV thresholds that stand beside; None without.
    external
        Patients of other hospitals; None without.
    done
        What all work of the benchmark adds to.
    """

    cohort: Cohort
    recipes: tuple[str | Recipe, ...]
    tasks: Sequence[Task]
    floors: Floors | None
    external: External | None
    settings: Settings
    done: Done

    def resolved(self, split: str) -> list[Recipe]:
        """Return the recipes with this split."""
        settings = self.settings
        return [resolve_recipe(one, settings.preset, (SPLITS[split], *settings.overrides)) for one in self.recipes]

    def rows(self, split: str, *, outside: bool) -> list[BenchmarkRow]:
        """Train and evaluate every recipe under a split, and `outside` predict the external cohort by what it made.

        A recipe that fails has no row, and stands among the failures.
        """
        inside: list[BenchmarkRow] = []
        beyond: list[BenchmarkRow] = []
        reported: dict[str, list[list[str]]] = {}
        external, failures, out = self.external if outside else None, self.done.failures, self.settings.out
        for recipe in self.resolved(split):
            trained: api.TrainResult | None = None
            with told(failures, recipe.title, split, out):
                trained = self._trained(recipe, split, reported)
                inside += _rows(trained, recipe, split, self.cohort, self.settings)
                self._keep(recipe, split, {recipe.task: trained.evaluation, **trained.further})
            if external is not None and trained is not None:
                with told(failures, recipe.title, EXTERNAL, out):
                    beyond += self._beyond(external, recipe, trained.run)
        if not reported:
            return []
        folds = next(iter(reported.values()))
        if self.floors is not None:
            inside.append(self.floors.inside(split, folds))
        inside += oracle_rows(self.cohort, split, self.tasks, folds)
        if external is not None:
            beyond += [] if self.floors is None else [self.floors.outside(EXTERNAL, external.cohort)]
            beyond += oracle_rows(external.cohort, EXTERNAL, self.tasks)
        return [*inside, *beyond]

    def _trained(self, recipe: Recipe, split: str, reported: dict[str, list[list[str]]]) -> api.TrainResult:
        """Train what is not there yet, and refuse what leaks, or reports others than the runs before (`reported`)."""
        out, device, jobs = self.settings.out, self.settings.device, self.settings.jobs
        folder = out / f"{recipe.name}{'-' + recipe.variant if recipe.variant else ''}--{split}"
        started = (folder / "recipe.yaml").is_file()
        trained = api.train(self.cohort, recipe, folder, device=device, resume=started, jobs=jobs)
        self.done.verdicts.append(Verdict(folder.name, tuple(find_leaks(folder, self.cohort))))
        refuse_leaks(self.done.verdicts, out)
        folds = [fold["report"] for fold in read_json(folder / "splits.json")]
        _check_same(reported, folds)
        reported[recipe.title] = folds
        self.done.runs.append(trained.run)
        return trained

    def _beyond(self, external: External, recipe: Recipe, run: Run) -> list[BenchmarkRow]:
        """Return what the bundle of a run is worth on the external patients, whom it predicts."""
        found, notes = external.evaluate(recipe, run.folder, self.settings.device, self.settings.jobs)
        self._keep(recipe, EXTERNAL, found)
        return [
            BenchmarkRow(recipe.title, EXTERNAL, task, overall_figures(evaluation), notes=notes)
            for task, evaluation in found.items()
        ]

    def _keep(self, recipe: Recipe, split: str, evaluations: Mapping[Task, Evaluation]) -> None:
        self.done.measured.extend(Measured(recipe.title, split, task, found) for task, found in evaluations.items())


def _rows(
    trained: api.TrainResult, recipe: Recipe, split: str, cohort: Cohort, settings: Settings
) -> list[BenchmarkRow]:
    parameters = None
    if recipe.has_network:
        encoder = read_json(next(iter(trained.run.folds.values())) / "fitted.json").get("encoder")
        columns = 0 if encoder is None else len(FittedEncoder.from_json(encoder).names)
        parameters = count_parameters(recipe.build_network(columns))
    cost = None
    if settings.cost_cases:
        cost = measure_cost(trained.bundle.folder, cohort, cohort.cases[: settings.cost_cases], settings.device)
    reported = () if recipe.paper is None else tuple(one.model_dump(mode="json") for one in recipe.paper.reported)
    return [
        BenchmarkRow(
            recipe.title,
            split,
            task,
            figures_of(evaluation, trained.run),
            parameters,
            cost,
            reported if task == recipe.task else (),
            trained.run.notes,
        )
        for task, evaluation in {recipe.task: trained.evaluation, **trained.further}.items()
    ]


def _check_same(reported: Mapping[str, list[list[str]]], folds: list[list[str]]) -> None:
    """Refuse a run that reports other patients in a fold than those before it: it set a patient aside, say."""
    for title, found in reported.items():
        if found != folds:
            raise CohortError.of(
                f"other folds than of {title}",
                "the same patients in every fold",
                "Look for patients that one of the two set aside: excluded.json in both runs.",
            )
