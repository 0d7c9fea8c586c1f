"""The recipes that a recipe's inputs are inferred by."""

from __future__ import annotations

from hyoid.errors import RecipeError
from hyoid.recipe.inferred import Upstream
from hyoid.recipe.load import load_recipe
from hyoid.recipe.schema import Recipe
from hyoid.recipe.stage import Task

_LABELS = {1: "gtvp", 2: "gtvn"}


def upstream_recipes(recipe: Recipe) -> dict[Task, Recipe]:
    """Return by task the recipes that infer the label map and the HPV status, as far as this recipe needs them.

    Each is at the preset of `recipe`, with its split replaced by the k-fold of the cross-fit.

    Raises
    ------
    RecipeError
        If there is no such recipe, a setting of it is not valid, or it answers something else.
    """
    found: dict[Task, Recipe] = {}
    mask, hpv = recipe.inputs.mask, recipe.inputs.hpv
    if mask is not None and mask.inferred:
        segmentation = found["segmentation"] = _resolved(recipe, mask, "segmentation")
        if segmentation.labels != _LABELS:
            raise RecipeError.of(
                f"the labels {segmentation.labels} of {segmentation.title}, which is to predict masks",
                str(_LABELS),
                "Name another recipe in inputs.mask.recipe.",
            )
    if hpv is not None and hpv.inferred:
        classifier = found["hpv"] = _resolved(recipe, hpv, "hpv")
        if classifier.inputs.lesions is not None:
            raise RecipeError.of(
                f"{classifier.title}, which measures lesions in a label map, as inputs.hpv.recipe",
                "a classifier without lesion measures",
                "Name a variant without them, such as hpv-logistic:clinical.",
            )
    if len({one.name for one in found.values()}) < len(found):
        raise RecipeError.of("two upstream recipes of one name", "two names", "Rename one of them.")
    return found


def _resolved(recipe: Recipe, upstream: Upstream, task: Task) -> Recipe:
    preset = None if recipe.preset == "full" else recipe.preset
    overrides = [*upstream.overrides, f"split={{name: kfold, folds: {upstream.folds}}}"]
    found = load_recipe(upstream.recipe, preset=preset, overrides=overrides)
    if found.task != task:
        raise RecipeError.of(
            f"{found.title}, a recipe of {found.task}, as the one that infers an input of {recipe.title}",
            f"a recipe of {task}",
            "Name another in inputs.mask.recipe or inputs.hpv.recipe.",
        )
    return found
