"""A network on whole patients, a classifier's or a prognosis's, through the one fit loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from hyoid.recipe import Recipe
from hyoid.recipe.heads import Head
from hyoid.training.batch import Loading
from hyoid.training.distributed import fit_on
from hyoid.training.fit import FitTask
from hyoid.training.machine import Machine
from hyoid.training.mask_batch import MaskLoading
from hyoid.training.patients import Patients
from hyoid.training.wholes import whole_batches


def fit_patient_network(
    recipe: Recipe,
    heads: Mapping[str, Head],
    parts: tuple[Patients, Patients],
    measure: Callable[[nn.Module, Patients], dict[str, float]],
    number: int,
    folder: Path,
    machine: Machine,
    title: str,
) -> dict[str, Any]:
    """Train the recipe's network on the first of a fold's `parts`, its training patients; return what the loop says.

    `heads` have their losses fitted to the training part; `measure` says what the network is worth on a part, by which
    the loop selects on the second of them (see `FitTask`); `number` is that of the fold and enters the seed. Where an
    estimator keeps all of its iterations, so are the weights of all selections.
    """
    (train, select), stage = parts, recipe.estimator_stage
    training, preprocess = recipe.network_stage.training, recipe.preprocess
    torch.manual_seed(1_000_003 * training.seed + number)
    network = recipe.build_network(0 if train.clinical is None else train.clinical.shape[1])
    outside = () if preprocess is None else tuple(preprocess.outside(channel) for channel in recipe.inputs.images)
    tasks = {name: head.name for name, head in heads.items()}
    mask = recipe.inputs.mask
    masks = None if mask is None else MaskLoading(recipe.crop_voxels, mask.random_crop)
    task = FitTask(
        training=training,
        heads=heads,
        seed=(training.seed, number),
        loading=Loading(recipe.inputs.images, outside, training.augment, False, None, masks),
        batches=lambda epoch, share: whole_batches(train, tasks, training, number, epoch, masks, share),
        select=lambda model: measure(model, select),
        on_training=(lambda model: measure(model, train)) if training.select.training_part else None,
        title=title,
        keep_selected=stage is not None and stage.iterations == "all",
    )
    return fit_on(machine, task, network, folder)
