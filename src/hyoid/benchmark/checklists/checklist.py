"""A reporting checklist: its items, and what of them a benchmark can answer by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml
from pydantic import Field, ValidationError, model_validator

from hyoid.benchmark.checklists.facts import FACTS
from hyoid.errors import HyoidError
from hyoid.settings import Settings, describe_errors, nearest

LISTS = ("tripod-ai", "claim")
"""Names of the checklists' files, in the order in which they stand in a report."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item; `answer` is what the benchmark knows of it, None where it is open."""

    number: str
    section: str
    item: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist by the name that it is known by, where it was published, and all its items in order."""

    name: str
    source: str
    items: tuple[Item, ...]

    @property
    def open(self) -> tuple[Item, ...]:
        """The items without an answer: those that only the authors know."""
        return tuple(item for item in self.items if item.answer is None)


class _Line(Settings):
    """An item as its file has it; `known` are the keys of the facts that answer it, one after the other."""

    number: str = Field(pattern=r"^[1-9][0-9]?[a-z]?$")
    section: str
    item: str
    known: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _facts_exist(self) -> _Line:
        for key in self.known:
            if key not in FACTS:
                raise ValueError(f"no fact '{key}': {nearest(key, FACTS)}")
        return self


class _File(Settings):
    name: str
    source: str
    items: tuple[_Line, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_number_once(self) -> _File:
        numbers = [line.number for line in self.items]
        twice = [number for number in dict.fromkeys(numbers) if numbers.count(number) > 1]
        if twice:
            raise ValueError(f"item {twice[0]} more than once")
        return self


def load_checklists(facts: Mapping[str, str]) -> tuple[Checklist, ...]:
    """Return TRIPOD+AI and CLAIM, their items answered as far as the facts go.

    Parameters
    ----------
    facts
        Sentences by key of `FACTS`, as `benchmark_facts` gives them.

    Raises
    ------
    HyoidError
        If a fact, or a file's key of one, is unknown.
    """
    folder = files("hyoid.benchmark.checklists") / "data"
    return tuple(
        parse_checklist(name, yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")), facts)
        for name in LISTS
    )


def parse_checklist(file: str, values: Mapping[str, Any], facts: Mapping[str, str]) -> Checklist:
    """Return the checklist of plain values; an item is open unless one of its facts is given.

    Raises
    ------
    HyoidError
        If a key is unknown, a number stands twice, or an item or `facts` names a fact that no benchmark gives.
    """
    unknown = [key for key in facts if key not in FACTS]
    if unknown:
        raise HyoidError.of(f"the fact '{unknown[0]}'", nearest(unknown[0], FACTS), "Give what benchmark_facts gives.")
    try:
        read = _File.model_validate(values)
    except ValidationError as error:
        raise HyoidError(f"Checklist {file}: {describe_errors(error)}") from error
    items = tuple(Item(line.number, line.section, line.item, _answer(line, facts)) for line in read.items)
    return Checklist(read.name, read.source, items)


def _answer(line: _Line, facts: Mapping[str, str]) -> str | None:
    return " ".join(facts[key] for key in line.known if key in facts) or None
