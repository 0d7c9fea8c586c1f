"""Segmentation by a threshold of SUV: the floor that a trained network has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy import ndimage

from hyoid.geometry import Volume
from hyoid.imaging.components import label_components
from hyoid.imaging.neck_uptake import NeckUptake, neck_uptake
from hyoid.settings import Settings

LESION_SEED_SUV = 2.0
"""Uptake above which a component is a lesion whose own maximum the fraction refers to: above muscle and blood pool."""

NEAR_MIDLINE_MM = 30.0
"""Farthest that the centroid of a primary tumour lies from the midline by the rules `*_near_midline`: the lateral wall
of the pharynx is 20-25 mm from it, the jugular nodes lie 30-45 mm from it."""

LATERAL_MM = 15.0
"""Nearest to the midline that the centroid of a node lies by the rule `lateral`."""

PRIMARY, NODE = 1, 2


class ThresholdKind(StrEnum):
    """What the threshold's value means: an SUV, or a part of the maximum of the neck or of each lesion."""

    FIXED = "fixed"
    FRACTION_OF_NECK = "fraction_of_neck"
    FRACTION_OF_LESION = "fraction_of_lesion"


class PrimaryRule(StrEnum):
    """Which component is the primary tumour; the rest are nodes.

    The rules `*_near_midline` choose among those within `NEAR_MIDLINE_MM`, and among all where there is none.
    """

    HOTTEST = "hottest"
    LARGEST = "largest"
    NEAREST_MIDLINE = "nearest_midline"
    HOTTEST_NEAR_MIDLINE = "hottest_near_midline"
    LARGEST_NEAR_MIDLINE = "largest_near_midline"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Components above a threshold, with what the rules look at.

    `components` (z, y, x) numbers them on the neck's block, 0 elsewhere; the rest has one entry a component:
    volume, greatest uptake, and distance of the centroid from the midline.
    """

    components: NDArray[np.int32]
    volume_ml: NDArray[np.float64]
    suv_max: NDArray[np.float64]
    offset_mm: NDArray[np.float64]


class SuvThreshold(Settings):
    """Every component of the neck above a threshold is tumour; a rule tells the primary from the nodes.

    Competent by its preparation (`neck_uptake`): brain, air, bone and all that is not neck are removed first, and
    components below `minimum_ml` dropped. `value` is an SUV (g/mL) where `kind` is `fixed`, else a part of 1.
    """

    name: Literal["suv_threshold"] = "suv_threshold"
    kind: ThresholdKind = ThresholdKind.FIXED
    value: float = Field(2.5, gt=0)
    primary: PrimaryRule = PrimaryRule.LARGEST_NEAR_MIDLINE
    nodes: Literal["all", "lateral"] = "all"
    minimum_ml: float = Field(0.5, ge=0)

    @model_validator(mode="after")
    def _fraction_below_one(self) -> Self:
        if self.kind is not ThresholdKind.FIXED and self.value >= 1:
            raise ValueError(f"a fraction of the maximum lies below 1, not at {self.value:g}")
        return self

    def apply(self, ct: Volume, pet: Volume) -> tuple[Volume, tuple[str, ...]]:
        """Segment a study: return the label map (0, 1 GTVp, 2 GTVn) on the CT's grid, and notes on fallbacks.

        Parameters
        ----------
        ct, pet
            HU and SUVbw, each on its own grid.
        """
        uptake = neck_uptake(ct, pet)
        return uptake.restore(self.segment(uptake)), uptake.notes

    def segment(self, uptake: NeckUptake) -> NDArray[np.uint8]:
        """Return the label map on the block of a prepared case."""
        return self.assign(self.find(uptake))

    @property
    def finding(self) -> tuple[ThresholdKind, float, float]:
        """What decides `find`: settings that agree in it share their candidates and differ in the rules only."""
        return self.kind, self.value, self.minimum_ml

    def find(self, uptake: NeckUptake) -> Candidates:
        """Return the components above the threshold, of `minimum_ml` or more."""
        suv, grid = uptake.suv.array, uptake.suv.grid
        components, count = label_components(self._above(uptake), connectivity=6)
        volume_ml = np.bincount(components.ravel(), minlength=count + 1)[1:] * grid.voxel_volume_mm3 / 1000
        keep = volume_ml >= self.minimum_ml
        renumbered = np.zeros(count + 1, np.int32)
        renumbered[1:][keep] = np.arange(1, int(keep.sum()) + 1)
        components = renumbered[components]
        index = np.arange(1, int(keep.sum()) + 1)
        where = np.nonzero(components)
        own = components[where]
        centroids = np.column_stack(
            [ndimage.mean(axis_index, own, index) if len(index) else np.zeros(0) for axis_index in reversed(where)]
        )
        offset_mm = np.abs(grid.to_world(centroids)[:, 0] - uptake.midline_x_mm)
        suv_max = _maximum_by(suv[where], own, len(index))
        return Candidates(components, volume_ml[keep], suv_max, offset_mm)

    def assign(self, found: Candidates) -> NDArray[np.uint8]:
        """Return the label map that the rules for primary and nodes make of the candidates."""
        labels: NDArray[np.uint8] = self._roles(found)[found.components]
        return labels

    def _above(self, uptake: NeckUptake) -> NDArray[np.bool_]:
        suv, allowed = uptake.suv.array, uptake.allowed
        if not allowed.any():
            return allowed
        above: NDArray[np.bool_]
        if self.kind is ThresholdKind.FIXED:
            above = allowed & (suv >= self.value)
        elif self.kind is ThresholdKind.FRACTION_OF_NECK:
            above = allowed & (suv >= self.value * suv[allowed].max())
        else:
            seeds, count = label_components(allowed & (suv >= LESION_SEED_SUV), connectivity=6)
            where = np.nonzero(seeds)
            highest = np.r_[np.inf, _maximum_by(suv[where], seeds[where], count)]
            above = suv >= self.value * highest[seeds]
        return above

    def _roles(self, found: Candidates) -> NDArray[np.uint8]:
        """Return the label of each component, by number, 0 for the background."""
        roles = np.zeros(len(found.volume_ml) + 1, np.uint8)
        if len(roles) == 1:
            return roles
        score = {
            PrimaryRule.HOTTEST: found.suv_max,
            PrimaryRule.HOTTEST_NEAR_MIDLINE: found.suv_max,
            PrimaryRule.LARGEST: found.volume_ml,
            PrimaryRule.LARGEST_NEAR_MIDLINE: found.volume_ml,
            PrimaryRule.NEAREST_MIDLINE: -found.offset_mm,
        }[self.primary]
        near = found.offset_mm <= NEAR_MIDLINE_MM
        if self.primary.endswith("near_midline") and near.any():
            score = np.where(near, score, -np.inf)
        lateral = found.offset_mm >= LATERAL_MM
        roles[1:] = np.where(lateral | (self.nodes == "all"), NODE, 0)
        roles[1 + int(np.argmax(score))] = PRIMARY
        return roles


def _maximum_by(values: NDArray[np.float32], number: NDArray[np.int32], count: int) -> NDArray[np.float64]:
    """Return the greatest value of each number 1 to `count`."""
    greatest = np.full(count + 1, -np.inf)
    np.maximum.at(greatest, number, values)
    return greatest[1:]
