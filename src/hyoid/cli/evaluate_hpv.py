"""`hyoid evaluate hpv`: predicted HPV status against the known one."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from hyoid.cli.evaluate_options import OutOption, ReplicatesOption, SeedOption, StratifyOption
from hyoid.cli.left_out import print_left_out, print_options
from hyoid.cli.options import ColumnsOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from hyoid.evaluation.classification_result import ClassificationResult
    from hyoid.evaluation.classification_sets import SetsResult


def hpv(
    predictions: Annotated[
        Path,
        typer.Option("--pred", metavar="FILE.csv", help="PatientID, hpv_probability, hpv_decision, perhaps fold."),
    ],
    truth: Annotated[
        Path, typer.Option("--truth", metavar="FILE.csv|COHORT", help="Table or cohort with PatientID and HPV Status.")
    ],
    out: OutOption,
    replicates: ReplicatesOption = 2000,
    seed: SeedOption = 0,
    stratify: StratifyOption = False,
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure HPV predictions: balanced accuracy, AUC, F1, calibration; of the cohort and by center, with intervals."""
    from hyoid.evaluation.classification import evaluate_hpv
    from hyoid.files import write_json
    from hyoid.metrics import Bootstrap
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    bootstrap = Bootstrap(replicates=replicates, seed=seed)
    result = evaluate_hpv(predictions, truth, bootstrap, stratify=stratify, columns=columns)
    write_json(out, result.to_dict())
    if as_json:
        typer.echo(json.dumps(result.to_dict(), allow_nan=False))
        return
    _print(result, out)


def _print(result: ClassificationResult, out: Path) -> None:
    """Print both tables, all choices behind them, and who was left out."""
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    console.print(_cohort_table(result))
    if len(result.center_counts) > 1:
        console.print(_centers_table(result))
    counts = result.confusion
    console.print(
        f"{result.positives} HPV-positive: {counts.true_positives} right, {counts.false_negatives} wrong. "
        f"{len(result.cases) - result.positives} HPV-negative: {counts.true_negatives} right, "
        f"{counts.false_positives} wrong."
    )
    line = result.calibration.to_dict() | {"expected_calibration_error": result.calibration_error}
    said = [f"{name.replace('_', ' ')} {'undefined' if isnan(x) else format(x, '.3f')}" for name, x in line.items()]
    console.print(f"Calibration: {', '.join(said)}.")
    _print_selective(console, result)
    if result.sets is not None:
        _print_sets(console, result.sets)
    print_options(console, result.to_dict()["options"])
    _print_left_out(console, result)
    console.print(f"Written to {escape(str(out))}.")


def _print_selective(console: Console, result: ClassificationResult) -> None:
    """Print how many decisions are wrong where only the surest are made."""
    from hyoid.evaluation.classification_result import ANSWERED

    found = result.selective
    told = ", ".join(f"{found.risk_at(share):.3f} of {share:.0%}" for share in ANSWERED)
    console.print(
        f"Wrong among the surest: {told}; area under the risk-coverage curve {found.area:.3f} (least possible "
        f"{found.least_area:.3f})."
    )


def _print_sets(console: Console, sets: SetsResult) -> None:
    """Print what the conformal sets hold, of all patients and by center, and what that does not promise."""
    from rich.table import Table

    from hyoid.decision import NO_GUARANTEE

    asked = "" if sets.alpha is None else f", {1 - sets.alpha:.0%} asked for"
    table = Table("center", "HPV-positive", "n", "HPV-negative", "n", title=f"Sets that hold the true status{asked}")
    for center, shares in {"all": sets.coverage, **sets.centers}.items():
        found = [shares.get(status) for status in ("positive", "negative")]
        cells = [("-", "0") if one is None else (escape(str(one)), str(one.n)) for one in found]
        table.add_row(escape(center), *(text for cell in cells for text in cell))
    console.print(table)
    counted = ", ".join(f"{count} {answer}" for answer, count in sets.answers.items())
    console.print(
        f"{sets.n} sets ({counted}), mean size {sets.mean_size:.2f}; one status alone in "
        f"{escape(str(sets.singletons))} of them, wrong in {escape(str(sets.wrong_singletons))} of these."
    )
    console.print(NO_GUARANTEE)


def _print_left_out(console: Console, result: ClassificationResult) -> None:
    listed = {
        "HPV status unknown": result.unknown,
        "Without truth": result.without_truth,
        "Without prediction": result.without_prediction,
    }
    print_left_out(console, listed)


def _cohort_table(result: ClassificationResult) -> Table:
    from rich.table import Table

    from hyoid.metrics import CLASSIFICATION_MEASURES

    level = f"{result.bootstrap.level:.0%}"
    title = f"HPV status of {len(result.cases)} patients, {result.positives} positive"
    table = Table("measure", f"value [{level} interval]", "n", title=title)
    for name, interval in result.cohort.items():
        table.add_row(escape(CLASSIFICATION_MEASURES[name].description), escape(str(interval)), str(interval.n))
    return table


def _centers_table(result: ClassificationResult) -> Table:
    from rich.table import Table

    from hyoid.evaluation.classification_result import HEADLINE

    title = "By center: value [interval], n of cases that count; - where a class has too few"
    table = Table("center", "cases", "negative", "wrong", *HEADLINE, title=escape(title))
    for counts in result.center_counts:
        measures = result.centers.get(counts.center, {})
        cells = [f"{measures[name]}, {measures[name].n}" if name in measures else "-" for name in HEADLINE]
        numbers = (counts.cases, counts.negatives, counts.wrong)
        table.add_row(escape(counts.center), *map(str, numbers), *map(escape, cells))
    return table
