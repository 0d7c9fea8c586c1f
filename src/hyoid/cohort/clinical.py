"""One row of a table, or one JSON record, becomes typed clinical values and outcomes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyoid.cohort.coding import BINARY_COLUMNS
from hyoid.cohort.problem import Problem
from hyoid.cohort.schema import COLUMN_BY_NAME, SPECIAL_NAMES, canonical_name, read_event, read_hpv
from hyoid.cohort.values import SPOKEN_MISSING, Value, column_key, is_missing, typed
from hyoid.errors import CohortError


@dataclass
class Record:
    """What one row says of one patient. `rfs` is in the table's unit until the whole table is read."""

    id: str
    center: Value | None = None
    clinical: dict[str, Value] = field(default_factory=dict)
    relapse: bool | None = None
    rfs: float | None = None
    hpv: bool | None = None


@dataclass
class CellReader:
    """Turns cells into values: codings first, then the missing texts, then the type, then the schema.

    Parameters
    ----------
    codings
        By column name: text (stripped) to value; None makes it missing.
    missing
        Extra texts that mean missing.
    decimal
        Decimal mark of texts.
    problems
        Collects impossible values, which are read as missing.
    spoken
        Counts, by column and word, of `SPOKEN_MISSING` words that were read as missing.
    binary
        Counts of the values, by column, of those that are 0 or 1: a table that codes them otherwise is told by these.
    """

    codings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    missing: Iterable[str] = ()
    decimal: str = "."
    problems: list[Problem] = field(default_factory=list)
    spoken: dict[tuple[str, str], int] = field(default_factory=dict)
    binary: dict[str, Counter[Value]] = field(default_factory=dict)

    def read(self, name: str, cell: Any, case: str | None = None) -> Value | None:
        """Return the value of column `name` (canonical or own), None where missing or impossible."""
        value = self._typed(name, cell)
        if value is None:
            return None
        if name in BINARY_COLUMNS:
            self.binary.setdefault(name, Counter())[value] += 1
        if name == "hpv":
            return self._checked(name, value, read_hpv(value), "0 (negative) or 1 (positive)", case)
        if name == "relapse":
            return self._checked(name, value, read_event(value), "0 (none) or 1 (recurrence)", case)
        if name == "rfs":
            usable = None if isinstance(value, str) or value < 0 else value
            return self._checked(name, value, usable, "a number that is not negative", case)
        column = COLUMN_BY_NAME.get(name)
        if column is None:
            return value
        return self._checked(name, value, column.read(value), column.expected, case)

    def _typed(self, name: str, cell: Any) -> Value | None:
        coding = self.codings.get(name, {})
        text = cell.strip() if isinstance(cell, str) else str(cell)
        for key in (text, str(typed(cell, self.decimal))) if coding else ():
            if key in coding:
                return typed(coding[key])
        if isinstance(cell, str) and is_missing(cell, self.missing):
            word = text.lower()
            if word in SPOKEN_MISSING and word not in {extra.strip().lower() for extra in self.missing}:
                self.spoken[name, text] = self.spoken.get((name, text), 0) + 1
            return None
        return typed(cell, self.decimal)

    def _checked(self, name: str, value: Value, read: Value | None, expected: str, case: str | None) -> Value | None:
        if read is None:
            code = "bad-value" if isinstance(value, str) else "out-of-range"
            self.problems.append(
                Problem(code, f"{name} = {value!r}", expected, "It is read as missing; correct the record.", case, name)
            )
        return read


def read_clinical_json(path: Path, problems: list[Problem] | None = None) -> dict[str, Any]:
    """Read one patient's clinical record, a JSON object such as the challenge's `ehr.json`.

    Keys are the schema's names or their aliases ("Tobacco Consumption", "M-stage"); an absent key, null, NaN or a
    missing text has no key in the result. Identity, centre and outcomes are left out: they are no input of a model.

    Parameters
    ----------
    path
        The JSON file.
    problems
        Where given, an impossible value is appended here and read as missing; else it is refused.

    Returns
    -------
    dict
        Values by canonical column name, as `Case.clinical`.

    Raises
    ------
    CohortError
        If the file is missing, no JSON object, or (without `problems`) holds an impossible value.
    """
    content = _object(Path(path))
    reader = CellReader()
    record = clinical_values(content, reader)
    if problems is not None:
        problems.extend(reader.problems)
    elif reader.problems:
        first = reader.problems[0]
        raise CohortError.of(f"{first.found} in {path}", first.expected, "Correct the value or remove the key.")
    return record


def read_hpv_json(path: Path, problems: list[Problem]) -> bool | None:
    """Return the HPV status of one patient's clinical record, as `read_clinical_json` reads it; None where unknown.

    It is an outcome to a classifier and an input to a prognosis, so it stands beside the record. An impossible value is
    appended to `problems` and unknown.

    Raises
    ------
    CohortError
        If the file is missing or no JSON object.
    """
    reader = CellReader()
    for key, cell in _object(Path(path)).items():
        if canonical_name(column_key(str(key))) == "hpv" and not isinstance(cell, dict | list):
            value = reader.read("hpv", cell)
            problems.extend(reader.problems)
            return None if value is None else bool(value)
    return None


def _object(path: Path) -> dict[str, Any]:
    """Return the JSON object of a clinical record."""
    if not path.is_file():
        raise CohortError.of(f"no file at {path}", "a JSON file with the clinical record", "Check the path.")
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=lambda pairs: _unique(pairs, path))
    except ValueError as error:
        raise CohortError.of(f"no JSON in {path} ({error})", "one JSON object", "Repair the file.") from error
    if not isinstance(content, dict):
        raise CohortError.of(f"a JSON {type(content).__name__} in {path}", "one JSON object", "Repair the file.")
    return content


def _unique(pairs: list[tuple[str, Any]], path: Path) -> dict[str, Any]:
    """Return the pairs as a mapping; refuse a column that stands there twice, under one name or two."""
    names = [canonical_name(column_key(key)) or column_key(key) for key, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CohortError.of(f"{twice[0]} more than once in {path}", "each value once", "Correct the record.")
    return dict(pairs)


def clinical_values(content: Mapping[str, Any], reader: CellReader) -> dict[str, Any]:
    """Return the clinical values of one record by canonical name; wrong ones go to `reader.problems`."""
    record: dict[str, Any] = {}
    for key, cell in content.items():
        name = canonical_name(column_key(str(key))) or column_key(str(key))
        if name in SPECIAL_NAMES:
            continue
        if isinstance(cell, dict | list):
            found = f"{name} = {cell!r}"
            reader.problems.append(Problem("bad-value", found, "a single value", "Read as missing.", column=name))
            continue
        value = reader.read(name, cell)
        if value is not None:
            record[name] = value
    return record
