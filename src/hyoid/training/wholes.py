"""Whole frames and clinical vectors for classifiers: a pure function of the seed and the step, as patches are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hyoid.augment import draw_all
from hyoid.cohort import Case
from hyoid.recipe.training import Training
from hyoid.training.batch import TrainingBatch, draw_removed
from hyoid.training.prefetch import prefetched
from hyoid.training.stored_case import StoredCase


@dataclass(frozen=True, slots=True)
class Patients:
    """Cases with what a classifier reads of them: stored images and encoded vectors, each None where it reads none."""

    cases: Sequence[Case]
    stored: Sequence[StoredCase] | None
    clinical: NDArray[np.float32] | None

    @property
    def positive(self) -> NDArray[np.bool_]:
        """HPV status (n,); unknown counts as False, see `known`."""
        return np.array([case.hpv is True for case in self.cases], bool)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether the status is known (n,)."""
        return np.array([case.hpv is not None for case in self.cases], bool)


def whole_batches(
    patients: Patients, heads: Sequence[str], training: Training, fold: int, epoch: int
) -> Iterator[TrainingBatch]:
    """Yield the batches of one epoch: every sample a whole frame, in the order that the recipe's case sampling draws.

    A last batch of one case joins the batch before it: batch normalisation has no spread there.
    """
    keys = [(case.hpv, case.center) for case in patients.cases]
    order = training.cases.draw(keys, _stream(training, fold, epoch, 0))
    groups = [order[i : i + training.batch_size] for i in range(0, len(order), training.batch_size)]
    if len(groups) > 1 and training.batch_size > 1 and len(groups[-1]) == 1:
        groups[-2:] = [np.concatenate(groups[-2:])]
    return prefetched(
        [
            partial(_load, patients, group, heads, training, _stream(training, fold, epoch, 1 + step))
            for step, group in enumerate(groups)
        ]
    )


def _load(
    patients: Patients,
    group: NDArray[np.int64],
    heads: Sequence[str],
    training: Training,
    rng: np.random.Generator,
) -> TrainingBatch:
    images, present = None, np.zeros((len(group), 0), bool)
    if patients.stored is not None:
        chosen = [patients.stored[i] for i in group]
        images = np.stack([case.images() for case in chosen])
        present = np.stack([case.present for case in chosen])
    labels = patients.positive[group].astype(np.int64), patients.known[group]
    return TrainingBatch(
        images=images,
        present=present,
        augmentation=draw_all(training.augment, rng, len(group)),
        clinical=None if patients.clinical is None else patients.clinical[group],
        labels=dict.fromkeys(heads, labels),
        removed=draw_removed(present, training.modality_dropout, rng),
    )


def _stream(training: Training, fold: int, epoch: int, step: int) -> np.random.Generator:
    return np.random.default_rng([training.seed, fold, epoch, step])
