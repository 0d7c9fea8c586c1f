"""`--columns FILE`: how a foreign table says what the clinical schema wants to know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from hyoid.cohort.schema import CANONICAL_NAMES, RfsUnit
from hyoid.cohort.values import column_key
from hyoid.errors import CohortError
from hyoid.settings import Settings, describe_errors, nearest

Cell = str | int | float | bool | None


class CenterRule(Settings):
    """Where the centre's name stands: in a `column`, or in the id, as the first group of `pattern`."""

    column: str | None = None
    pattern: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> CenterRule:
        if (self.column is None) == (self.pattern is None):
            raise ValueError("give either column or pattern")
        try:
            groups = 1 if self.pattern is None else re.compile(self.pattern).groups
        except re.error as error:
            raise ValueError(f"pattern is no regular expression: {error}") from error
        if groups < 1:
            raise ValueError("pattern needs one group in parentheses, the centre's name")
        return self


class DropRule(Settings):
    """Rows that are left out: those with one of `ids`, or by the value of `column` (`is_in` or `not_in` a list).

    Values are compared by type as everywhere (`0` equals `"0.0"`); `null` in a list is the missing value.
    """

    reason: str
    ids: tuple[str, ...] = ()
    column: str | None = None
    is_in: tuple[Cell, ...] | None = None
    not_in: tuple[Cell, ...] | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> DropRule:
        conditions = (self.is_in is not None) + (self.not_in is not None)
        if bool(self.ids) == (self.column is not None) or (self.column is not None) != (conditions == 1):
            raise ValueError("give either ids, or a column with one of is_in and not_in")
        return self


class EventTime(Settings):
    """One kind of event: the column of its status (0/1) and the column of its time."""

    event: str
    time: str


class Endpoint(Settings):
    """An outcome made of several: the first of the events, else censored at the last follow-up."""

    first_of: tuple[EventTime, ...] = Field(min_length=1)
    follow_up: str


class ColumnMap(Settings):
    """The settings of `--columns FILE`; every key is optional. `docs/reference/clinical-columns.md` explains them.

    Parameters
    ----------
    separator, decimal
        Characters between cells (default: told from the header) and the decimal mark.
    id
        Column of the patient ids (default: by its name).
    center
        Where the centre's name stands (default: a column by its name, else ids as `CHUM-012`).
    columns
        Source column to canonical name, e.g. ``{"sex": "gender"}``.
    codings
        By canonical name (or source column, where it has no canonical one): text in the table to value; `null`
        makes it missing. A coding is looked up before anything else, so ``"-": 0`` is negative, not missing.
    missing
        Further texts that mean missing, in every column.
    ignore
        Source columns that are left out.
    drop
        Rows that are left out, each rule with its reason.
    rfs_unit
        Unit of the survival time and of the endpoints' times.
    endpoints, endpoint
        Outcomes made of several columns, by name, and the one in use (may be left out where there is only one).
    """

    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    decimal: Literal[".", ","] = "."
    id: str | None = None
    center: CenterRule | None = None
    columns: dict[str, str] = {}
    codings: dict[str, dict[str, Cell]] = {}
    missing: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    drop: tuple[DropRule, ...] = ()
    rfs_unit: RfsUnit | None = None
    endpoints: dict[str, Endpoint] = {}
    endpoint: str | None = None

    @field_validator("missing", "ignore", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return [str(item) for item in value] if isinstance(value, list | tuple) else value

    @field_validator("codings", mode="before")
    @classmethod
    def _text_keys(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {k: {str(c): v for c, v in d.items()} if isinstance(d, dict) else d for k, d in value.items()}

    @model_validator(mode="after")
    def _consistent(self) -> ColumnMap:
        allowed = [name for name in CANONICAL_NAMES if name not in ("id", "center")]
        for source, name in self.columns.items():
            if name in ("id", "center"):
                raise ValueError(f"columns: {source!r} cannot be {name!r} here, use the key {name!r}")
            if name not in allowed and name != column_key(name):
                raise ValueError(f"columns: {name!r} is no plain name; {nearest(name, allowed)}")
        targets = list(self.columns.values())
        twice = sorted({name for name in targets if targets.count(name) > 1})
        if twice:
            raise ValueError(f"columns: two columns are named {twice[0]!r}")
        if self.endpoint is not None and self.endpoint not in self.endpoints:
            raise ValueError(
                f"endpoint: {self.endpoint!r} is not in endpoints; {nearest(self.endpoint, self.endpoints)}"
            )
        if self.endpoint is None and len(self.endpoints) > 1:
            raise ValueError(f"endpoint: choose one of {sorted(self.endpoints)}")
        if self.endpoints and {"relapse", "rfs"} & set(targets):
            raise ValueError("columns: relapse and rfs come from the endpoint, or from columns, not from both")
        return self

    def chosen_endpoint(self) -> Endpoint | None:
        """Return the endpoint in use, None where the table has its own event and time columns."""
        if not self.endpoints:
            return None
        return self.endpoints[self.endpoint or next(iter(self.endpoints))]

    def source_columns(self) -> list[str]:
        """Every column of the table that this map names, in its order."""
        names = [self.id, self.center.column if self.center else None, *self.columns, *self.ignore]
        names += [rule.column for rule in self.drop]
        for endpoint in self.endpoints.values():
            names += [name for kind in endpoint.first_of for name in (kind.event, kind.time)] + [endpoint.follow_up]
        return list(dict.fromkeys(name for name in names if name is not None))


def read_columns(path: Path) -> ColumnMap:
    """Read a `--columns` file.

    Raises
    ------
    CohortError
        If the file is missing, no YAML, or has an unknown key or a wrong value; it names the nearest valid key.
    """
    path = Path(path)
    if not path.is_file():
        raise CohortError.of(f"no file at {path}", "a YAML file that describes the table's columns", "Check the path.")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return ColumnMap.model_validate({} if content is None else content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise CohortError.of(f"no readable YAML in {path} ({reason})", "YAML", "Correct the file.") from error
    except ValidationError as error:
        raise CohortError(
            f"Cannot use {path}: {describe_errors(error)}. "
            "Correct it; docs/reference/clinical-columns.md explains every key."
        ) from error
