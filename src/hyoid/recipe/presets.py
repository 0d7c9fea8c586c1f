"""Presets: one documented transformation that makes any recipe small enough for a laptop or a test."""

from __future__ import annotations

from dataclasses import dataclass

from hyoid.errors import RecipeError
from hyoid.recipe.schema import PresetName, Recipe
from hyoid.settings import nearest


@dataclass(frozen=True, slots=True)
class Preset:
    """Factors on a full-size recipe: voxel size, filters, epochs, and the patch's edge in mm."""

    spacing: float
    filters: float
    epochs: float
    patch: float


PRESETS: dict[PresetName, Preset] = {
    "full": Preset(1.0, 1.0, 1.0, 1.0),
    "small": Preset(spacing=2.0, filters=0.5, epochs=0.5, patch=1.0),
    "tiny": Preset(spacing=4.0, filters=0.5, epochs=0.2, patch=1.5),
}
"""`tiny` enlarges the patch, because 128 mm at 4 mm is 32 voxels, too few for a network that halves four times."""


def apply_preset(recipe: Recipe, name: str) -> Recipe:
    """Return the recipe scaled by the preset; the result carries the preset's name wherever it goes.

    Raises
    ------
    RecipeError
        If there is no such preset, or the recipe already is scaled.
    """
    if name not in PRESETS:
        raise RecipeError(f"There is no preset '{name}': {nearest(name, PRESETS)}")
    if recipe.preset != "full":
        raise RecipeError.of(f"a recipe at preset '{recipe.preset}'", "one at full size", "Leave --preset out.")
    preset_name: PresetName = next(key for key in PRESETS if key == name)
    preset = PRESETS[preset_name]
    if preset_name == "full":
        return recipe
    frame = recipe.preprocess.frame
    x, y, z = (s * preset.spacing for s in frame.spacing_mm)
    stages = []
    for stage in recipe.stages:
        network = stage.network.model_copy(update={"backbone": stage.network.backbone.narrower(preset.filters)})
        a, b, c = (length * preset.patch for length in stage.training.patch_mm)
        training = stage.training.model_copy(
            update={"epochs": max(1, round(stage.training.epochs * preset.epochs)), "patch_mm": (a, b, c)}
        )
        stages.append(stage.model_copy(update={"network": network, "training": training}))
    preprocess = recipe.preprocess.model_copy(update={"frame": frame.model_copy(update={"spacing_mm": (x, y, z)})})
    return recipe.model_copy(update={"preprocess": preprocess, "stages": tuple(stages), "preset": preset_name})
