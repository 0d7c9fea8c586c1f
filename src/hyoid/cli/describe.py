"""`hyoid describe`: what a cohort is, in numbers, tables, figures and a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.interrupted import interruptible
from hyoid.cli.options import CohortArgument, ColumnsOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from hyoid.api import DescribeResult


def describe(
    cohort: CohortArgument,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="DIR",
            file_okay=False,
            help="Folder for report.html, description.json, tables and figures.",
        ),
    ],
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Describe COHORT: patients, outcomes, HPV status, acquisition, image grids and what is missing, by center.

    Of images only headers are read, but for the few patients that are shown. Images that cannot be read are counted and
    named.
    """
    from hyoid.api import describe as describe_cohort
    from hyoid.files import jsonable
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    with interruptible("The report is not written: run the command again."):
        result = describe_cohort(cohort, out, columns=columns)
    if as_json:
        typer.echo(json.dumps(jsonable(result.description.to_dict()), indent=2, allow_nan=False))
        return
    _print(result)


def _print(result: DescribeResult) -> None:
    """Print who is there by center, what could not be read, and where the report lies."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from hyoid.cohort.words import counted

    found = result.description
    table = Table()
    table.add_column("center")
    for heading in ("patients", "events of known outcome", "HPV-positive of known status"):
        table.add_column(heading, justify="right")
    outcomes = {group.name: group for group in found.survival_by_center.groups}
    for center, patients in found.centers.items():
        events, hpv = outcomes[center], found.hpv[center]
        known = hpv.positive + hpv.negative
        table.add_row(escape(center), str(patients), f"{events.events} of {events.n}", f"{hpv.positive} of {known}")
    console = Console(soft_wrap=True, highlight=False)
    console.print(table)
    for one in found.unreadable:
        console.print(escape(f"{one.case}, {one.image}: {one.reason}"))
    unreadable = f", {len(found.unreadable)} could not be" if found.unreadable else ""
    read = f"{counted(len(found.cases), 'patient')}, {counted(len(found.grids), 'image')} could be read"
    console.print(f"{read}{unreadable}.")
    console.print(escape(f"Written to {result.report}."))
