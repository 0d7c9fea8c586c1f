"""What a PET's numbers stand for in training, and how they are changed as SUV.

Augmentation acts after the intensity chain, on standardised or windowed values. What a scanner does, it does to the
SUV: so the chain is undone by the line that preprocessing kept of every image, and laid on again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import ImageError
from hyoid.imaging.suv_scale import SuvScale

if TYPE_CHECKING:
    import torch

    from hyoid.augment.parameters import Samples


@dataclass(frozen=True, slots=True)
class PetUnits:
    """Voxel size (z, y, x) in mm of one sample, and the line between its PET's values and SUV.

    The line is the one of the unchanged image. A chain that sets it by the image itself would lay another one on the
    changed image; `hyoid.recipe` refuses a recipe where the two differ by much.
    """

    spacing_mm: tuple[float, float, float]
    scale: SuvScale

    def to_suv(self, values: torch.Tensor) -> torch.Tensor:
        """Return the SUV of values; where the chain cut something off, its limit."""
        suv = (values - self.scale.offset) / self.scale.slope
        return suv if self.scale.zero is None else suv.masked_fill(values == self.scale.zero, 0.0)

    def from_suv(self, suv: torch.Tensor) -> torch.Tensor:
        """Return the values of SUV, cut off where the chain did; what is not above 0 is raised to 0, as from a scan."""
        floor = 0.0 if self.scale.floor_suv is None else max(0.0, self.scale.floor_suv)
        values = suv.clamp(floor, self.scale.ceiling_suv) * self.scale.slope + self.scale.offset
        return values if self.scale.zero is None else values.masked_fill(suv <= 0, self.scale.zero)


Change = Callable[["torch.Tensor", PetUnits, int], "torch.Tensor"]
"""From the SUV (z, y, x) of a sample, what its PET's numbers stand for and its position to the changed SUV."""


def with_changed_suv(samples: Samples, changed: NDArray[np.bool_], change: Change) -> Samples:
    """Return samples with the SUV changed of those that `changed` (B,) names and that have a PET; no other bit differs.

    Raises
    ------
    ImageError
        If the samples do not say what the values of their PET stand for.
    """
    if "pet" not in samples.channels:
        return samples
    if samples.pet is None:
        raise ImageError.of(
            "a PET whose values nobody turned back into SUV", "`Samples.pet`", "Give the units of every sample's PET."
        )
    images, channel = samples.images.clone(), samples.channels.index("pet")
    for i in np.flatnonzero(changed).tolist():
        units = samples.pet[i]
        if units is not None:
            images[i, channel] = units.from_suv(change(units.to_suv(images[i, channel]), units, i))
    return samples.changed(images, samples.labels)
