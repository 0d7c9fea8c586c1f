"""Which patches a training step sees: a pure function of the seed and the step, so that a resumed run repeats it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hyoid.augment import draw_all
from hyoid.recipe.sampling import Key
from hyoid.recipe.training import Training
from hyoid.training.batch import TrainingBatch, draw_removed
from hyoid.training.pet_units import units_for
from hyoid.training.prefetch import prefetched
from hyoid.training.share import ALONE, Share
from hyoid.training.stored_case import StoredCase

Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class PatchSettings:
    """What the sampler needs: the patch (z, y, x) in voxels, the label values by name, and the stage's settings."""

    size: Shape
    labels: dict[str, tuple[int, ...]]
    training: Training
    fold: int


@dataclass(frozen=True, slots=True)
class OfPatients:
    """What heads on whole patients read of n cases: encoded vectors (n, m) or None, labels (n, ...) with known (n,)."""

    clinical: NDArray[np.float32] | None = None
    labels: Mapping[str, tuple[NDArray[np.generic], NDArray[np.bool_]]] = field(default_factory=dict)


def epoch_batches(
    cases: Sequence[StoredCase],
    keys: Sequence[Key],
    settings: PatchSettings,
    epoch: int,
    share: Share = ALONE,
    patients: OfPatients = OfPatients(),
) -> Iterator[TrainingBatch]:
    """Yield the batches of one epoch from the cases that the recipe's case sampling draws by their `keys`.

    Of each batch the samples of this process's `share` are read. Every patch comes with what `patients` holds of its
    case.
    """
    order = settings.training.cases.draw(keys, _stream(settings, epoch, 0))
    size = settings.training.batch_size
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    if patients.labels and len(groups) > 1 and size > 1 and len(groups[-1]) == 1:
        groups[-2:] = [np.concatenate(groups[-2:])]  # batch normalisation of a vector has no spread in one sample
    return prefetched(
        [
            partial(_load, cases, patients, group, settings, _stream(settings, epoch, 1 + step), share)
            for step, group in enumerate(groups)
        ]
    )


def draw_centre(case: StoredCase, settings: PatchSettings, rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw a patch centre (z, y, x): first a class by the recipe's ratios among those present, then a voxel of it."""
    candidates = {
        name: [case.locations[v] for v in values if v in case.locations and len(case.locations[v])]
        for name, values in settings.labels.items()
    }
    wanted = settings.training.sampling.ratios if settings.training.sampling else {}
    ratios = {n: r for n, r in wanted.items() if r > 0 and candidates.get(n)}
    if not ratios:
        z, y, x = (int(rng.integers(0, n)) for n in case.shape)
        return z, y, x
    weights = np.array(list(ratios.values()))
    name = list(ratios)[rng.choice(len(weights), p=weights / weights.sum())]
    voxels = np.concatenate(candidates[name])
    z, y, x = (int(v) for v in voxels[rng.integers(0, len(voxels))])
    return z, y, x


def patch_start(centre: Shape, size: Shape, shape: Shape) -> Shape:
    """Return the first voxel of the patch around `centre`, moved inside the frame; centred where it is too small."""
    z, y, x = (
        (n - w) // 2 if n <= w else min(max(0, c - w // 2), n - w) for c, w, n in zip(centre, size, shape, strict=True)
    )
    return z, y, x


def _load(
    cases: Sequence[StoredCase],
    patients: OfPatients,
    group: NDArray[np.int64],
    settings: PatchSettings,
    rng: np.random.Generator,
    share: Share,
) -> TrainingBatch:
    indices = np.repeat(group, settings.training.patches_per_case)
    chosen = [cases[int(i)] for i in indices]
    starts = [patch_start(draw_centre(case, settings, rng), settings.size, case.shape) for case in chosen]
    count, rows = len(chosen), share.rows(len(chosen))
    present = np.stack([case.present for case in chosen])
    augmentation = share.parameters(draw_all(settings.training.augment, rng, count), count)
    removed = draw_removed(present, settings.training.modality_dropout, rng)
    patches = [chosen[i].patch(starts[i], settings.size) for i in rows]
    batch = TrainingBatch(
        images=np.stack([images for images, _ in patches]),
        present=present[rows],
        augmentation=augmentation,
        masks=(np.stack([labels for _, labels in patches]), np.array([chosen[i].has_mask for i in rows])),
        clinical=None if patients.clinical is None else patients.clinical[indices[rows]],
        labels={n: (values[indices[rows]], known[indices[rows]]) for n, (values, known) in patients.labels.items()},
        removed=None if removed is None else removed[rows],
        pet=units_for(settings.training.augment, [chosen[i] for i in rows]),
    )
    return share.counted(batch, count)


def _stream(settings: PatchSettings, epoch: int, step: int) -> np.random.Generator:
    return np.random.default_rng([settings.training.seed, settings.fold, epoch, step])
