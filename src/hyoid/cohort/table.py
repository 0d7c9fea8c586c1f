"""Reading a delimited text table into rows of text, nothing interpreted yet."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from hyoid.errors import CohortError

TABLE_SUFFIXES = (".csv", ".tsv")
SEPARATORS = (",", ";", "\t", "|")

ACQUISITION_FILE = "acquisition.csv"
"""How each patient was scanned (`read_acquisition`): no clinical table, and no input of a model."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands in the file.

    Parameters
    ----------
    path
        The file.
    header
        Names of the columns; columns without a name are left out.
    rows
        Texts by column, stripped; short rows are padded with ``""``.
    overlong
        Line numbers (from 1) of rows with more cells than the header. They are left out of `rows`: a separator within
        a cell has moved their values into wrong columns.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    overlong: tuple[int, ...] = ()


def is_table(path: Path) -> bool:
    """Whether hyoid reads this file as a clinical table.

    Hidden files are left out, and files with `truth` in their name: known truth of a synthetic cohort, or a
    challenge's hidden labels, must never slip into a training table. So is `ACQUISITION_FILE`: the scanner tells the
    hospital.
    """
    name = path.name.lower()
    if name.startswith(".") or "truth" in name or name == ACQUISITION_FILE:
        return False
    return path.is_file() and name.endswith(TABLE_SUFFIXES)


def read_table(path: Path, separator: str | None = None) -> Table:
    """Read a CSV or TSV file; without `separator`, the one that stands most often in the header.

    Raises
    ------
    CohortError
        If the file is missing, empty, not text, or names a column twice.
    """
    path = Path(path)
    if not path.is_file():
        raise CohortError.of(f"no file at {path}", "a clinical table", "Check the path.")
    text = _decode(path)
    lines = text.splitlines()
    if not lines or not lines[0].strip():
        raise CohortError.of(f"an empty first line in {path}", "a header with column names", "Repair the table.")
    separator = separator or max(SEPARATORS, key=lines[0].count)
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator)]
    header = rows[0]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise CohortError.of(f"the column {twice[0]!r} twice in {path}", "every column once", "Rename one.")
    records = []
    overlong = []
    for line, row in enumerate(rows[1:], start=2):
        if any(row[len(header) :]):
            overlong.append(line)
        elif any(row):
            cells = row + [""] * (len(header) - len(row))
            records.append({name: cell for name, cell in zip(header, cells, strict=False) if name})
    return Table(path, tuple(name for name in header if name), tuple(records), tuple(overlong))


def _decode(path: Path) -> str:
    content = path.read_bytes()
    if b"\x00" in content:
        raise CohortError.of(f"binary content in {path}", "a text table", "Export it as CSV (UTF-8).")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
