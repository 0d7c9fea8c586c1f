"""A recipe that reads masks and an HPV status which other recipes infer, with few filters on few voxels."""

from hyoid.recipe import Recipe, load_recipe

SEGMENTATION = (
    "preprocess.frame={name: full_view, spacing_mm: [8, 8, 8]}",
    "stages.0.network.backbone={name: segresnet, filters: 8, blocks_down: [1, 1], blocks_up: [1]}",
    "stages.0.training.epochs=1",
    "stages.0.training.patches_per_case=1",
    "stages.0.training.patch_mm=[64, 64, 64]",
    "stages.0.training.augment=[]",
    "stages.0.training.select.every_epochs=1",
)
"""Overrides of `baseline-segresnet`, which learns next to nothing and answers at once."""


def mask_network(*overrides: str, variant: str = "", epochs: int = 1, folds: int = 2) -> Recipe:
    """Return `cds-rfs` at 8 mm: blocks of 12 voxels within frames of 16, upstream recipes cross-fitted in two folds."""
    return load_recipe(
        f"cds-rfs:{variant}" if variant else "cds-rfs",
        overrides=[
            "preprocess.frame={name: fixed_box, size_mm: [128, 128, 128], spacing_mm: [8, 8, 8]}",
            "inputs.mask.crop_mm=[96, 96, 96]",
            "inputs.mask.folds=2",
            f"inputs.mask.overrides={list(SEGMENTATION)}",
            "inputs.hpv.folds=2",
            "stages.0.network.encoder={name: resnet18, channels: [4, 4, 8, 8], stem_stride: 1, max_pool: false}",
            f"stages.0.training.epochs={epochs}",
            "stages.0.training.select.every_epochs=1",
            f"split={{name: kfold, folds: {folds}}}",
            *overrides,
        ],
    )
