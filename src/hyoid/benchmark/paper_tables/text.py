"""A filled table to read, in Markdown and HTML, and to compute with, in CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from hyoid.benchmark.paper_tables.layout import Column, Shows
from hyoid.benchmark.paper_tables.our_figure import OurFigure
from hyoid.benchmark.paper_tables.paper_table import OurLine, PaperTable
from hyoid.benchmark.paper_tables.printed import printed
from hyoid.evaluation.report.page import figure_text, paragraph, section, table
from hyoid.files import write_text

PAPER = "paper, its patients"
"""What stands before the figures of a paper."""

_WORDS: dict[Shows, str] = {
    "folds": "mean ± standard deviation over the folds",
    "patients": "value of all patients together, 95 % interval over patients",
    "value": "value",
    "count": "number of patients",
    "percent": "share",
}

_COLUMNS = (
    *("table", "cohort", "row", "column", "run", "conditions", "paper", "paper_value", "paper_spread"),
    *("paper_low", "paper_high", "value", "low", "high", "n", "fold_mean", "fold_sd"),
)


def as_markdown(found: PaperTable) -> str:
    """Return the table with its caption: each row of the paper, and beneath it our lines."""
    header, rows = _header(found), _rows(found)
    lines = [f"## {found.layout.title}", "", _caption(found), ""]
    lines += ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", *(f"- {note}" for note in found.layout.notes), ""])


def as_html(found: PaperTable) -> str:
    """Return the table with its caption as a section of a page."""
    notes = [paragraph(note) for note in found.layout.notes]
    drawn = table(_header(found), _rows(found), numeric_from=len(found.layout.labels) + 1)
    return section(found.layout.title, paragraph(_caption(found), "lead"), drawn, *notes)


def as_csv(found: PaperTable) -> str:
    """Return one line for each figure: those of the paper without a run, ours with the paper's beside them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for row in found.rows:
        for i, column in enumerate(found.layout.columns):
            named = {
                "table": found.key,
                "cohort": found.cohort,
                "row": " / ".join(row.labels),
                "column": column.heading,
            }
            paper = _paper_numbers(row.figures[i], column)
            lines = [(line, line.figures[i]) for line in row.ours]
            filled = [named | paper | _our_numbers(line, figure) for line, figure in lines if figure is not None]
            writer.writerows(filled or ([named | paper] if row.figures[i] else []))
    return out.getvalue()


def write_paper_tables(tables: Sequence[PaperTable], out: Path) -> list[Path]:
    """Write `TABLE.csv` for each table and all of them into `paper-tables.md`, and return the files."""
    written = [out / f"{found.key}.csv" for found in tables]
    for path, found in zip(written, tables, strict=True):
        write_text(path, as_csv(found))
    if tables:
        written.append(out / "paper-tables.md")
        write_text(written[-1], "\n".join(as_markdown(found) for found in tables))
    return written


def _caption(found: PaperTable) -> str:
    kinds = {column.shows: "" for column in found.layout.columns if column.ours is not None}
    shown = "; ".join(_WORDS[kind] for kind in kinds)
    return (
        f"Paper: {found.layout.paper}, on its own patients. Ours, beneath each row: {found.cohort}, out of fold "
        f"({shown}). The patients differ: figures of the two are not to be subtracted."
    )


def _header(found: PaperTable) -> list[str]:
    return [*found.layout.labels, "whose", *(column.heading for column in found.layout.columns)]


def _rows(found: PaperTable) -> list[list[str]]:
    columns, rows = found.layout.columns, []
    for row in found.rows:
        if any(row.figures):
            rows.append([*row.labels, PAPER, *(figure or "" for figure in row.figures)])
        for line in row.ours:
            cells = [_our_text(figure, column.shows) for figure, column in zip(line.figures, columns, strict=True)]
            rows.append([*row.labels, line.title, *cells])
    return rows


def _our_text(figure: OurFigure | None, shows: Shows) -> str:
    if figure is None:
        return ""
    value = figure.fold_mean if shows == "folds" else figure.value
    if value is None:
        return "undefined"
    if shows == "folds":
        return f"{value:.3f}" if figure.fold_sd is None else f"{value:.3f} ± {figure.fold_sd:.3f}"
    if shows == "patients":
        return figure_text(value, figure.interval or ())
    return {"value": f"{value:.3f}", "count": f"{value:.0f}", "percent": f"{100 * value:.2f} %"}[shows]


def _paper_numbers(text: str | None, column: Column) -> dict[str, object]:
    if not text:
        return {}
    if column.ours is None:
        return {"paper": text}
    found = printed(text)
    low, high = found.interval or ("", "")
    spread = "" if found.spread is None else found.spread
    return {"paper": text, "paper_value": found.value, "paper_spread": spread, "paper_low": low, "paper_high": high}


def _our_numbers(line: OurLine, figure: OurFigure) -> dict[str, object]:
    low, high = figure.interval or (None, None)
    numbers = {"value": figure.value, "low": low, "high": high, "n": figure.n}
    numbers |= {"fold_mean": figure.fold_mean, "fold_sd": figure.fold_sd}
    known = {name: value for name, value in numbers.items() if value is not None}
    return {"run": line.run, "conditions": line.conditions, **known}
