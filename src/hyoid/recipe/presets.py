"""Presets: one documented transformation that makes any recipe small enough for a laptop or a test."""

from __future__ import annotations

from dataclasses import dataclass

from hyoid.errors import RecipeError
from hyoid.recipe.schema import PresetName, Recipe
from hyoid.recipe.stage import NetworkStage, Stage
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
    "smoke": Preset(spacing=4.0, filters=0.25, epochs=0.003, patch=1.5),
}
"""At 4 mm the patch is enlarged, because 128 mm are then 32 voxels, too few for a network that halves four times."""


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
    stages, preprocess = tuple(_scaled_stage(stage, preset) for stage in recipe.stages), recipe.preprocess
    if preprocess is not None:
        network = recipe.network_stage.network
        frame = preprocess.frame.coarser(preset.spacing, network.divisor, network.min_size)
        preprocess = preprocess.model_copy(update={"frame": frame})
    return recipe.model_copy(update={"preprocess": preprocess, "stages": stages, "preset": preset_name})


def _scaled_stage(stage: Stage, preset: Preset) -> Stage:
    """Scale a network and its training; an estimator has nothing to scale."""
    if not isinstance(stage, NetworkStage):
        return stage
    changes: dict[str, object] = {"epochs": max(1, round(stage.training.epochs * preset.epochs))}
    if stage.training.averaging is not None:
        averaged = max(1, round(stage.training.averaging.epochs * preset.epochs))
        changes["averaging"] = stage.training.averaging.model_copy(update={"epochs": averaged})
    if stage.training.patch_mm is not None:
        changes["patch_mm"] = tuple(length * preset.patch for length in stage.training.patch_mm)
    network = stage.network.narrower(preset.filters)
    return stage.model_copy(update={"network": network, "training": stage.training.model_copy(update=changes)})
