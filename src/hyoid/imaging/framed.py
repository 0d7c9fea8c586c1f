"""A case on its frame's grid, with the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.way_back import Kind, WayBack


@dataclass(frozen=True, slots=True, eq=False)
class Framed:
    """What a network sees of a case.

    Parameters
    ----------
    images
        Channels (C, z, y, x) on the frame's grid after their intensity chains, float32.
    channels
        Names of the channels, in order.
    present
        Per channel whether the case has that image; an absent one holds what its chain makes of its outside value.
    mask
        Label map (z, y, x) on the frame's grid, uint8, where one was given.
    body
        Voxels (z, y, x) of the patient; windows without any need no inference.
    way_back
        The frame's grid and the native one, and how the PET becomes SUV again.
    notes
        Sentences on whatever was not as expected.
    """

    images: NDArray[np.float32]
    channels: tuple[str, ...]
    present: tuple[bool, ...]
    mask: NDArray[np.uint8] | None
    body: NDArray[np.bool_]
    way_back: WayBack
    notes: tuple[str, ...] = ()

    @property
    def grid(self) -> Grid:
        """The frame's grid."""
        return self.way_back.grid

    @property
    def native(self) -> Grid:
        """The grid that results are given on: the CT's own, or the PET's where there is no CT."""
        return self.way_back.native

    def restore(self, values: NDArray[Any], kind: Kind = "labels") -> Volume:
        """Return a label map on `native` from labels or class probabilities on `grid`; see `WayBack.restore`."""
        return self.way_back.restore(values, kind)

    def suv(self, told_apart_at: float | None = None) -> NDArray[np.float32] | None:
        """Return the PET (z, y, x) in SUV on the frame's grid, its intensity chain undone; None without a PET.

        Raises
        ------
        ImageError
            If the chain cannot be undone, or cut the PET off at `told_apart_at`.
        """
        if "pet" not in self.channels or not self.present[self.channels.index("pet")]:
            return None
        scale = self.way_back.pet
        if scale is None:
            raise ImageError.of(
                "a PET whose intensity chain cannot be turned back into SUV",
                "what preprocessing keeps of it, and a chain of linear steps",
                "If the case comes from a store of an earlier version, make the store again.",
            )
        if told_apart_at is not None:
            scale.check_tells(told_apart_at)
        return scale.to_suv(self.images[self.channels.index("pet")])

    def geometry(self) -> dict[str, Any]:
        """Return the way back as JSON types; `WayBack.from_dict` rebuilds it."""
        return self.way_back.to_dict()
