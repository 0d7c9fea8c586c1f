"""A region of interest on any grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hyoid.dicom.structures.across import rasterise_across
from hyoid.dicom.structures.on_slices import SLICE_TOLERANCE, rasterise_slices
from hyoid.dicom.structures.polygons import Points
from hyoid.dicom.structures.stack import Gaps
from hyoid.dicom.structures.structure_set import AREA_TYPES, Roi
from hyoid.errors import DicomError
from hyoid.geometry import Grid, Volume

EDGE_TOLERANCE = 0.02
"""How far, in voxels, a contour along the grid's outer edge may stand over it by rounding and not be said to."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionMask:
    """A region's mask (bool) on a grid, and a sentence on all that was not plain."""

    mask: Volume
    notes: tuple[str, ...] = ()


def region_mask(
    roi: Roi,
    grid: Grid,
    *,
    gaps: Gaps = "interpolate",
    spacing_mm: float | None = None,
    other_gaps_mm: Sequence[float] = (),
) -> RegionMask:
    """Return the voxels of `grid` whose centre lies within a region's contours.

    In a contour's plane a point is inside by the even-odd rule over all contours of that plane, or on a contour
    (`polygons.fill`): an inner contour is a hole, a contour in it an island, and a keyhole's channel is nothing. Off
    the planes, the nearest one speaks for a point, up to half a slice away. Slice references are not needed: the
    contours' own coordinates count.

    Parameters
    ----------
    roi
        The region; its coordinates are the grid's world.
    grid
        Any grid, oblique to the contours or of other spacing.
    gaps
        Slices without a contour between two whose shapes lie over one another, up to `stack.MOST_MISSING`: interpolated
        between both by their signed distances, left empty, or refused. Contours that state their own slab thickness
        leave no gap to fill: what is between slabs is empty.
    spacing_mm
        Distance of the slices that the contours were drawn on. By default the slab thickness that they state, else the
        grid's, if all contours lie on slices of it and two of them on neighbouring ones, else the most frequent
        distance of planes.
    other_gaps_mm
        Distances of planes in other regions of the structure set (`plane_gaps`), which count in that too.

    Raises
    ------
    DicomError
        If the region has no contour that encloses an area, its contours are not planar or not parallel, lie wholly
        outside the grid, or the spacing cannot be known.
    """
    notes = [] if len(roi.areas) == len(roi.contours) else [_other_kinds(roi)]
    if not roi.areas:
        raise DicomError.of(
            f"no closed contour in '{roi.name}' (of {len(roi.contours)})",
            "a region with an area",
            "Map another name, or ignore this one: points and open curves are markers.",
        )
    if spacing_mm is None and roi.slab_mm is not None:
        spacing_mm, gaps = roi.slab_mm, "leave"
    indices = [grid.to_index(points) for points in roi.areas]
    parallel = all(np.ptp(index[:, 2]) <= 2 * SLICE_TOLERANCE for index in indices)
    if parallel:
        mask, said = rasterise_slices(roi, indices, grid, gaps, spacing_mm, other_gaps_mm)
    else:
        mask, said = rasterise_across(roi, grid, gaps, spacing_mm, other_gaps_mm)
    if not mask.any():
        said.append(_nothing(roi, indices, grid))
    elif (outside := _outside(indices, grid)) > 0:
        said.append(f"{roi.name}: {outside} of {len(indices)} contours reach beyond the grid; what is there is lost.")
    return RegionMask(Volume(mask, grid), tuple(notes + said))


def _outside(indices: Sequence[Points], grid: Grid) -> int:
    """Return how many contours have a point outside the grid's outer edges, or lie beside its slices."""
    lower, upper = -0.5 - EDGE_TOLERANCE, np.asarray(grid.size) - 0.5 + EDGE_TOLERANCE
    return sum(bool(((index < lower) | (index > upper)).any()) for index in indices)


def _nothing(roi: Roi, indices: Sequence[Points], grid: Grid) -> str:
    """Refuse a region beside the grid, and say of one within it why no voxel is left."""
    every = np.concatenate(indices)
    if ((every.max(axis=0) < -0.5) | (every.min(axis=0) > np.asarray(grid.size) - 0.5)).any():
        raise DicomError.of(
            f"'{roi.name}' at {np.round(np.concatenate(roi.areas).mean(axis=0), 1).tolist()} mm (LPS)",
            f"contours within the grid of {grid}",
            "Structure set and images are of different examinations, or one of them was moved.",
        )
    return f"{roi.name}: no voxel's centre lies in its contours on this grid; it is smaller than a voxel."


def _other_kinds(roi: Roi) -> str:
    kinds = sorted({contour.kind or "no type" for contour in roi.contours} - set(AREA_TYPES))
    return (
        f"{roi.name}: {len(roi.contours) - len(roi.areas)} of {len(roi.contours)} contours enclose no area "
        f"({', '.join(kinds)}) and were left out."
    )
