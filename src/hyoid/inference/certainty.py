"""What the members of an ensemble said where a lesion was found, kept for the labelled voxels alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from hyoid.geometry import Grid
from hyoid.imaging import WayBack

MOST_BYTES = 2**30
"""What may be held of the members' probabilities, beside everything else. A lesion of 50 mL at 1 mm takes 2 MB of five
networks; only an untrained ensemble, or one on a whole body, reaches the limit."""


class Members(Protocol):
    """Members of an ensemble, whose probabilities can be asked at points of the patient."""

    @property
    def over(self) -> Literal["networks", "recipes"]:
        """What the members are."""

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return class probabilities (members, classes, n), background left out, at points (n, 3) in LPS mm.

        They are those of the frame's nearest voxel; NaN where nothing was kept.
        """


@dataclass(slots=True)
class Gathered:
    """Networks of one recipe: their probabilities at the voxels that their mean labels, filled slab by slab."""

    grid: Grid
    over: Literal["networks", "recipes"] = "networks"
    _voxels: list[NDArray[np.int64]] = field(default_factory=list)
    _values: list[NDArray[np.float32]] = field(default_factory=list)
    _bytes: int = 0

    def add(self, start: int, labelled: NDArray[np.bool_], members: torch.Tensor) -> None:
        """Keep members (N, classes, dz, y, x) where `labelled` (dz, y, x), of the slices from `start` on."""
        self._voxels.append(np.flatnonzero(labelled) + start * labelled[0].size)
        self._values.append(members[:, :, torch.from_numpy(labelled).to(members.device)].cpu().numpy())
        self._bytes += self._values[-1].nbytes + self._voxels[-1].nbytes

    @property
    def too_large(self) -> bool:
        """Whether more was added than `MOST_BYTES`."""
        return self._bytes > MOST_BYTES

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """See `Members.at`; NaN where the mean labels nothing."""
        if len(self._voxels) > 1:  # slabs come in order: joined they are sorted
            self._voxels, self._values = [np.concatenate(self._voxels)], [np.concatenate(self._values, axis=2)]
        voxels, values = self._voxels[0], self._values[0]
        wanted = _nearest(self.grid, points)
        place = np.searchsorted(voxels, wanted)
        known = (place < len(voxels)) & (wanted >= 0)
        known[known] = voxels[place[known]] == wanted[known]
        found = np.full((*values.shape[:2], len(points)), np.nan, np.float32)
        found[:, :, known] = values[:, :, place[known]]
        return found


@dataclass(frozen=True, slots=True)
class RecipeMaps:
    """Several recipes: each one's class probabilities (classes, z, y, x), background left out, on its own frame."""

    maps: Sequence[tuple[NDArray[np.float16], WayBack]]
    over: Literal["networks", "recipes"] = "recipes"

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """See `Members.at`; 0 outside a recipe's frame, which is background there."""
        found = np.zeros((len(self.maps), len(self.maps[0][0]), len(points)), np.float32)
        for place, (values, way_back) in zip(found, self.maps, strict=True):
            voxels = _nearest(way_back.grid, points)
            inside = voxels >= 0
            place[:, inside] = values.reshape(len(values), -1)[:, voxels[inside]]
        return found


def lesion_certainty(members: Members, label: int, points: NDArray[np.float64]) -> dict[str, float]:
    """Return what the members of an ensemble say of one lesion.

    Parameters
    ----------
    label
        The lesion's label, 1 to the number of classes.
    points
        Centres (n, 3) of its voxels, LPS mm. Those where nothing was kept, at the rim, are left out.

    Returns
    -------
    dict
        `mean_probability` of the label, over members and voxels; and of two members or more `probability_sd`, the
        standard deviation (n - 1) over the members of their own mean over the voxels, `found_by`, the share of members
        that by themselves give one voxel or more that label, and `half_found_by`, the share of those that give it to
        half of the voxels or more. Empty where nothing is known.
    """
    probabilities = members.at(points).astype(np.float64)
    probabilities = probabilities[:, :, ~np.isnan(probabilities[0, 0])]
    if not probabilities.size:
        return {}
    own = probabilities[:, label - 1].mean(axis=1)
    certainty = {"mean_probability": round(float(own.mean()), 3)}
    if len(own) > 1:
        background = 1.0 - probabilities.sum(axis=1, keepdims=True)
        chosen = np.concatenate([background, probabilities], axis=1).argmax(axis=1) == label
        share = chosen.mean(axis=1)
        certainty |= {
            "probability_sd": round(float(own.std(ddof=1)), 3),
            "found_by": round(float((share > 0).mean()), 3),
            "half_found_by": round(float((share >= 0.5).mean()), 3),
        }
    return certainty


def _nearest(grid: Grid, points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the flat index (z, y, x) of the voxel that each point lies in; -1 outside the grid."""
    index = np.floor(grid.to_index(points) + 0.5).astype(np.int64)
    inside = np.asarray(((index >= 0) & (index < np.asarray(grid.size))).all(axis=1))
    x, y, z = np.where(inside[:, None], index, 0).T
    return np.where(inside, np.ravel_multi_index((z, y, x), grid.shape), -1)
