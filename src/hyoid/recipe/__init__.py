"""A paper is a file: the schema of a recipe, its variants, presets and overrides."""

from hyoid.recipe.load import adjust_recipe, dump_recipe, load_recipe, parse_recipe, recipe_names
from hyoid.recipe.presets import PRESETS, apply_preset
from hyoid.recipe.schema import Recipe
from hyoid.recipe.stage import EstimatorStage, NetworkStage
from hyoid.recipe.upstream import upstream_recipes

__all__ = [
    "PRESETS",
    "EstimatorStage",
    "NetworkStage",
    "Recipe",
    "adjust_recipe",
    "apply_preset",
    "dump_recipe",
    "load_recipe",
    "parse_recipe",
    "recipe_names",
    "upstream_recipes",
]
