"""Which training cases an epoch sees: all of them, or a balance of classes and centres."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hyoid.settings import Settings

Key = tuple[Hashable, Hashable]
"""Class (HPV status) and centre of a case."""


class EveryCase(Settings):
    """Every training case once, in random order."""

    name: Literal["every_case"] = "every_case"

    def draw(self, keys: Sequence[Key], rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices of an epoch's cases, in order."""
        return rng.permutation(len(keys))

    def weights(self, keys: Sequence[Key]) -> NDArray[np.float64]:
        """Return how often each case is expected in an epoch."""
        return np.ones(len(keys))


class Balanced(Settings):
    """As many draws as there are cases, with replacement; every group is equally likely, and every case within it.

    Groups are the classes, the centres, or each class of each centre. The centre decides only how often a case is
    seen; the network is never told it.
    """

    name: Literal["balanced"] = "balanced"
    by: Literal["class", "center", "class_and_center"] = "class"

    def draw(self, keys: Sequence[Key], rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices of an epoch's cases, in order."""
        weights = self.weights(keys)
        return rng.choice(len(keys), size=len(keys), p=weights / weights.sum())

    def weights(self, keys: Sequence[Key]) -> NDArray[np.float64]:
        """Return how often each case is expected in an epoch."""
        groups = [_group(key, self.by) for key in keys]
        size = Counter(groups)
        return np.array([len(keys) / (len(size) * size[group]) for group in groups])


class SubsampleCenters(Settings):
    """At most `limit` cases of each class of each centre, drawn anew every epoch without replacement."""

    name: Literal["subsample_centers"] = "subsample_centers"
    limit: int = Field(40, ge=1)

    def draw(self, keys: Sequence[Key], rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices of an epoch's cases, in order."""
        seen: Counter[Key] = Counter()
        chosen = []
        for index in rng.permutation(len(keys)):
            seen[keys[index]] += 1
            if seen[keys[index]] <= self.limit:
                chosen.append(index)
        return np.array(chosen, np.int64)

    def weights(self, keys: Sequence[Key]) -> NDArray[np.float64]:
        """Return how often each case is expected in an epoch."""
        size = Counter(keys)
        return np.array([min(1.0, self.limit / size[key]) for key in keys])


class BalancedBatches(Settings):
    """Cases of both classes in turn, so that a batch of even size holds as many of one as of the other.

    Every case of the larger class is seen once an epoch; those of the smaller one come again, each as often as the
    others give or take one. A case of unknown class counts with the larger one. Of a cohort with one class every case
    is seen once.
    """

    name: Literal["balanced_batches"] = "balanced_batches"

    def draw(self, keys: Sequence[Key], rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices of an epoch's cases, in order."""
        larger, smaller = (rng.permutation(part) for part in self._parts(keys))
        if not len(smaller):
            return larger
        rounds = -(-len(larger) // len(smaller))
        again = np.concatenate([rng.permutation(smaller) for _ in range(rounds)])[: len(larger)]
        return np.stack([larger, again], axis=1).ravel()

    def weights(self, keys: Sequence[Key]) -> NDArray[np.float64]:
        """Return how often each case is expected in an epoch."""
        larger, smaller = self._parts(keys)
        found = np.ones(len(keys))
        if len(smaller):
            found[smaller] = len(larger) / len(smaller)
        return found

    def _parts(self, keys: Sequence[Key]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the indices of the larger class, with those of unknown class, and of the smaller."""
        rarer = sum(key[0] is True for key in keys) <= sum(key[0] is False for key in keys)
        small = np.array([key[0] is rarer for key in keys], bool)
        return np.flatnonzero(~small), np.flatnonzero(small)


CaseSampling = Annotated[EveryCase | Balanced | BalancedBatches | SubsampleCenters, Field(discriminator="name")]
"""Any way to draw an epoch's cases."""


def _group(key: Key, by: str) -> Hashable:
    return {"class": key[0], "center": key[1], "class_and_center": key}[by]
