"""What is counted while slices become a volume, and the sentences that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hyoid.errors import DicomError
from hyoid.imaging.suv_limits import LOW_SUV_LIMIT, SUV_LIMIT, SUV_PERCENTILE

OUTSIDE_HU = -1024
"""HU outside a CT's field of view. Scanners write -3024, -2000, -1024 or -1000 there."""

LARGEST_HU = 32767
"""Largest HU that is kept; metal reaches 30,000 on an extended scale."""

SAME_INTERCEPT = 1e-3
"""How far rescale intercepts of one CT may differ, HU: what is lost where a number is written as text."""

SAME_SLOPE = 1e-4
"""The same of its slopes, relative: 0.3 HU in the densest bone."""


@dataclass
class Counted:
    """What is counted while slices are read."""

    slopes: list[float] = field(default_factory=list)
    intercepts: list[float] = field(default_factory=list)
    below: int = 0
    above: int = 0
    rounded: int = 0
    padded: int = 0
    lossy: bool = False
    disbelieved: float | None = None
    suv_level: float | None = None

    @property
    def range(self) -> tuple[float, float]:
        """Least and greatest rescale slope."""
        return min(self.slopes), max(self.slopes)

    def check_one_rescale(self, where: str) -> None:
        """Refuse a CT whose slices are rescaled each in its own way: scanners write one slope and intercept a series.

        Raises
        ------
        DicomError
            If the rescale slope or intercept read last is not the first one; `where` names the slice.
        """
        slope, intercept = self.slopes[-1], self.intercepts[-1]
        first = self.slopes[0], self.intercepts[0]
        if abs(intercept - first[1]) > SAME_INTERCEPT or abs(slope - first[0]) > SAME_SLOPE * abs(first[0]):
            raise DicomError.of(
                f"rescale slope {slope:g} and intercept {intercept:g} in {where}, and {first[0]:g} and {first[1]:g} in "
                "the slices before it",
                "one slope and one intercept throughout a CT",
                "One of them is wrong, and so are the HU of its slices: export the series again from the scanner.",
            )

    def check_one_intercept(self, where: str) -> None:
        """Refuse a PET whose rescale intercept differs between slices: it is 0 in all (PS3.3 C.8.9.4).

        Raises
        ------
        DicomError
            If the intercept read last is not the first one; `where` names the slice.
        """
        if self.intercepts[-1] != self.intercepts[0]:
            raise DicomError.of(
                f"a rescale intercept of {self.intercepts[-1]:g} in {where}, and {self.intercepts[0]:g} in the slices "
                "before it",
                "0 in every slice of a PET",
                "One of them is wrong, and so is the uptake in its slices: export the series again from the scanner.",
            )

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
        """Yield the sentences on a PET, first the one that matters most."""
        if self.suv_level is not None and not LOW_SUV_LIMIT <= self.suv_level <= SUV_LIMIT:
            yield (
                f"WARNING: this PET is hardly SUV: its {SUV_PERCENTILE:g}th percentile is {self.suv_level:.4g}, and "
                f"{LOW_SUV_LIMIT:g} to {SUV_LIMIT:g} is expected. The header's unit, weight, dose or times are "
                "probably wrong: compare with the SUV that the scanner shows, and do not use it before."
            )
        if self.padded:
            yield f"{self.padded} padding voxels were set to 0 SUV."
        if self.below:
            yield f"{self.below} voxels are negative."
        if any(self.intercepts):
            yield (
                f"The rescale intercept is {self.intercepts[0]:g}, where a PET's is 0: it was applied, and every SUV "
                "depends on it. Look at the air around the patient, which should be near 0 SUV."
            )
        yield from self._both("the PET")

    def _both(self, image: str) -> Iterator[str]:
        if self.disbelieved is not None:
            yield f"A padding value that stands for {self.disbelieved:g} was not applied: it would have cut tissue out."
        if self.range[0] != self.range[1]:
            least, most = self.range
            yield f"The rescale slope differs between slices ({least:g} to {most:g}); each has its own."
        if self.lossy:
            yield f"Before it came here, {image} was compressed with loss: its values are not those of the scanner."
