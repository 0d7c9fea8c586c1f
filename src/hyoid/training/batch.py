"""One training step's samples as they leave the disk, with everything random already drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from hyoid.augment import Augmentation, Parameters, PetUnits, Samples, apply_all
from hyoid.networks.batch import Batch, Target
from hyoid.training.mask_batch import MaskLoading, append_masks


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """B samples before augmentation.

    Parameters
    ----------
    images
        (B, C, z, y, x), or None where the network reads none.
    present
        (B, C): whether each image is there.
    augmentation
        The drawn parameters of every augmentation part.
    masks
        Label maps (B, z, y, x) for a segmentation head or for mask channels, and whether each case has one.
    clinical
        Encoded vectors (B, n).
    labels
        Per head of a patient-level network the labels (B, ...), as in `Target`, and whether each is known (B,).
    removed
        (B, C): which images are taken away (modality dropout).
    crops
        Seeds (B,) of the blocks around the lesions, where the network sees such a block.
    pet
        What the PET's values of each sample stand for, where a part of the augmentation asks for it.
    """

    images: NDArray[np.float32] | None
    present: NDArray[np.bool_]
    augmentation: list[Parameters]
    masks: tuple[NDArray[np.uint8], NDArray[np.bool_]] | None = None
    clinical: NDArray[np.float32] | None = None
    labels: Mapping[str, tuple[NDArray[np.generic], NDArray[np.bool_]]] = field(default_factory=dict)
    removed: NDArray[np.bool_] | None = None
    crops: NDArray[np.int64] | None = None
    pet: tuple[PetUnits | None, ...] | None = None


@dataclass(frozen=True, slots=True)
class Loading:
    """How samples are turned into tensors: channels and what an absent one holds, augmentation, the label map's way.

    The label map goes to `segmentation_head`, or, with `masks`, joins the images as two more channels.
    """

    channels: tuple[str, ...]
    outside: tuple[float, ...]
    augment: tuple[Augmentation, ...]
    merge_labels: bool
    segmentation_head: str | None
    masks: MaskLoading | None = None


def draw_removed(present: NDArray[np.bool_], probability: float, rng: np.random.Generator) -> NDArray[np.bool_] | None:
    """Draw which of the images that are there (B, C) are taken away; each sample keeps one at the least.

    None, without a draw, where the probability is 0.
    """
    if probability == 0.0:
        return None
    removed = present & (rng.random(present.shape) < probability)
    kept = rng.random(present.shape)  # of a sample that would lose all, the present one with the greatest number stays
    for sample in np.flatnonzero(~(present & ~removed).any(axis=1)):
        removed[sample, np.argmax(np.where(present[sample], kept[sample], -1.0))] = False
    return removed


def to_device(samples: TrainingBatch, loading: Loading, device: torch.device) -> tuple[Batch, dict[str, Target]]:
    """Move the samples, augment them there, take away what was drawn, and return inputs and targets by head."""

    def put(array: NDArray[np.generic]) -> torch.Tensor:
        return torch.from_numpy(array).to(device)

    present = put(samples.present).float()
    clinical = None if samples.clinical is None else put(samples.clinical)
    targets = {name: Target(put(values), put(known)) for name, (values, known) in samples.labels.items()}
    images = labels = None
    if samples.images is not None:
        labels = None if samples.masks is None else put(samples.masks[0])
        if labels is not None and loading.segmentation_head is not None:
            labels = (labels > 0).long() if loading.merge_labels else labels.long()
        given = Samples(put(samples.images), labels, loading.channels, samples.pet)
        changed = apply_all(loading.augment, given, samples.augmentation)
        images, labels = changed.images, changed.labels
        if samples.masks is not None and loading.segmentation_head is not None and labels is not None:
            targets[loading.segmentation_head] = Target(labels, put(samples.masks[1]))
    if samples.removed is not None and images is not None:
        present[put(samples.removed)] = 0.0
        fill = torch.tensor(loading.outside, device=device, dtype=images.dtype)[None, :, None, None, None]
        images = torch.where(put(samples.removed)[:, :, None, None, None], fill, images)
    if loading.masks is not None and samples.masks is not None and images is not None and labels is not None:
        known = put(samples.masks[1])
        images, present = append_masks(images, present, labels, known, loading.masks, samples.crops)
    return Batch(images, present, clinical), targets


def split_batch(
    batch: Batch, targets: Mapping[str, Target], size: int | None
) -> Iterator[tuple[Batch, dict[str, Target]]]:
    """Yield the batch in parts of `size` samples, in order; None gives it whole."""
    count = len(batch.present)
    for start in range(0, count, size or count):
        part = slice(start, start + (size or count))
        yield (
            Batch(
                None if batch.images is None else batch.images[part],
                batch.present[part],
                None if batch.clinical is None else batch.clinical[part],
            ),
            {name: Target(target.values[part], target.known[part]) for name, target in targets.items()},
        )
