"""Recipes small enough for a test: the shipped ones with a few overrides."""

from hyoid.recipe import Recipe, load_recipe, parse_recipe

FULL_VIEW = {"name": "full_view", "spacing_mm": [4, 4, 4]}


def small_recipe(name: str = "baseline-unet", *overrides: str, epochs: int = 2, folds: int = 2) -> Recipe:
    """Return a shipped recipe on the full field of view at 4 mm, with few filters and epochs."""
    backbone = {
        "baseline-unet": {"name": "unet", "channels": [4, 8, 16], "strides": [2, 2], "residual_units": 1},
        "baseline-segresnet": {"name": "segresnet", "filters": 8, "blocks_down": [1, 1], "blocks_up": [1]},
        "glasgow-segresnet": {"name": "segresnet", "filters": 8, "blocks_down": [1, 1], "blocks_up": [1]},
        "baseline-unetr": {"name": "unetr", "features": 4, "hidden": 24, "mlp": 48, "heads": 3},
        "baseline-swinunetr": {"name": "swinunetr", "features": 12},
        "cds-dynunet": {"name": "dynunet", "filters": [4, 8, 16], "strides": [2, 2]},
    }[name]
    raw = load_recipe(
        name,
        overrides=[
            f"stages.0.training.epochs={epochs}",
            "stages.0.training.patch_mm=[64,64,64]",
            "stages.0.training.select.every_epochs=1",
            f"split.folds={folds}",
            *overrides,
        ],
    ).model_dump(mode="json")
    raw["preprocess"]["frame"] = FULL_VIEW
    raw["stages"][0]["network"]["backbone"] = backbone
    return parse_recipe(raw, name)
