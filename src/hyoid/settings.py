"""The base of every settings class: strict, frozen, and helpful when a key is misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator


def nearest(word: str, valid: Iterable[str]) -> str:
    """Return 'did you mean X?' for the closest valid word, or the list of valid words where none is close."""
    words = sorted(valid)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"valid are: {', '.join(words)}."


class Settings(BaseModel):
    """A frozen pydantic model that names the nearest valid key when it is given an unknown one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, values: Any) -> Any:
        if isinstance(values, dict):
            valid = set(cls.model_fields)
            for key in values:
                if key not in valid:
                    raise ValueError(f"unknown key '{key}'; {nearest(str(key), valid)}")
        return values


def describe_errors(error: ValidationError) -> str:
    """Return pydantic's findings as one line each: where, what was found, what is valid."""
    lines = []
    places = [tuple(str(part) for part in item["loc"] if not str(part).startswith("<")) for item in error.errors()]
    for item, parts in zip(error.errors(), places, strict=True):
        if item["type"] == "too_short" and any(
            len(other) > len(parts) and other[: len(parts)] == parts for other in places
        ):
            continue  # the list is short only because what stands in it is wrong, which is said already
        place = ".".join(parts) or "top level"
        if item["type"] == "union_tag_invalid":
            context = item["ctx"]
            tags = [tag.strip(" '<>") for tag in str(context["expected_tags"]).split(",")]
            tag = str(context["tag"]).strip("<>")
            message = f"no part is named '{tag}'; {nearest(tag, tags)}"
        else:
            message = item["msg"].removeprefix("Value error, ")
            if not isinstance(item["input"], dict):
                message += f" (found {item['input']!r})"
        lines.append(f"{place}: {message}")
    return "; ".join(lines)
