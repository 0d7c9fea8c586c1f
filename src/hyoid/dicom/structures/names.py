"""What the names of regions mean: GTVp, GTVn, or nothing that is asked for, by rules in a YAML file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

from hyoid.errors import DicomError

Meaning = Literal["gtvp", "gtvn", "ignore"]

MEANINGS: tuple[Meaning, ...] = ("gtvp", "gtvn", "ignore")


@dataclass(frozen=True, slots=True)
class Rule:
    """A regular expression for whole names, and what a name that it matches means."""

    pattern: re.Pattern[str]
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What a name was taken for.

    Attributes
    ----------
    meaning
        None where no rule matches.
    pattern
        Of the rule that decided; empty where none did.
    also
        Patterns of later rules that match too and mean something else.
    """

    name: str
    meaning: Meaning | None
    pattern: str = ""
    also: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return one line for a person."""
        what = {None: "not used: no rule matches", "ignore": "ignored"}.get(self.meaning, self.meaning)
        by = f" by '{self.pattern}'" if self.pattern else ""
        also = f"; would also match {', '.join(repr(each) for each in self.also)}" if self.also else ""
        return f"{self.name} -> {what}{by}{also}"


@dataclass(frozen=True, slots=True)
class NameRules:
    """Rules in order: the first that matches decides."""

    rules: tuple[Rule, ...]

    def match(self, name: str) -> NameMatch:
        """Return what a region's name means."""
        hits = [rule for rule in self.rules if rule.pattern.fullmatch(name.strip())]
        if not hits:
            return NameMatch(name, None)
        first, *later = hits
        also = tuple(rule.pattern.pattern for rule in later if rule.meaning != first.meaning)
        return NameMatch(name, first.meaning, first.pattern.pattern, also)

    def match_all(self, names: Iterable[str]) -> list[NameMatch]:
        """Return what each name means, in the order given."""
        return [self.match(name) for name in names]


def read_name_rules(path: Path | None = None) -> NameRules:
    """Read rules from a YAML file, or those that hyoid ships (`names.yaml`).

    The file has a list `rules` of `{to: gtvp | gtvn | ignore, pattern: REGULAR EXPRESSION}`.

    Raises
    ------
    DicomError
        If the file is missing or no such list, or a pattern is no regular expression.
    """
    where = path or files("hyoid.dicom.structures") / "names.yaml"
    try:
        content = yaml.safe_load(where.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise DicomError.of(f"{where}: {error}", "a YAML file with rules for names", "Check the file.") from error
    listed = content.get("rules") if isinstance(content, dict) else None
    if not isinstance(listed, list) or not listed or set(content) != {"rules"}:
        raise DicomError.of(f"{where} without a list of rules", "`rules:` and nothing else", "See docs/how-to.")
    return NameRules(tuple(_rule(item, str(where)) for item in listed))


def _rule(item: Any, where: str) -> Rule:
    if not isinstance(item, dict) or set(item) != {"to", "pattern"} or item["to"] not in MEANINGS:
        raise DicomError.of(
            f"the rule {item} in {where}", f"to: one of {', '.join(MEANINGS)}, and pattern: a text", "Correct it."
        )
    try:
        return Rule(re.compile(str(item["pattern"]), re.IGNORECASE), item["to"])
    except re.error as error:
        raise DicomError.of(
            f"the pattern '{item['pattern']}' in {where} ({error})", "a regular expression", "Correct it."
        ) from error
