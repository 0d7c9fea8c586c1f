"""One fold of a segmentation network: fitted on its training part, its weights chosen on its `select` part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import nn

from hyoid.cohort import Case, Fold
from hyoid.files import write_json
from hyoid.recipe import Recipe
from hyoid.training.batch import Loading
from hyoid.training.checkpoint import is_finished
from hyoid.training.distributed import fit_on
from hyoid.training.fit import FitTask, kept_weights
from hyoid.training.machine import Machine
from hyoid.training.patches import PatchSettings, epoch_batches
from hyoid.training.seen import write_seen
from hyoid.training.selection import select_by_segmentation
from hyoid.training.store import Store
from hyoid.training.stored_case import StoredCase
from hyoid.training.usable import trained_without


def fit_segmenter(
    recipe: Recipe, fold: Fold, number: int, cases: Mapping[str, Case], store: Store, folder: Path, machine: Machine
) -> None:
    """Fit the recipe's stage on `fold` and leave `weights.safetensors` and `fitted.json` in `folder`.

    A finished fold is left as it is; an unfinished one goes on from its last checkpoint.
    """
    if is_finished(folder):
        return
    stage = recipe.network_stage
    seed = (stage.training.seed, number)
    torch.manual_seed(1_000_003 * seed[0] + seed[1])
    network = recipe.build_network()
    settings = patch_settings(recipe, number)
    train = [store.open(case_id) for case_id in sorted(fold.train)]
    select = [store.open(case_id) for case_id in sorted(fold.select)]
    keys = [(cases[case.id].hpv, cases[case.id].center) for case in train]
    outside = tuple(recipe.imaging.outside(channel) for channel in recipe.inputs.images)

    def measure(model: nn.Module, part: Sequence[StoredCase]) -> dict[str, float]:
        return select_by_segmentation(recipe, model, part, machine.compute)

    task = FitTask(
        training=stage.training,
        heads=stage.network.heads,
        seed=seed,
        loading=Loading(recipe.inputs.images, outside, stage.training.augment, recipe.merged, recipe.segmentation_head),
        batches=lambda epoch, share: epoch_batches(train, keys, settings, epoch, share),
        select=lambda model: measure(model, select),
        on_training=(lambda model: measure(model, train)) if stage.training.select.training_part else None,
        title=f"{recipe.title} {fold.name}",
    )
    fitted = fit_on(machine, task, network, folder)
    kept_weights(folder, every_selection=False)
    write_seen(folder, {"model": [case.id for case in train], "selection": [case.id for case in select]})
    write_json(
        folder / "fitted.json",
        {
            "fold": fold.name,
            "labels": recipe.labels,
            "stages": [fitted],
            "precision": machine.precision,
            "trained_without": trained_without(recipe, [case.present for case in train]),
        },
    )


def patch_settings(recipe: Recipe, fold: int) -> PatchSettings:
    """Return what the sampler needs to draw patches for a recipe: which stored labels each name of its ratios means."""
    lesions: dict[str, tuple[int, ...]] = {"tumour": (1, 2)} if recipe.merged else {"gtvp": (1,), "gtvn": (2,)}
    labels = {"background": (0,), **lesions}
    return PatchSettings(recipe.patch_voxels, labels, recipe.network_stage.training, fold)
