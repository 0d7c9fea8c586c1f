"""One fold: a stage fitted on its training part, its weights chosen on its `select` part."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from lightning_fabric import Fabric

from hyoid.cohort.splits import Fold
from hyoid.files import atomic_path, write_json
from hyoid.inference.segment import Compute
from hyoid.networks.runtime import keep_freed_memory, resolve_device, resolve_precision
from hyoid.recipe import Recipe
from hyoid.training.checkpoint import is_finished
from hyoid.training.fit import FitTask, fit_network
from hyoid.training.patches import PatchSettings, epoch_batches
from hyoid.training.selection import select_by_segmentation
from hyoid.training.store import Store


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a run computes: Fabric for training, `compute` for inference, and the resolved precision."""

    fabric: Fabric
    compute: Compute
    precision: str

    @classmethod
    def of(cls, recipe: Recipe, device: str) -> Machine:
        """Choose the device ('auto', 'cpu', 'cuda') and the precision that the recipe asks for."""
        keep_freed_memory()
        device = resolve_device(device)
        precision = resolve_precision(recipe.stages[-1].training.precision, device)
        logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it greets on every start
        fabric = Fabric(accelerator=device, devices=1, precision=precision)
        return cls(fabric, Compute(device, precision == "bf16-mixed"), precision)


def fit_fold(recipe: Recipe, fold: Fold, number: int, store: Store, folder: Path, machine: Machine) -> None:
    """Fit the recipe's stage on `fold` and leave `weights.safetensors` and `fitted.json` in `folder`.

    A finished fold is left as it is; an unfinished one goes on from its last checkpoint.
    """
    if is_finished(folder):
        return
    stage = recipe.stages[-1]
    seed = (stage.training.seed, number)
    torch.manual_seed(1_000_003 * seed[0] + seed[1])
    network = recipe.build_network()
    settings = PatchSettings(
        size=stage.patch_voxels(recipe.preprocess.frame.spacing_mm),
        labels=_label_values(recipe),
        training=stage.training,
        fold=number,
    )
    train = [store.open(case_id) for case_id in sorted(fold.train)]
    select = [store.open(case_id) for case_id in sorted(fold.select)]
    task = FitTask(
        stage=stage,
        channels=recipe.inputs.images,
        seed=seed,
        batches=lambda epoch: epoch_batches(train, settings, epoch),
        select=lambda model: select_by_segmentation(recipe, model, select, machine.compute),
        relabel=_merge_labels if recipe.merged else torch.Tensor.long,
        title=f"{recipe.title} {fold.name}",
    )
    fitted = fit_network(task, network, folder, machine.fabric)
    with atomic_path(folder / "weights.safetensors") as temporary:
        shutil.copyfile(folder / "best.safetensors", temporary)
    write_json(
        folder / "fitted.json",
        {"fold": fold.name, "labels": recipe.labels, "stages": [fitted], "precision": machine.precision},
    )


def _label_values(recipe: Recipe) -> dict[str, tuple[int, ...]]:
    """Return which stored labels each name of the sampling ratios means."""
    lesions: dict[str, tuple[int, ...]] = {"tumour": (1, 2)} if recipe.merged else {"gtvp": (1,), "gtvn": (2,)}
    return {"background": (0,), **lesions}


def _merge_labels(labels: torch.Tensor) -> torch.Tensor:
    return (labels > 0).long()


def fold_names(count: int, chosen: str) -> Sequence[int]:
    """Return the fold numbers that `--fold K|all` asks for.

    Raises
    ------
    CohortError
        If it is neither 'all' nor the number of a fold.
    """
    from hyoid.errors import CohortError

    if chosen == "all":
        return range(count)
    if not chosen.isdigit() or int(chosen) >= count:
        raise CohortError.of(f"--fold {chosen}", f"'all' or 0 to {count - 1}", "Choose one of these.")
    return [int(chosen)]
