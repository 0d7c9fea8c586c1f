"""Which patches a training step sees: a pure function of the seed and the step, so that a resumed run repeats it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from hyoid.augment import draw_all
from hyoid.recipe.sampling import Key
from hyoid.recipe.training import Training
from hyoid.training.batch import TrainingBatch, draw_removed
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


def epoch_batches(
    cases: Sequence[StoredCase], keys: Sequence[Key], settings: PatchSettings, epoch: int, share: Share = ALONE
) -> Iterator[TrainingBatch]:
    """Yield the batches of one epoch from the cases that the recipe's case sampling draws by their `keys`.

    Of each batch the samples of this process's `share` are read.
    """
    order = settings.training.cases.draw(keys, _stream(settings, epoch, 0))
    size = settings.training.batch_size
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    return prefetched(
        [
            partial(_load, [cases[i] for i in group], settings, _stream(settings, epoch, 1 + step), share)
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
    cases: Sequence[StoredCase], settings: PatchSettings, rng: np.random.Generator, share: Share
) -> TrainingBatch:
    chosen = [case for case in cases for _ in range(settings.training.patches_per_case)]
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
        removed=None if removed is None else removed[rows],
    )
    return share.counted(batch, count)


def _stream(settings: PatchSettings, epoch: int, step: int) -> np.random.Generator:
    return np.random.default_rng([settings.training.seed, settings.fold, epoch, step])
