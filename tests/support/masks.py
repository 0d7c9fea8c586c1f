"""A recipe that reads masks and an HPV status which other recipes infer, with few filters on few voxels."""

from pathlib import Path

from hyoid.cohort import Cohort, Fold, read_cohort
from hyoid.recipe import Recipe, load_recipe
from support.hpv import write_folds
from support.rfs import ball_outcome_cohort, outcome_records

WITHOUT_MASK, WITHOUT_STATUS = "ACEN-001", "BCEN-004"

SEGMENTATION = (
    "preprocess.frame={name: full_view, spacing_mm: [8, 8, 8]}",
    "stages.0.network.backbone={name: segresnet, filters: 8, blocks_down: [1, 1], blocks_up: [1]}",
    "stages.0.training.epochs=1",
    "stages.0.training.patches_per_case=1",
    "stages.0.training.patch_mm=[128, 128, 128]",
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


def mask_balls(root: Path, patients: int = 16) -> Cohort:
    """Write and read balls with outcomes; one has no label map, one no HPV status, every other one is positive."""
    rows = outcome_records(patients)
    for i, row in enumerate(rows.values()):
        row["HPV Status"] = i % 2
    rows[WITHOUT_STATUS]["HPV Status"] = ""
    folder = ball_outcome_cohort(root, rows)
    (folder / f"{WITHOUT_MASK}.nii.gz").unlink()
    return read_cohort(folder)


def mask_folds(cohort: Cohort, path: Path) -> str:
    """Write two folds, fixed by hand so that no label moves a patient, and return the override that names them.

    Each learns from a half, of which two select, and reports the other; fold 0 learns from the two who lack something.
    """
    ids = [case.id for case in cohort.cases]
    ids = [WITHOUT_MASK, WITHOUT_STATUS, *(i for i in ids if i not in {WITHOUT_MASK, WITHOUT_STATUS})]
    middle = len(ids) // 2
    halves = ids[:middle], ids[middle:]
    folds = [Fold(f"fold-{k}", tuple(halves[k][:-2]), tuple(halves[k][-2:]), tuple(halves[1 - k])) for k in (0, 1)]
    return f"split={{name: folds_file, path: {write_folds(path, folds)}}}"
