"""`hyoid evaluate survival`: predicted recurrence-free survival against the observed one."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from hyoid.cli.evaluate_options import OutOption, ReplicatesOption, ReportOption, SeedOption, StratifyOption
from hyoid.cli.left_out import print_left_out, print_options
from hyoid.cli.options import ColumnsOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from rich.console import Console

    from hyoid.evaluation import SurvivalComparison, SurvivalResult


def survival(
    predictions: Annotated[
        Path,
        typer.Option(
            "--pred", metavar="FILE.csv", help="PatientID, rfs_risk, perhaps rfs_survival_DAYS, fold, rfs_group."
        ),
    ],
    truth: Annotated[
        Path,
        typer.Option("--truth", metavar="FILE.csv|COHORT", help="Table or cohort with PatientID, Relapse and RFS."),
    ],
    out: OutOption,
    train: Annotated[
        Path | None,
        typer.Option(
            "--train",
            metavar="FILE.csv|COHORT",
            help="Outcomes that the models were trained on, for censoring and the null model; of each fold those that "
            "it did not predict (default: the evaluated patients).",
        ),
    ] = None,
    horizons: Annotated[
        str | None,
        typer.Option(
            "--horizons", metavar="D,D,...", help="Days (default: the survival columns', or 1, 2, 3, 5 years)."
        ),
    ] = None,
    tau: Annotated[
        float | None,
        typer.Option(
            "--tau", metavar="DAYS", help="Uno's C counts events before it (default: as far as follow-up allows)."
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="OTHER.csv", help="Other predictions, compared on the patients in common."),
    ] = None,
    report: ReportOption = None,
    replicates: ReplicatesOption = 2000,
    seed: SeedOption = 0,
    stratify: StratifyOption = False,
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure survival predictions: C, AUC, Brier, calibration; of the cohort and by center, with intervals."""
    from hyoid.evaluation import compare_survival, evaluate_survival
    from hyoid.files import write_json
    from hyoid.metrics import Bootstrap
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    days = None if horizons is None else _days(horizons)
    bootstrap = Bootstrap(replicates=replicates, seed=seed)
    options: dict[str, Any] = {"tau": tau, "stratify": stratify, "columns": columns}
    result = evaluate_survival(predictions, truth, train, days, bootstrap, **options)
    comparison = None
    if against is not None:
        comparison = compare_survival(predictions, against, truth, train, days, bootstrap, **options)
    value = result.to_dict() | ({} if comparison is None else {"against": comparison.to_dict()})
    write_json(out, value)
    if report is not None:
        _write_report(report, result, comparison, names_of(predictions, against))
    if as_json:
        typer.echo(json.dumps(value, allow_nan=False))
        return
    _print(result, comparison, [path for path in (out, report) if path is not None])


def _days(text: str) -> list[float]:
    from hyoid.errors import HyoidError

    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise HyoidError.of(f"--horizons '{text}'", "days with commas between", "Give such as 365,730.") from error


def names_of(first: Path, second: Path | None) -> tuple[str, str]:
    """Return short names of two files: their own, or where these are equal those of the first folders that differ."""
    if second is None or first.stem != second.stem:
        return first.stem, "" if second is None else second.stem
    folders = (reversed(path.resolve().parent.parts) for path in (first, second))
    different = ((one, other) for one, other in zip(*folders, strict=False) if one != other)
    return next(different, (first.stem, second.stem))


def _write_report(
    path: Path, result: SurvivalResult, comparison: SurvivalComparison | None, names: tuple[str, str]
) -> None:
    from hyoid.evaluation.report import page, survival
    from hyoid.files import write_text

    parts = [survival.result_section(names[0], result)]
    if comparison is not None:
        parts.append(survival.comparison_section(f"{names[0]} against {names[1]}", comparison, names))
    write_text(path, page.page("Recurrence-free survival", *parts))


def _print(result: SurvivalResult, comparison: SurvivalComparison | None, written: list[Path]) -> None:
    """Print the tables, all choices behind them, and who was left out."""
    from rich.console import Console

    from hyoid.cli.evaluate_survival_tables import centers_table, cohort_table, comparison_table, horizons_table

    console = Console(soft_wrap=True, highlight=False)
    console.print(cohort_table(result))
    if any(horizon.answered for horizon in result.horizons):
        console.print(horizons_table(result))
    if len(result.center_outcomes) > 1:
        console.print(centers_table(result))
    for horizon in result.horizons:
        if not horizon.answered:
            console.print(escape(f"No measure at {horizon.days:g} days: {horizon.reason}."))
    if result.risk_groups is not None:
        test = result.risk_groups.test
        said = [f"{group.name} {group.events} of {group.n}" for group in result.risk_groups.groups]
        value = "" if test is None or isnan(test.p_value) else f"; log-rank p {test.p_value:.2g}"
        value = f"; no log-rank p: {test.too_few}" if test is not None and test.too_few else value
        console.print(escape(f"Events by risk group: {', '.join(said)}{value}."))
    if comparison is not None:
        console.print(comparison_table(comparison))
    print_options(console, result.to_dict()["options"])
    _print_left_out(console, result)
    console.print(f"Written to {escape(' and '.join(map(str, written)))}.")


def _print_left_out(console: Console, result: SurvivalResult) -> None:
    listed = {
        "Outcome unknown": result.unknown,
        "Without truth": result.without_truth,
        "Without prediction": result.without_prediction,
    }
    print_left_out(console, listed)
    for note in result.notes:
        console.print(escape(note))
