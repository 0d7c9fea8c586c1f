"""Train every recipe on the same patients with the same folds, and collect what each is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

from hyoid import api
from hyoid.api.common import PathLike, resolve_cohort, resolve_recipe
from hyoid.api.training import Evaluation
from hyoid.benchmark.cost import measure_cost
from hyoid.benchmark.external import EXTERNAL, External
from hyoid.benchmark.figures import figures_of, floor_row, overall_figures
from hyoid.benchmark.findings import Findings, find
from hyoid.benchmark.leakage import Verdict, find_external_leaks, find_leaks, refuse_leaks
from hyoid.benchmark.measured import Measured
from hyoid.benchmark.oracle import oracle_rows
from hyoid.benchmark.paper_tables import paper_tables
from hyoid.benchmark.result import BenchmarkResult
from hyoid.benchmark.row import BenchmarkRow
from hyoid.benchmark.splits import SPLITS
from hyoid.benchmark.write import RESULTS, write_results
from hyoid.cohort import Cohort
from hyoid.cohort.encoders import FittedEncoder
from hyoid.errors import CohortError, HyoidError
from hyoid.files import read_json, write_json
from hyoid.metrics import Bootstrap
from hyoid.networks.multihead import count_parameters
from hyoid.recipe import Recipe
from hyoid.recipe.stage import Task
from hyoid.training import Run, usable_cases


def run_benchmark(  # noqa: PLR0913 - the options of the verb, all but three by keyword
    cohort: PathLike | Cohort,
    recipes: Sequence[str | Recipe],
    out: Path,
    *,
    splits: Sequence[str] = ("kfold",),
    preset: str | None = None,
    overrides: Sequence[str] = (),
    floor: bool = True,
    cost_cases: int = 2,
    device: str = "auto",
    columns: PathLike | None = None,
    external: PathLike | Cohort | None = None,
    jobs: int = 1,
    replicates: int = 2000,
) -> BenchmarkResult:
    """Cross-validate recipes under the same splits, with the folds of the same patients, into one result.

    Every run is kept in `out/RECIPE--SPLIT`; a second call goes on with what is there. On synthetic patients an oracle
    stands beside the recipes: what their hidden truth knows. Whatever in a run saw a patient whom it reports ends the
    comparison: see `leakage.find_leaks`. What was found stands in `out/leakage.json`.

    Parameters
    ----------
    splits
        Names of `SPLITS`.
    preset, overrides
        Of every recipe; a split among the overrides replaces the settings of `splits`' own.
    floor
        Put SUV thresholds, chosen on the other folds, beside recipes that segment GTVp and GTVn.
    cost_cases
        How many patients are predicted for time and memory; 0 measures neither.
    external
        Patients of other hospitals, whom the bundles of the first split predict. They take no part in training.
    replicates
        Of the bootstrap by which splits, centers and recipes are compared; the table's own intervals have 2000.

    Raises
    ------
    HyoidError
        If a split or recipe is unknown, one is named twice, no patient can be used by all recipes, or runs report other
        patients in a fold.
    LeakageError
        If a run leaks.
    """
    unknown = [name for name in splits if name not in SPLITS]
    if unknown or not recipes:
        raise HyoidError.of(f"the splits {list(splits)} of {len(recipes)} recipes", ", ".join(SPLITS), "Name some.")
    whole = resolve_cohort(cohort, columns)
    titles = [resolve_recipe(recipe, preset, overrides) for recipe in recipes]
    if len({recipe.title for recipe in titles}) < len(titles):
        raise HyoidError.of(f"{[recipe.title for recipe in titles]}", "each recipe once", "Leave one out.")
    common, excluded = _common(whole, titles)
    outside = None if external is None else External(resolve_cohort(external, columns), common)
    tasks = [task for task in get_args(Task) if any(task in recipe.tasks for recipe in titles)]
    if outside is not None:
        outside.check(tasks)
        refuse_leaks([Verdict(EXTERNAL, tuple(find_external_leaks(common, outside.cohort)))], out)
    floor = floor and any("segmentation" in recipe.tasks and not recipe.merged for recipe in titles)
    work = _Work(common, tuple(recipes), out, preset, tuple(overrides), tasks, floor, cost_cases, device, outside, jobs)
    result = BenchmarkResult(str(whole.root), len(common.cases), excluded, ())
    for split in splits:
        result = replace(result.with_rows(work.rows(split, outside=split == splits[0])), leakage=tuple(work.verdicts))
        write_json(out / RESULTS, result.to_dict())
    papers = tuple(paper_tables(work.runs, f"{whole.root.name}, {len(common.cases)} patients"))
    result = replace(result, findings=work.findings(Bootstrap(replicates=replicates)), papers=papers)
    write_results(result, work.runs, out, common, None if outside is None else outside.cohort)
    return result


@dataclass(frozen=True, slots=True)
class _Work:
    """What the splits of a benchmark share, and what comes of them."""

    cohort: Cohort
    recipes: tuple[str | Recipe, ...]
    out: Path
    preset: str | None
    overrides: tuple[str, ...]
    tasks: Sequence[Task]
    floor: bool
    cost_cases: int
    device: str
    external: External | None
    jobs: int
    verdicts: list[Verdict] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def rows(self, split: str, *, outside: bool) -> list[BenchmarkRow]:
        """Train and evaluate every recipe under a split, and `outside` predict the external cohort by what it made."""
        inside: list[BenchmarkRow] = []
        beyond: list[BenchmarkRow] = []
        reported: dict[str, list[list[str]]] = {}
        external = self.external if outside else None
        for recipe in self.recipes:
            chosen = resolve_recipe(recipe, self.preset, (SPLITS[split], *self.overrides))
            trained = self._trained(chosen, split)
            reported[chosen.title] = [fold["report"] for fold in read_json(trained.run.folder / "splits.json")]
            inside += _rows(trained, chosen, split, self.cohort, self.cost_cases, self.device)
            self._keep(chosen, split, {chosen.task: trained.evaluation, **trained.further})
            if external is not None:
                found, notes = external.evaluate(chosen, trained.run.folder, self.device, self.jobs)
                self._keep(chosen, EXTERNAL, found)
                beyond += [
                    BenchmarkRow(chosen.title, EXTERNAL, task, overall_figures(evaluation), notes=notes)
                    for task, evaluation in found.items()
                ]
        _check_same(reported)
        if self.floor:
            inside.append(floor_row(self.cohort, split, next(iter(reported.values())), self.jobs))
        inside += oracle_rows(self.cohort, split, self.tasks)
        if external is not None:
            beyond += [external.floor(self.jobs)] if self.floor else []
            beyond += oracle_rows(external.cohort, EXTERNAL, self.tasks)
        return [*inside, *beyond]

    def _trained(self, recipe: Recipe, split: str) -> api.TrainResult:
        """Train what is not there yet, and refuse what leaks."""
        folder = self.out / f"{recipe.name}{'-' + recipe.variant if recipe.variant else ''}--{split}"
        started = (folder / "recipe.yaml").is_file()
        trained = api.train(self.cohort, recipe, folder, device=self.device, resume=started, jobs=self.jobs)
        self.verdicts.append(Verdict(folder.name, tuple(find_leaks(folder, self.cohort))))
        refuse_leaks(self.verdicts, self.out)
        self.runs.append(trained.run)
        return trained

    def _keep(self, recipe: Recipe, split: str, evaluations: Mapping[Task, Evaluation]) -> None:
        self.measured.extend(Measured(recipe.title, split, task, found) for task, found in evaluations.items())

    def findings(self, bootstrap: Bootstrap) -> Findings:
        """Compare everything that was measured."""
        beyond = () if self.external is None else self.external.cohort.cases
        return find(self.measured, self.cohort.cases, beyond, [run.folder for run in self.runs], bootstrap)


def _common(cohort: Cohort, recipes: Sequence[Recipe]) -> tuple[Cohort, dict[str, str]]:
    """Return the patients that every recipe can use, and why the others are not among them."""
    excluded: dict[str, str] = {}
    for recipe in recipes:
        _, reasons = usable_cases(cohort.cases, recipe)
        excluded |= {i: f"{recipe.title}: {reason}" for i, reason in reasons.items() if i not in excluded}
    kept = tuple(case for case in cohort.cases if case.id not in excluded)
    if not kept:
        first = next(iter(excluded.items()))
        raise CohortError.of(
            f"no patient that all {len(recipes)} recipes can use ({first[0]}: {first[1]})",
            "some with all inputs and labels",
            "Compare fewer recipes, or run `hyoid check` on the cohort.",
        )
    return replace(cohort, cases=kept), dict(sorted(excluded.items()))


def _rows(
    trained: api.TrainResult, recipe: Recipe, split: str, cohort: Cohort, cost_cases: int, device: str
) -> list[BenchmarkRow]:
    parameters = None
    if recipe.has_network:
        encoder = read_json(next(iter(trained.run.folds.values())) / "fitted.json").get("encoder")
        columns = 0 if encoder is None else len(FittedEncoder.from_json(encoder).names)
        parameters = count_parameters(recipe.build_network(columns))
    cost = None
    if cost_cases:
        cost = measure_cost(trained.bundle.folder, cohort, cohort.cases[:cost_cases], device)
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


def _check_same(reported: Mapping[str, list[list[str]]]) -> None:
    """Refuse a comparison whose runs report other patients in a fold: one of them set a patient aside, say."""
    (first, folds), *others = reported.items()
    for title, found in others:
        if found != folds:
            raise CohortError.of(
                f"other folds of {title} than of {first}",
                "the same patients in every fold",
                "Look for patients that one of the two set aside: excluded.json in both runs.",
            )
