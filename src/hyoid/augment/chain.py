"""A chain of augmentation parts: drawn first, applied after, on whatever device the samples are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from hyoid.augment.one_of import OneOf
from hyoid.augment.operation import Operation, ScannerPart
from hyoid.augment.parameters import Parameters, Samples

Augmentation = Annotated[Operation | OneOf, Field(discriminator="name")]
"""Any augmentation that a recipe may name."""


def draw_all(parts: Sequence[Augmentation], rng: np.random.Generator, count: int) -> list[Parameters]:
    """Draw the parameters of every part for `count` samples; they can be recorded and replayed."""
    return [part.draw(rng, count) for part in parts]


def apply_all(parts: Sequence[Augmentation], samples: Samples, drawn: Sequence[Parameters]) -> Samples:
    """Apply the parts in order with the parameters that `draw_all` gave."""
    for part, parameters in zip(parts, drawn, strict=True):
        samples = part.apply(samples, parameters)
    return samples


def operations(part: Augmentation) -> tuple[Operation, ...]:
    """Return what a part may do to a sample: itself, or each of the parts of a `one_of`."""
    return part.parts if isinstance(part, OneOf) else (part,)


def needs_suv(parts: Sequence[Augmentation]) -> bool:
    """Whether any of the parts acts on the PET's SUV, so that samples must say what its values stand for."""
    return any(isinstance(one, ScannerPart) for part in parts for one in operations(part))
