"""Which samples of a batch a process works on, where several share it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hyoid.augment import Parameters
from hyoid.training.batch import TrainingBatch


@dataclass(frozen=True, slots=True)
class Share:
    """Process `rank` of `world`: of every batch it works on each `world`-th sample, from number `rank` on.

    All draws are made for the whole batch, so that a batch is the same however many processes share it.
    """

    rank: int = 0
    world: int = 1

    def rows(self, count: int) -> NDArray[np.int64]:
        """Return the positions of this process's samples in a batch of `count`.

        A process for which none is left takes the first one, which then counts for nothing (see `counted`).
        """
        return np.arange(self.rank, count, self.world) if self.rank < count else np.zeros(1, np.int64)

    def parameters(self, drawn: list[Parameters], count: int) -> list[Parameters]:
        """Return the augmentation parameters of this process's samples."""
        rows = self.rows(count)
        return [{name: values[rows] for name, values in one.items()} for one in drawn]

    def counted(self, batch: TrainingBatch, count: int) -> TrainingBatch:
        """Return the samples of `rows(count)` as they are, or with no label known where they count for nothing."""
        if self.rank < count:
            return batch
        masks = None if batch.masks is None else (batch.masks[0], np.zeros_like(batch.masks[1]))
        labels = {name: (values, np.zeros_like(known)) for name, (values, known) in batch.labels.items()}
        return replace(batch, masks=masks, labels=labels)


ALONE = Share()
"""One process that works on everything."""
