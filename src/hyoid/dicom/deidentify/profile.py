"""The confidentiality profile of the standard, and hyoid's rules beside it, as they stand in the data files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of Table E.1-1 or E.3.4-1 of PS3.15.

    Parameters
    ----------
    name
        Name of the attribute, or meaning of the content item's concept.
    basic
        Action of the basic profile: D, Z, X, K, C or U, or several with a stroke between them.
    options
        Action (K or C) by the option's short name.
    """

    name: str
    basic: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SafePrivate:
    """A private attribute that identifies nobody: kept, or shifted where it is a date-time.

    `makers` are parts of the manufacturer's name by which it is known where its private creator is lost.
    """

    vr: str
    shifted: bool
    name: str
    creator: str
    makers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What the data files say.

    Parameters
    ----------
    edition, source
        Edition of PS3.15, and where it stands.
    attributes
        Rule by tag.
    content_items
        Rule by (coding scheme, code, value type).
    safe_private
        By (group, private creator in capitals, last byte of the element).
    classes
        SOP classes that are taken, with the attributes of which one cannot lack.
    words
        The sets of names and words of rules.yaml, by their key.
    """

    edition: str
    source: str
    attributes: Mapping[int, Rule]
    content_items: Mapping[tuple[str, str, str], Rule]
    safe_private: Mapping[tuple[int, str, int], SafePrivate]
    classes: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]]

    def rule(self, tag: int) -> Rule | None:
        """Return the rule of a tag; groups 50xx and 60xx repeat (PS3.5 7.6), and None is a tag outside the table."""
        group = tag >> 16
        if group & 0xFF01 == 0x5000:
            return self.attributes[0x50000000]
        if group & 0xFF01 == 0x6000:
            return self.attributes.get(0x60000000 | tag & 0xFFFF)
        return self.attributes.get(tag)


@cache
def profile() -> Profile:
    """Return the profile that this version of hyoid follows."""
    table, rules = _read("profile.yaml"), _read("rules.yaml")
    classes = rules.pop("accepted_classes")
    words = {key: frozenset(map(str, value)) for key, value in rules.items() if key != "safe_private"}
    words["accepted_images"] = frozenset(classes["images"])
    return Profile(
        edition=str(table["edition"]),
        source=table["source"],
        attributes=dict(_attribute(row) for row in table["attributes"] if not row.startswith("private")),
        content_items=dict(_content_item(row) for row in table["content_items"]),
        safe_private=dict(
            _safe_private(row, part.get("makers", ())) for part in rules["safe_private"] for row in part["rows"]
        ),
        classes={uid: frozenset(needs) for kind in classes.values() for uid, needs in kind.items()},
        words=words,
    )


def _read(name: str) -> Any:
    # the loader in C takes a tenth of the time, and every worker process reads these files
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((HERE / name).read_text(encoding="utf-8"), loader)  # noqa: S506 - a safe loader either way


def _attribute(row: str) -> tuple[int, Rule]:
    tag, basic, options, name = row.split(" ", 3)
    number = int(tag.replace(",", "").replace("50xxxxxx", "50000000").replace("x", "0"), 16)
    return number, Rule(name, basic.rstrip("*"), _options(options))


def _content_item(row: str) -> tuple[tuple[str, str, str], Rule]:
    code, scheme, kind, basic, options, name = row.split(" ", 5)
    return (scheme.replace("~", " "), code, kind), Rule(name, basic, _options(options))


def _options(text: str) -> Mapping[str, str]:
    return {} if text == "-" else dict(part.split("=") for part in text.split(","))


def _safe_private(row: Mapping[str, str], makers: Sequence[str]) -> tuple[tuple[int, str, int], SafePrivate]:
    key = (int(row["group"], 16), row["creator"].upper(), int(row["element"], 16))
    return key, SafePrivate(row["vr"], row["action"] == "shift", row["name"], row["creator"], tuple(makers))
