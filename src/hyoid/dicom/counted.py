"""What is counted while slices become a volume, and the sentences that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

OUTSIDE_HU = -1024
"""HU outside a CT's field of view. Scanners write -3024, -2000, -1024 or -1000 there."""

LARGEST_HU = 32767
"""Largest HU that is kept; metal reaches 30,000 on an extended scale."""


@dataclass
class Counted:
    """What is counted while slices are read."""

    slopes: list[float] = field(default_factory=list)
    below: int = 0
    above: int = 0
    rounded: int = 0
    padded: int = 0
    lossy: bool = False
    disbelieved: float | None = None

    @property
    def range(self) -> tuple[float, float]:
        """Least and greatest rescale slope."""
        return min(self.slopes), max(self.slopes)

    def of_ct(self) -> Iterator[str]:
        """Yield the sentences on a CT."""
        if self.below:
            yield f"{self.below} voxels below {OUTSIDE_HU} HU were set to it: they lie outside the field of view."
        if self.above:
            yield f"{self.above} voxels above {LARGEST_HU} HU were set to it."
        if self.rounded:
            yield f"HU were rounded to whole numbers in {self.rounded} slices."
        yield from self._both("the CT")

    def of_pet(self) -> Iterator[str]:
        """Yield the sentences on a PET."""
        if self.padded:
            yield f"{self.padded} padding voxels were set to 0 SUV."
        if self.below:
            yield f"{self.below} voxels are negative."
        yield from self._both("the PET")

    def _both(self, image: str) -> Iterator[str]:
        if self.disbelieved is not None:
            yield f"A padding value that stands for {self.disbelieved:g} was not applied: it would have cut tissue out."
        if self.range[0] != self.range[1]:
            least, most = self.range
            yield f"The rescale slope differs between slices ({least:g} to {most:g}); each has its own."
        if self.lossy:
            yield f"Before it came here, {image} was compressed with loss: its values are not those of the scanner."
