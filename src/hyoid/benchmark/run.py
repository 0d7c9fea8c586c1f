"""Train every recipe on the same patients with the same folds, and collect what each is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from hyoid.api.common import PathLike, resolve_cohort, resolve_recipe
from hyoid.benchmark.checked import check_recipes
from hyoid.benchmark.common_patients import Group, groups_of
from hyoid.benchmark.external import EXTERNAL, External
from hyoid.benchmark.findings import find
from hyoid.benchmark.floors import Floors
from hyoid.benchmark.leakage import Leak, Verdict, find_external_leaks, refuse_leaks
from hyoid.benchmark.paper_tables import paper_tables
from hyoid.benchmark.result import BenchmarkResult
from hyoid.benchmark.splits import SPLITS
from hyoid.benchmark.work import Done, Settings, Work
from hyoid.benchmark.write import RESULTS, remove_results, write_results
from hyoid.cohort import Cohort
from hyoid.cohort.words import counted
from hyoid.errors import HyoidError
from hyoid.files import write_json
from hyoid.metrics import Bootstrap
from hyoid.recipe import Recipe


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
    comparison, and stands in `out/leakage.json`. What fails otherwise is told as a failure, and the others go on.

    Parameters
    ----------
    splits
        Names of `SPLITS`.
    preset, overrides
        Of every recipe; a split among the overrides replaces what `splits` sets.
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
        If a split or recipe is unknown or named twice, or the cohort has too few patients for one, or for all together.
    LeakageError
        If a run leaks.
    """
    _check_named(recipes, splits)
    whole = resolve_cohort(cohort, columns)
    beyond = None if external is None else resolve_cohort(external, columns)
    settings = Settings(out, preset, tuple(overrides), cost_cases, device, jobs)
    titles = _each_once([resolve_recipe(recipe, preset, overrides) for recipe in recipes])
    groups, done = groups_of(whole, titles), Done()
    works = list(_works(groups, recipes, titles, beyond, settings, done, floor=floor))
    check_recipes([(name, one, work.cohort.cases) for name in splits for work in works for one in work.resolved(name)])
    remove_results(out)
    result = BenchmarkResult.of(whole, groups)
    for split in splits:
        for work in works:
            result = result.with_rows(work.rows(split, outside=split == splits[0]), done.verdicts, done.failures)
            write_json(out / RESULTS, result.to_dict())
    return _finished(result, done, whole, beyond, out, Bootstrap(replicates=replicates))


def _finished(
    result: BenchmarkResult, done: Done, whole: Cohort, beyond: Cohort | None, out: Path, bootstrap: Bootstrap
) -> BenchmarkResult:
    """Compute what was found beyond the rows, and write everything."""
    used = [case for case in whole.cases if case.id not in result.excluded]
    others = () if beyond is None else beyond.cases
    folders = [run.folder for run in done.runs]
    findings = find(done.measured, used, others, folders, bootstrap)
    papers = tuple(paper_tables(done.runs, f"{whole.root.name}, {counted(result.patients, 'patient')}"))
    result = replace(result, findings=findings, papers=papers)
    predicted = beyond if any(row.split == EXTERNAL for row in result.rows) else None
    write_results(result, done.runs, out, replace(whole, cases=tuple(used)), predicted)
    return result


def _check_named(recipes: Sequence[str | Recipe], splits: Sequence[str]) -> None:
    """Refuse no recipe, no split, an unknown split, and one that is named twice."""
    if not recipes:
        raise HyoidError.of("no recipe", "one or more", "Name some of `hyoid recipes`.")
    if not splits:
        raise HyoidError.of("no split", f"one or more of {', '.join(SPLITS)}", "Name one.")
    wrong = [name for name in splits if name not in SPLITS]
    wrong += [f"{name} twice" for name in dict.fromkeys(splits) if splits.count(name) > 1]
    if wrong:
        raise HyoidError.of(f"the split {wrong[0]}", f"one or more of {', '.join(SPLITS)}", "Name each once.")


def _each_once(recipes: list[Recipe]) -> list[Recipe]:
    """Return the recipes; refuse one that stands there twice."""
    if len({recipe.title for recipe in recipes}) < len(recipes):
        raise HyoidError.of(f"{[recipe.title for recipe in recipes]}", "each recipe once", "Leave one out.")
    return recipes


def _works(
    groups: Sequence[Group],
    recipes: Sequence[str | Recipe],
    resolved: Sequence[Recipe],
    beyond: Cohort | None,
    settings: Settings,
    done: Done,
    *,
    floor: bool,
) -> Iterator[Work]:
    """Yield the work of each group, once nothing stands against the external patients of any."""
    outside = [None if beyond is None else External(beyond, group.cohort) for group in groups]
    _check_external(groups, outside, settings.out)
    for group, external in zip(groups, outside, strict=True):
        segments = any("segmentation" in resolved[k].tasks and not resolved[k].merged for k in group.places)
        floors = Floors(group.cohort, settings.jobs) if floor and segments else None
        own = tuple(recipes[k] for k in group.places)
        yield Work(group.cohort, own, group.tasks, floors, external, settings, done)


def _check_external(groups: Sequence[Group], outside: Sequence[External | None], out: Path) -> None:
    """Refuse external patients without a label, and those who stand in the training cohort too."""
    leaks: list[Leak] = []
    for group, external in zip(groups, outside, strict=True):
        if external is not None:
            external.check(group.tasks)
            leaks += [leak for leak in find_external_leaks(group.cohort, external.cohort) if leak not in leaks]
    if leaks:
        refuse_leaks([Verdict(EXTERNAL, tuple(leaks))], out)
