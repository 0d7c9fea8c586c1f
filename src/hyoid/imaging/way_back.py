"""The way back: from a frame's grid to the grid that the images came on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import GeometryError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block, block_meeting
from hyoid.imaging.label_resampling import resample_labels
from hyoid.imaging.resampling import resample
from hyoid.imaging.suv_scale import SuvScale

SLAB_SLICES = 8
"""Native slices that are interpolated at once: at 512 x 512 one class of a slab takes 8 MB."""

Kind = Literal["labels", "probabilities"]
"""What is brought back: a label map (z, y, x), or one map per class (K, z, y, x) with background first."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """The inverse of framing as a value that JSON can keep.

    Parameters
    ----------
    grid, native
        The frame's grid, and the one that the images came on.
    pet
        How the PET's values become SUV again; None without a PET, or where its intensity chain cannot be undone.
    """

    grid: Grid
    native: Grid
    pet: SuvScale | None = None

    def restore(self, values: NDArray[Any], kind: Kind = "labels") -> Volume:
        """Return a label map (uint8) on `native`, equal to it in size, spacing, origin and direction bit by bit.

        Parameters
        ----------
        values
            With `kind="labels"` a label map (z, y, x) on `grid`: memberships are interpolated, the greatest wins (see
            `resample_labels`). With `"probabilities"` one map per class (K, z, y, x), background first,
            values in 0-1: the classes are interpolated linearly, slab by slab, and the greatest wins, ties to the
            earlier class; no class ever exists as a whole at full resolution.

        Raises
        ------
        GeometryError
            If the shape of `values` is not that of the frame.
        """
        self._check(values, kind)
        if kind == "labels":
            return Volume(resample_labels(Volume(values, self.grid), self.native).array, self.native)
        labels = np.zeros(self.native.shape, np.uint8)
        whole = block_meeting(self.native, self.grid, margin=1)
        if whole is not None:
            (x, y, first), (nx, ny, count) = whole.start, whole.size
            for z in range(first, first + count, SLAB_SLICES):
                slab = Block((x, y, z), (nx, ny, min(SLAB_SLICES, first + count - z)))
                labels[slab.slices] = self._most_probable(values, slab.grid_in(self.native))
        return Volume(labels, self.native)

    def foreground(self, values: NDArray[Any], block: Block) -> NDArray[np.float32]:
        """Return class probabilities (classes, z, y, x) interpolated linearly within a block of `native`.

        `values` (classes, z, y, x) lie on `grid`, background left out: outside the frame all are 0.
        """
        self._check(values, "probabilities")
        slab = block.grid_in(self.native)
        return np.stack([resample(Volume(each, self.grid), slab, outside=0.0).array for each in values])

    def _most_probable(self, values: NDArray[Any], slab: Grid) -> NDArray[np.uint8]:
        greatest = resample(Volume(values[0], self.grid), slab, outside=1.0).array
        chosen = np.zeros(slab.shape, np.uint8)
        for label in range(1, len(values)):
            probability = resample(Volume(values[label], self.grid), slab, outside=0.0).array
            better = probability > greatest
            chosen[better] = label
            greatest[better] = probability[better]
        return chosen

    def _check(self, values: NDArray[Any], kind: Kind) -> None:
        dimensions = 3 if kind == "labels" else 4
        if values.ndim != dimensions or values.shape[-3:] != self.grid.shape:
            expected = str(self.grid.shape) if kind == "labels" else f"(classes, *{self.grid.shape})"
            raise GeometryError.of(
                f"{kind} of shape {values.shape}", expected, "Give values on the frame's own grid, axes (z, y, x)."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return grids and scale as plain JSON types, every bit kept."""
        pet = None if self.pet is None else self.pet.to_dict()
        return {"grid": self.grid.to_dict(), "native": self.native.to_dict(), "pet": pet}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> WayBack:
        """Inverse of `to_dict`; a store of before the scale was kept has none."""
        pet = fields.get("pet")
        return cls(
            Grid.from_dict(fields["grid"]), Grid.from_dict(fields["native"]), None if pet is None else SuvScale(**pet)
        )
