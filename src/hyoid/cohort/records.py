"""A whole table becomes one record per patient; several tables are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hyoid.cohort.clinical import CellReader, Record
from hyoid.cohort.coding import refuse_other_coding
from hyoid.cohort.columns import ColumnMap
from hyoid.cohort.dropping import kept_rows
from hyoid.cohort.joining import join, report_repeated
from hyoid.cohort.outcome import check_outcome, first_event, to_days
from hyoid.cohort.problem import Problem
from hyoid.cohort.schema import CHALLENGE_TABLE, RFS_ALIASES, RfsUnit, canonical_name
from hyoid.cohort.table import Table
from hyoid.cohort.values import column_key
from hyoid.errors import CohortError
from hyoid.settings import nearest


@dataclass
class Records:
    """The records of one or more tables by id, the canonical columns they have, and what was met on the way."""

    by_id: dict[str, Record] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_records(tables: Sequence[Table], columns: ColumnMap, *, required: bool = True) -> Records:
    """Read and join tables. A patient's first value wins; a table that contradicts it is reported.

    With `required`, a table of patients must be among them; else tables without ids are only left out and reported.

    Raises
    ------
    CohortError
        If the column map names a column that no table has, no table has a column of ids, or a yes/no column or the
        unit of the survival times is not what it must be.
    """
    _check_sources(tables, columns)
    joined = Records()
    without_id = []
    for table in tables:
        names = _resolve(table, columns, joined.problems)
        if "id" not in names:
            without_id.append(table)
            continue
        joined.columns.update(names)
        if table.overlong:
            joined.problems.append(_overlong(table))
        for record in _records_of(table, names, columns, joined):
            known = joined.by_id.setdefault(record.id, record)
            if known is not record:
                join(known, record, joined.problems)
    if required and len(without_id) == len(tables):
        raise CohortError.of(
            f"the columns {list(without_id[0].header)[:8]} in {without_id[0].path}",
            "a column of patient ids, such as PatientID",
            "Rename it, or name it as `id` in a --columns file.",
        )
    for table in without_id:
        joined.problems.append(
            Problem(
                "table-without-id",
                f"no column of patient ids in {table.path.name}",
                "a column such as PatientID",
                "The table was left out; rename its column or remove the file.",
            )
        )
    return joined


def _overlong(table: Table) -> Problem:
    lines = ", ".join(map(str, table.overlong[:5]))
    return Problem(
        "overlong-row",
        f"{len(table.overlong)} row(s) of {table.path.name} with more cells than the header (lines {lines})",
        "as many cells as columns",
        "They were left out; put texts with a separator in quotes, or give the separator in a --columns file.",
    )


def _check_sources(tables: Sequence[Table], columns: ColumnMap) -> None:
    have = {name for table in tables for name in table.header}
    for source in columns.source_columns():
        if source not in have:
            raise CohortError(
                f"Found no column {source!r}, which the column map names; {nearest(source, have)} "
                "Correct the --columns file."
            )


def _resolve(table: Table, columns: ColumnMap, problems: list[Problem]) -> dict[str, str]:
    """Return the source column of each canonical (or own) name."""
    outcome = {
        name
        for endpoint in columns.endpoints.values()
        for name in (endpoint.follow_up, *(n for kind in endpoint.first_of for n in (kind.event, kind.time)))
    }
    given = {source: name for source, name in columns.columns.items() if source in table.header}
    if columns.id in table.header:
        given[str(columns.id)] = "id"
    if columns.center is not None and columns.center.column in table.header:
        given[str(columns.center.column)] = "center"
    names = {name: source for source, name in given.items()}
    for source in table.header:
        key = column_key(source)
        if source in given or source in outcome or source in columns.ignore or not key:
            continue
        name = canonical_name(key) or key
        if name in ("relapse", "rfs") and columns.endpoints:
            continue
        if name == "center" and columns.center is not None:
            continue
        if name in names:
            problems.append(
                Problem(
                    "ambiguous-column",
                    f"the columns {names[name]!r} and {source!r} for {name} in {table.path.name}",
                    "one column for each value",
                    f"{source!r} was left out; rename or remove one.",
                    column=name,
                )
            )
            continue
        names[name] = source
    return names


def _records_of(table: Table, names: dict[str, str], columns: ColumnMap, joined: Records) -> list[Record]:
    problems = joined.problems
    codings = {_coded_name(source, names): coding for source, coding in columns.codings.items()}
    reader = CellReader(codings, columns.missing, columns.decimal, problems)
    endpoint = columns.chosen_endpoint()
    records: dict[str, Record] = {}
    nameless = 0
    for row in kept_rows(table, names["id"], columns.drop, joined.notes):
        identifier = row[names["id"]]
        if not identifier:
            nameless += 1
            continue
        record = _record_of(row, identifier, names, reader)
        if endpoint is not None and endpoint.follow_up in table.header:
            first_event(row, endpoint, reader, record)
        check_outcome(record, problems)
        if identifier in records:
            report_repeated(records[identifier], record, problems)
        else:
            records[identifier] = record
    refuse_other_coding(reader.binary, table.path.name)
    if nameless:
        found = f"{nameless} row(s) of {table.path.name} without a patient id"
        problems.append(
            Problem("row-without-id", found, "an id in every row", "Complete the ids; left out until then.")
        )
    for (name, word), count in sorted(reader.spoken.items()):
        joined.notes.append(f"Column {name}: {count} value(s) {word!r} were read as missing.")
    unit = columns.rfs_unit or _declared_unit(names.get("rfs"), table)
    joined.notes += to_days(list(records.values()), unit, problems)
    return list(records.values())


def _coded_name(source: str, names: dict[str, str]) -> str:
    """Return the name under which a coding is looked up: codings may be given by canonical name or by source column."""
    return next((name for name, column in names.items() if column == source), source)


def _record_of(row: dict[str, str], identifier: str, names: dict[str, str], reader: CellReader) -> Record:
    record = Record(identifier)
    for name, source in names.items():
        if name == "id":
            continue
        value = reader.read(name, row[source], identifier)
        if value is None:
            continue
        if name == "center":
            record.center = value
        elif name == "relapse":
            record.relapse = bool(value)
        elif name == "hpv":
            record.hpv = bool(value)
        elif name == "rfs":
            record.rfs = float(value)
        else:
            record.clinical[name] = value
    return record


def _declared_unit(source: str | None, table: Table) -> RfsUnit | None:
    """Return the unit that the column's name declares, else days where the table is one of the challenge's own."""
    if source is None:
        return None
    return RFS_ALIASES.get(column_key(source)) or ("days" if CHALLENGE_TABLE.fullmatch(table.path.name) else None)
