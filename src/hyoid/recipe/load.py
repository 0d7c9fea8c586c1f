"""Finding and reading recipes: by name among those that ship, or from a file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from hyoid.errors import RecipeError
from hyoid.recipe.overrides import merge, set_leaf
from hyoid.recipe.presets import apply_preset
from hyoid.recipe.schema import Recipe
from hyoid.settings import describe_errors, nearest

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""The safe loader of libyaml where it is there: ten times as fast, which a list of all recipes feels."""


def recipe_names() -> list[str]:
    """Return the names of the recipes that ship with hyoid, sorted."""
    folder = files("hyoid") / "recipes"
    return sorted(Path(item.name).stem for item in folder.iterdir() if item.name.endswith(".yaml"))


def load_recipe(spec: str, *, preset: str | None = None, overrides: Sequence[str] = ()) -> Recipe:
    """Read `NAME[:VARIANT]` or `FILE.yaml[:VARIANT]`, then apply the preset and each `KEY=VALUE`.

    Raises
    ------
    RecipeError
        If there is no such recipe, variant or preset, or a key or value is not valid; the nearest valid name is given.
    """
    source, variant = _split_variant(spec)
    raw = _read(source)
    if variant is not None:
        variants = raw.get("variants", {})
        if variant not in variants:
            hint = nearest(variant, variants) if variants else "it has none."
            raise RecipeError(f"Recipe '{source}' has no variant '{variant}': {hint}")
        raw = {**merge(raw, variants[variant]), "variant": variant}
    return adjust_recipe(parse_recipe(raw, source), preset, overrides)


def adjust_recipe(recipe: Recipe, preset: str | None = None, overrides: Sequence[str] = ()) -> Recipe:
    """Apply a preset and then each `KEY=VALUE` to a recipe.

    Raises
    ------
    RecipeError
        If there is no such preset, or a key or value is not valid.
    """
    if preset is not None:
        recipe = apply_preset(recipe, preset)
    if not overrides:
        return recipe
    settings = recipe.model_dump(mode="json")
    for assignment in overrides:
        set_leaf(settings, assignment)
    return parse_recipe(settings, recipe.title)


def parse_recipe(raw: Any, source: str) -> Recipe:
    """Validate a mapping as a recipe; `source` names it in the error."""
    if not isinstance(raw, dict):
        raise RecipeError.of(f"{type(raw).__name__} in {source}", "a mapping of settings", "See `hyoid recipes`.")
    labels = raw.get("labels")
    if isinstance(labels, dict):  # JSON makes text of integer keys
        raw = {**raw, "labels": {int(k) if str(k).isdigit() else k: v for k, v in labels.items()}}
    try:
        return Recipe.model_validate(raw)
    except ValidationError as error:
        raise RecipeError(f"Recipe {source} is not valid: {describe_errors(error)}") from error


def dump_recipe(recipe: Recipe) -> str:
    """Return the resolved recipe as YAML that `load_recipe` reads back to an equal value."""
    text: str = yaml.dump(recipe.model_dump(mode="json"), Dumper=_DUMPER, sort_keys=False, width=120)
    return text


def _split_variant(spec: str) -> tuple[str, str | None]:
    if Path(spec).is_file():
        return spec, None
    source, separator, variant = spec.rpartition(":")
    return (source, variant) if separator else (spec, None)


def _read(source: str) -> dict[str, Any]:
    if source.endswith((".yaml", ".yml")):
        path = Path(source)
        if not path.is_file():
            raise RecipeError.of(
                f"no file at {source}", "a recipe", "Check the path, or give a name of `hyoid recipes`."
            )
        text = path.read_text(encoding="utf-8")
    elif source in recipe_names():
        text = (files("hyoid") / "recipes" / f"{source}.yaml").read_text(encoding="utf-8")
    else:
        raise RecipeError(f"There is no recipe '{source}': {nearest(source, recipe_names())}")
    try:
        raw = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are safe ones
    except yaml.YAMLError as error:
        raise RecipeError(f"Recipe {source} is not YAML: {error}") from error
    if not isinstance(raw, dict):
        raise RecipeError.of(f"{type(raw).__name__} in {source}", "a mapping of settings", "See `hyoid recipes`.")
    return raw
