"""Whole frames and clinical vectors of patients: a pure function of the seed and the step, as patches are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hyoid.augment import draw_all
from hyoid.recipe.training import Training
from hyoid.training.batch import TrainingBatch, draw_removed
from hyoid.training.mask_batch import MaskLoading, draw_crops
from hyoid.training.patients import Patients
from hyoid.training.pet_units import units_for
from hyoid.training.prefetch import prefetched
from hyoid.training.share import ALONE, Share


def whole_batches(
    patients: Patients,
    heads: Mapping[str, str],
    training: Training,
    fold: int,
    epoch: int,
    masks: MaskLoading | None = None,
    share: Share = ALONE,
) -> Iterator[TrainingBatch]:
    """Yield the batches of one epoch: every sample a whole frame, in the order that the recipe's case sampling draws.

    `heads` gives the task of each head; case sampling balances the classes of the first. `masks` says how label maps
    become channels, where the network sees them; of each batch the samples of this process's `share` are read.
    A last batch of one case joins the batch before it: batch normalisation has no spread there.
    """
    centers = [case.center for case in patients.cases]
    keys = list(zip(patients.classes(next(iter(heads.values()))), centers, strict=True))
    labels = {name: patients.labels(task) for name, task in heads.items()}
    order = training.cases.draw(keys, _stream(training, fold, epoch, 0))
    groups = [order[i : i + training.batch_size] for i in range(0, len(order), training.batch_size)]
    if len(groups) > 1 and training.batch_size > 1 and len(groups[-1]) == 1:
        groups[-2:] = [np.concatenate(groups[-2:])]
    return prefetched(
        [
            partial(_load, patients, group, labels, training, masks, _stream(training, fold, epoch, 1 + step), share)
            for step, group in enumerate(groups)
        ]
    )


def _load(
    patients: Patients,
    group: NDArray[np.int64],
    labels: Mapping[str, tuple[NDArray[np.generic], NDArray[np.bool_]]],
    training: Training,
    masks: MaskLoading | None,
    rng: np.random.Generator,
    share: Share,
) -> TrainingBatch:
    count, rows = len(group), share.rows(len(group))
    present = np.zeros((count, 0), bool)
    if patients.stored is not None:
        present = np.stack([patients.stored[i].present for i in group])
    augmentation = share.parameters(draw_all(training.augment, rng, count), count)
    removed = draw_removed(present, training.modality_dropout, rng)
    crops = None if masks is None else draw_crops(masks, rng, count)
    group = group[rows]
    images = label_maps = None
    if patients.stored is not None:
        images = np.stack([patients.stored[i].images() for i in group])
    if masks is not None and images is not None:
        found = [patients.label_map(int(i)) for i in group]
        empty = np.zeros(images.shape[2:], np.uint8)
        label_maps = np.stack([empty if one is None else one for one in found]), patients.has_mask[group]
    batch = TrainingBatch(
        images=images,
        present=present[rows],
        augmentation=augmentation,
        masks=label_maps,
        clinical=None if patients.clinical is None else patients.clinical[group],
        labels={name: (values[group], known[group]) for name, (values, known) in labels.items()},
        removed=None if removed is None else removed[rows],
        crops=None if crops is None else crops[rows],
        pet=None if patients.stored is None else units_for(training.augment, [patients.stored[i] for i in group]),
    )
    return share.counted(batch, count)


def _stream(training: Training, fold: int, epoch: int, step: int) -> np.random.Generator:
    return np.random.default_rng([training.seed, fold, epoch, step])
