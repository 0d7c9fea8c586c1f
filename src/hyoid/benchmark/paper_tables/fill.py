"""Papers' tables from finished runs on one cohort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hyoid.benchmark.paper_tables.finished_run import FinishedRun
from hyoid.benchmark.paper_tables.layout import Layout, Row, Source, load_layouts
from hyoid.benchmark.paper_tables.our_figure import OurFigure, our_figure
from hyoid.benchmark.paper_tables.paper_table import FilledRow, OurLine, PaperTable
from hyoid.errors import CohortError, HyoidError
from hyoid.training import Run


def paper_tables(runs: Sequence[Run | Path | str], cohort_name: str) -> list[PaperTable]:
    """Return the tables of the papers of which at least one row has a run, each filled from all runs.

    Parameters
    ----------
    runs
        Finished runs or their folders, all on the same cohort. Runs of other recipes are passed over.
    cohort_name
        What the cohort is called in the tables, such as 'phantom, 60 patients'.

    Raises
    ------
    HyoidError
        If a folder is no finished run, two runs are on different cohorts, or two of one recipe, preset and split.
    """
    if not cohort_name.strip():
        raise HyoidError.of("no name of the cohort", "one that says whose patients these are", "Give it a name.")
    opened = [FinishedRun.of(run.folder if isinstance(run, Run) else Path(run)) for run in runs]
    _check_one_cohort(opened)
    _check_told_apart(opened)
    filled = (fill_table(layout, opened, cohort_name) for layout in load_layouts())
    return [table for table in filled if any(row.ours for row in table.rows)]


def fill_table(layout: Layout, runs: Sequence[FinishedRun], cohort_name: str) -> PaperTable:
    """Return one table, filled from the runs that it asks for; the others are passed over."""
    rows = [*layout.rows, *(_further_centers(layout, runs) if layout.by_center else ())]
    filled = tuple(FilledRow(row.labels, row.figures, tuple(_lines(layout, row, runs))) for row in rows)
    return PaperTable(layout, cohort_name, filled)


def _lines(layout: Layout, row: Row, runs: Sequence[FinishedRun]) -> Iterator[OurLine]:
    """Return a line for each run, or, where the columns are of different recipes, for each preset and split."""
    sources = layout.sources(row)
    one_recipe = len({source.recipes for source in sources if source is not None}) == 1
    groups: dict[tuple[str, str], list[FinishedRun]] = {}
    for run in runs:
        if any(source is not None and run.reproduces in source.recipes for source in sources):
            groups.setdefault((run.reproduces if one_recipe else "", run.conditions), []).append(run)
    for (_, conditions), members in groups.items():
        figures = tuple(None if source is None else _figure(source, members) for source in sources)
        if any(figure is not None for figure in figures):
            yield OurLine(", ".join(run.reproduces for run in members), conditions, figures)


def _figure(source: Source, runs: Sequence[FinishedRun]) -> OurFigure | None:
    found = [run for run in runs if run.reproduces in source.recipes]
    return our_figure(source, found[0]) if found else None


def _further_centers(layout: Layout, runs: Sequence[FinishedRun]) -> list[Row]:
    """Return a row for each center of the runs that the paper does not have, without figures of the paper."""
    given = {row.ours.get("center") for row in layout.rows}
    asked = [source for source in layout.sources(layout.rows[0]) if source is not None]
    found: dict[str, None] = {}
    for run in runs:
        for source in asked:
            evaluation = run.evaluation(source.task, source.part) if run.reproduces in source.recipes else None
            found |= dict.fromkeys(one["center"] for one in (evaluation or {"center_counts": ()})["center_counts"])
    empty = tuple("" for _ in layout.columns)
    return [Row(labels=(name,), figures=empty, ours={"center": name}) for name in found if name not in given]


def _check_one_cohort(runs: Sequence[FinishedRun]) -> None:
    """Refuse figures of different cohorts in one table; of one cohort, each line says how many patients there are."""
    others = [run for run in runs if run.cohort != runs[0].cohort]
    if others:
        raise CohortError.of(
            f"runs on different cohorts ({runs[0].folder} and {others[0].folder})",
            "runs on one cohort",
            "Make the tables of each cohort apart.",
        )


def _check_told_apart(runs: Sequence[FinishedRun]) -> None:
    """Refuse two runs that a table could not tell apart."""
    seen: dict[tuple[str, str], Path] = {}
    for run in runs:
        name = (run.reproduces, run.conditions)
        if name in seen:
            raise HyoidError.of(
                f"two runs of {run.reproduces} ({run.conditions}): {seen[name]} and {run.folder}",
                "one of each recipe, preset and split",
                "Leave one out.",
            )
        seen[name] = run.folder
