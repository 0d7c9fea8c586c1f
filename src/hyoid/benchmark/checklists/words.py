"""Lists, counts and settings in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from hyoid.recipe import Recipe
from hyoid.settings import Settings

T = TypeVar("T")


def listed(words: Iterable[str]) -> str:
    """Return 'a, b and c'."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def percent(share: float) -> str:
    """Return '15 %'."""
    return f"{100 * share:.0f} %"


def span(numbers: Sequence[int]) -> str:
    """Return '18', or '17 to 18' where the numbers differ."""
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


def described(part: Settings) -> str:
    """Return the name of a part with all its settings: 'adamw (learning rate 0.001, weight decay 0.01)'.

    What is None or empty is left out.
    """
    return _said(part.model_dump(mode="json"))


def _said(value: Any) -> str:
    if isinstance(value, dict):
        name = value.get("name", "")
        rest = [(key, one) for key, one in value.items() if key != "name" and one not in (None, [], {}, "")]
        settings = ", ".join(f"{key.replace('_', ' ')} {_said(one)}" for key, one in rest)
        return f"{name} ({settings})" if name and settings else name or settings
    if isinstance(value, list):
        return (" + " if any(isinstance(one, dict) for one in value) else "/").join(map(_said, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def by_recipe(recipes: Iterable[Recipe], say: Callable[[Recipe], str | None]) -> str | None:
    """Return what there is to say of each recipe, once for all of whom it is the same; None where there is nothing."""
    titles: dict[str, list[str]] = {}
    for recipe in recipes:
        if words := say(recipe):
            titles.setdefault(words, []).append(recipe.title)
    return "; ".join(f"{listed(who)}: {words}" for words, who in titles.items()) + "." if titles else None
