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
            _print_list(rows)
        return
    recipe = load_recipe(name, preset=preset, overrides=overrides or ())
    typer.echo(json.dumps(recipe.model_dump(mode="json"), indent=2) if as_json else dump_recipe(recipe), nl=as_json)


_TASKS = {"segmentation": "Segmentation", "hpv": "HPV status", "rfs": "Recurrence-free survival"}


def _row(recipe: Recipe) -> dict[str, Any]:
    reported = recipe.paper.reported if recipe.paper else ()
    clinical = recipe.inputs.clinical.columns if recipe.inputs.clinical else ()
    return {
        "name": recipe.name,
        "task": recipe.task,
        "paper": recipe.paper.key if recipe.paper else None,
        "inputs": list(recipe.inputs.images),
        "clinical": list(clinical),
        "variants": sorted(recipe.variants),
        "reported": [figure.model_dump() for figure in reported],
        "description": recipe.description,
    }


def _print_list(rows: list[dict[str, Any]]) -> None:
    """Print the recipes by task, a few lines each, so that no name is cut in a narrow terminal."""
    for task in dict.fromkeys(row["task"] for row in rows):
        typer.echo(f"{_TASKS[task]}:")
        for row in (one for one in rows if one["task"] == task):
            typer.echo(f"  {row['name']}")
            typer.echo(f"      {row['description']}")
            if row["variants"]:
                typer.echo(f"      variants: {', '.join(row['variants'])}")
            if row["reported"]:
                figures = "; ".join(f"{r['metric']} {r['value']:.3f} ({r['split']})" for r in row["reported"])
                typer.echo(f"      the paper: {figures}")
