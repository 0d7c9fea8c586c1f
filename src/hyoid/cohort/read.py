"""Reading a cohort: files and tables joined into one case a patient."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hyoid.cohort.case import Case
from hyoid.cohort.center import name_centers
from hyoid.cohort.clinical import Record
from hyoid.cohort.cohort import Cohort
from hyoid.cohort.columns import ColumnMap, read_columns
from hyoid.cohort.layouts import Files, find_files
from hyoid.cohort.problem import Problem, unique
from hyoid.cohort.records import Records, read_records
from hyoid.cohort.schema import CLINICAL_COLUMNS, OPTIONAL_COLUMNS
from hyoid.cohort.sentences import sentences
from hyoid.cohort.table import read_table
from hyoid.errors import CohortError

_READ_AS_MISSING = ("bad-value", "out-of-range", "event-without-time", "time-without-event", "status-without-time")


def read_cohort(path: Path, columns: Path | ColumnMap | None = None) -> Cohort:
    """Read a cohort from the HECKTOR tree, a task folder, a flat folder, nnU-Net's raw layout, or a CSV alone.

    A fault of one patient never stops the rest: it becomes a note and a problem. A patient in several task folders
    is one case. A row without images is a case too, and images without a row: what is missing is missing.

    Parameters
    ----------
    path
        The folder or table.
    columns
        How a foreign table is read: a `--columns` YAML file, or its content.

    Raises
    ------
    CohortError
        If nothing there is a cohort, no table has ids, the column map does not fit the tables, or what a table means
        cannot be told: the unit of its survival times, or a yes/no column coded otherwise than 0 and 1.
    """
    root = Path(path)
    mapping = ColumnMap() if columns is None else columns if isinstance(columns, ColumnMap) else read_columns(columns)
    found = find_files(root)
    records = Records()
    if found.tables:
        tables = [read_table(table, mapping.separator) for table in found.tables]
        records = read_records(tables, mapping, required=found.layout == "table" or columns is not None)
    problems = found.problems + records.problems
    if found.layout != "table":
        _compare_ids(found.files, records, problems)
    _report_columns(bool(found.tables), records, problems)
    ids = sorted({*found.files, *records.by_id})
    if not ids:
        raise CohortError.of(f"no patient in {root}", "at least one", "Check the table's rows and the --columns file.")
    declared = {i: records.by_id[i].center if i in records.by_id else None for i in ids}
    centers = name_centers(declared, mapping.center.pattern if mapping.center else None, problems)
    unread = _unread(problems)
    cases = tuple(
        _case(i, centers[i], found.files.get(i, Files()), records.by_id.get(i, Record(i)), unread.get(i, {}))
        for i in ids
    )
    notes = dict.fromkeys([*records.notes, *sentences(one for one in unique(problems) if one.case is not None)])
    return Cohort(root, cases, found.layout, tuple(notes), unique(problems))


def _unread(problems: list[Problem]) -> dict[str, dict[str, str]]:
    """Return for each patient, by column, the first reason why a value is missing though something stood there."""
    found: dict[str, dict[str, str]] = {}
    for problem in problems:
        if problem.case is not None and problem.column is not None and problem.code in _READ_AS_MISSING:
            column = "rfs" if problem.column == "relapse" else problem.column
            found.setdefault(problem.case, {}).setdefault(column, problem.found)
    return found


def _case(identifier: str, center: str | None, files: Files, record: Record, unread: Mapping[str, str]) -> Case:
    return Case(
        id=identifier,
        center=center,
        images=dict(files.images),
        mask=files.mask,
        clinical=dict(record.clinical),
        relapse=record.relapse,
        rfs_days=record.rfs,
        hpv=record.hpv,
        unread=dict(unread),
    )


def _compare_ids(files: dict[str, Files], records: Records, problems: list[Problem]) -> None:
    """Report rows without images and images without a row."""
    with_images = {i for i, found in files.items() if not found.empty()}
    without_images = sorted(set(records.by_id) - with_images)
    without_row = sorted(with_images - set(records.by_id)) if records.columns else []
    problems += [
        Problem("id-without-images", "a row without images", "images of this id", "Add them or correct the id.", i)
        for i in without_images
    ]
    problems += [
        Problem("images-without-row", "images without a row in any table", "a row of this id", "Add it.", i)
        for i in without_row
    ]


def _report_columns(has_table: bool, records: Records, problems: list[Problem]) -> None:
    if not has_table:
        problems.append(
            Problem(
                "no-table",
                "no clinical table",
                "a CSV with PatientID, Age, Gender, ...",
                "Add it where clinical values or outcomes are needed.",
            )
        )
        return
    if not records.columns:
        return
    expected = [column.name for column in CLINICAL_COLUMNS if column.name not in OPTIONAL_COLUMNS]
    pairs = [("relapse", "rfs"), ("rfs", "relapse")]
    expected += [name for name, other in pairs if other in records.columns]
    problems += [
        Problem(
            "missing-column",
            f"no column {name}",
            "the columns of the clinical schema",
            "It counts as missing in every patient; name it in a --columns file if it has another name.",
            column=name,
        )
        for name in expected
        if name not in records.columns
    ]
