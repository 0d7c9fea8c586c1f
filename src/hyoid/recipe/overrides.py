"""Changing a recipe before it is validated: variants and `--set KEY=VALUE`."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from hyoid.errors import RecipeError
from hyoid.settings import nearest


def _no_keys(place: Any, path: str) -> str:
    if place is None:
        return f"this recipe has no '{path}': set the part as a whole, such as {path}={{name: PART}}, with its keys."
    return f"'{path}' is a single value."


def merge(base: Any, change: Any) -> Any:
    """Return `base` with `change` laid over it.

    Mappings merge key by key; a list is replaced, unless the change is a mapping of positions (`{0: {...}}`). A part
    with another `name` replaces the old part whole, for its other keys belong to the old one.
    """
    if isinstance(base, list) and isinstance(change, dict):
        merged = list(base)
        for position, item in change.items():
            if not str(position).isdigit() or int(position) >= len(base):
                raise RecipeError.of(f"position {position!r}", f"one of 0 to {len(base) - 1}", "Correct the variant.")
            merged[int(position)] = merge(base[int(position)], item)
        return merged
    if not isinstance(base, dict) or not isinstance(change, dict):
        return copy.deepcopy(change)
    if "name" in base and change.get("name", base["name"]) != base["name"]:
        return copy.deepcopy(change)
    result = dict(base)
    for key, item in change.items():
        result[key] = merge(base[key], item) if key in base else copy.deepcopy(item)
    return result


def set_leaf(settings: dict[str, Any], assignment: str) -> None:
    """Apply `a.b.0.c=value` in place; the value is read as YAML.

    Raises
    ------
    RecipeError
        If there is no '=', or the key does not exist; the nearest valid key is named.
    """
    key, separator, text = assignment.partition("=")
    if not separator:
        raise RecipeError.of(f"'{assignment}'", "KEY=VALUE", "For example stages.0.training.epochs=2.")
    place: Any = settings
    steps = key.strip().split(".")
    for depth, step in enumerate(steps):
        index: Any = step
        if isinstance(place, list):
            if not step.isdigit() or int(step) >= len(place):
                raise RecipeError(f"'{key}': '{step}' is not a position from 0 to {len(place) - 1}.")
            index = int(step)
        elif not isinstance(place, dict) or step not in place:
            valid = [str(k) for k in place] if isinstance(place, dict) else []
            hint = nearest(step, valid) if valid else _no_keys(place, ".".join(steps[:depth]))
            raise RecipeError(f"'{key}': no key '{step}'; {hint}")
        if depth == len(steps) - 1:
            place[index] = yaml.safe_load(text)
        else:
            place = place[index]
