"""The three-task recipes with few filters on few voxels."""

from hyoid.recipe import Recipe, load_recipe

DEEPMTS = (
    "{name: deepmts, filters: [2, 2, 4, 4, 4], stem: 4, growth: 2, inner: 4, dense_layers: [1, 1, 1], "
    "transitions: [4, 4, 4]}"
)
DYNUNET = "{name: dynunet, filters: [4, 8, 8], strides: [2, 2]}"
_FRAME = "preprocess.frame={name: fixed_box, size_mm: [128, 128, 128], spacing_mm: [%d, %d, %d]}"


def three_tasks(variant: str = "", *overrides: str, epochs: int = 2, folds: int = 2) -> Recipe:
    """Return `sims-life-multitask` on 32 cubed voxels of 4 mm."""
    return load_recipe(
        f"sims-life-multitask:{variant}" if variant else "sims-life-multitask",
        overrides=[
            _FRAME % (4, 4, 4),
            f"stages.0.network.backbone={DEEPMTS}",
            f"stages.0.training.epochs={epochs}",
            f"split={{name: kfold, folds: {folds}, select_fraction: 0.4}}",
            *overrides,
        ],
    )


def classifying(name: str = "cds-hpv", *overrides: str, epochs: int = 2, folds: int = 2) -> Recipe:
    """Return `cds-hpv` or `cds-multitask` on patches of 8 cubed of 16 cubed voxels of 8 mm."""
    return load_recipe(
        name,
        overrides=[
            _FRAME % (8, 8, 8),
            f"stages.0.network.backbone={DYNUNET}",
            "stages.0.network.vectors.hidden=[8]",
            "stages.0.training.patch_mm=[64, 64, 64]",
            f"stages.0.training.epochs={epochs}",
            "stages.0.training.select.every_epochs=1",
            f"split={{name: kfold, folds: {folds}, select_fraction: 0.4}}",
            *overrides,
        ],
    )
