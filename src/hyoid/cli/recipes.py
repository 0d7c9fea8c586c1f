"""`hyoid recipes`: what ships, and what a paper reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hyoid.cli.options import JsonOption, PresetOption, SetOption

if TYPE_CHECKING:
    from hyoid.recipe import Recipe


def recipes(
    name: Annotated[str | None, typer.Argument(metavar="[NAME[:VARIANT]]", help="Show one recipe, resolved.")] = None,
    preset: PresetOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the recipes, or print one: its settings, what its paper reports, where it deviates."""
    from hyoid.recipe import dump_recipe, load_recipe, recipe_names

    if name is None:
        rows = [_row(load_recipe(each)) for each in recipe_names()]
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
        else:
            _print_table(rows)
        return
    recipe = load_recipe(name, preset=preset, overrides=overrides or ())
    typer.echo(json.dumps(recipe.model_dump(mode="json"), indent=2) if as_json else dump_recipe(recipe), nl=as_json)


def _row(recipe: Recipe) -> dict[str, Any]:
    reported = recipe.paper.reported if recipe.paper else ()
    return {
        "name": recipe.name,
        "paper": recipe.paper.key if recipe.paper else None,
        "inputs": list(recipe.inputs.images),
        "variants": sorted(recipe.variants),
        "reported": [figure.model_dump() for figure in reported],
        "description": recipe.description,
    }


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("recipe", "variants", "what", "the paper reports")
    for row in rows:
        reported = "\n".join(f"{r['metric']} {r['value']:.3f} ({r['split']})" for r in row["reported"])
        table.add_row(row["name"], ", ".join(row["variants"]), row["description"], reported)
    Console().print(table)
