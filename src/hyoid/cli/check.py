"""`hyoid check`: what is wrong, doubtful or peculiar in a cohort."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.options import CohortArgument, ColumnsOption, JobsOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hyoid.cohort.check import Finding

CASES_SHOWN = 8
"""Findings of one code that are printed before the rest is only counted; `--json` has them all."""


def check(
    cohort: CohortArgument,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 2 on warnings too, not on errors alone.")] = False,
    columns: ColumnsOption = None,
    jobs: JobsOption = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Look for faults in COHORT: files, geometry, units, alignment, masks, lesions, clinical table.

    Exit code 0 without errors, 2 with one or more; `--strict` counts warnings as errors.
    """
    from hyoid.cohort import read_cohort
    from hyoid.cohort.check import check_cohort
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    read = read_cohort(cohort, columns)
    findings = check_cohort(read, jobs)
    if as_json:
        counts = {severity: sum(f.severity == severity for f in findings) for severity in ("error", "warning", "info")}
        result = {"cohort": str(cohort), "cases": len(read), "counts": counts}
        typer.echo(json.dumps({**result, "findings": [finding.to_dict() for finding in findings]}, indent=2))
    else:
        _print(findings, len(read))
    failing = {"error", "warning"} if strict else {"error"}
    if any(finding.severity in failing for finding in findings):
        raise typer.Exit(2)


def _print(findings: Sequence[Finding], cases: int) -> None:
    """Print one table a severity: code, number, cases and what was found; then what to do, once a code."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from hyoid.cohort.check import SEVERITIES
    from hyoid.cohort.words import counted

    console = Console()
    colours = {"error": "red", "warning": "yellow", "info": "blue"}
    for severity in SEVERITIES:
        own = [finding for finding in findings if finding.severity == severity]
        if not own:
            continue
        table = Table(title=f"{severity}: {len(own)}", title_style=f"bold {colours[severity]}", title_justify="left")
        for heading, style in (("code", "bold"), ("case", "cyan"), ("found", None), ("expected; what to do", None)):
            table.add_column(heading, style=style, overflow="fold")
        for code in dict.fromkeys(finding.code for finding in own):
            same = [finding for finding in own if finding.code == code]
            advice = ""
            for number, finding in enumerate(same[:CASES_SHOWN]):
                words = f"{finding.expected}. {finding.advice}"
                cells = (code if number == 0 else "", finding.case or "cohort", finding.found)
                table.add_row(*map(escape, (*cells, words if words != advice else "")))
                advice = words
            if len(same) > CASES_SHOWN:
                table.add_row("", f"... {len(same) - CASES_SHOWN} more", "see --json", "")
            table.add_section()
        console.print(table)
    totals = ", ".join(f"{sum(f.severity == s for f in findings)} {s}" for s in SEVERITIES)
    console.print(f"{counted(cases, 'case')} checked: {totals}.")
