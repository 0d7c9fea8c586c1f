"""A case on its frame's grid, with the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        The frame's grid and the native one.
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

    def geometry(self) -> dict[str, Any]:
        """Return the way back as JSON types; `WayBack.from_dict` rebuilds it."""
        return self.way_back.to_dict()
