"""A region of interest on any grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.structures.polygons import Points, contains, fill, signed_distance
from hyoid.dicom.structures.stack import PLANE_TOLERANCE_MM, WIDEST_SPACING_MM, Gaps, Stack, slice_spacing, stack_of
from hyoid.dicom.structures.structure_set import Roi
from hyoid.errors import DicomError
from hyoid.geometry import Grid, Volume

SLICE_TOLERANCE = 0.1
"""How far, in slices, a contour may lie from a slice of the grid, and its points from one plane, to be on that slice.
Contour data are rounded to 0.01 mm or so; slice positions of CT and PET of one session differ by as much."""

PLANAR_MM = 0.2
"""How far a point may lie off the plane of its region's contours, mm."""


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
    (`polygons.fill`): an inner contour is a hole, a contour in it an island, and a keyhole's channel is nothing. Off the
    planes, the nearest one speaks for a point, up to half a slice away. Slice references are not needed: the contours'
    own coordinates count.

    Parameters
    ----------
    roi
        The region; its coordinates are the grid's world.
    grid
        Any grid, oblique to the contours or of other spacing.
    gaps
        Slices without a contour between two whose shapes lie over one another, up to `stack.MOST_MISSING`: interpolated
        between both by their signed distances, left empty, or refused.
    spacing_mm
        Distance of the slices that the contours were drawn on. By default the grid's, if all contours lie on slices of
        it and two of them on neighbouring ones, else the most frequent distance of planes.
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
    indices = [grid.to_index(points) for points in roi.areas]
    parallel = all(np.ptp(index[:, 2]) <= 2 * SLICE_TOLERANCE for index in indices)
    if parallel:
        mask, said = _on_slices(roi, indices, grid, gaps, spacing_mm, other_gaps_mm)
    else:
        mask, said = _across(roi, grid, gaps, spacing_mm, other_gaps_mm)
    if not mask.any():
        said.append(_nothing(roi, indices, grid))
    elif (outside := _outside(indices, grid)) > 0:
        said.append(f"{roi.name}: {outside} of {len(indices)} contours reach beyond the grid; what is there is lost.")
    return RegionMask(Volume(mask, grid), tuple(notes + said))


def plane_gaps(rois: Iterable[Roi]) -> list[float]:
    """Return the distances of neighbouring planes in the contours of each of several regions, mm.

    They tell the spacing of the slices that a structure set was drawn on where one region alone does not. Regions that
    cannot be read as parallel planes are passed over: this is a look around, and what is asked for is checked later.
    """
    found: list[float] = []
    for roi in rois:
        try:
            offsets = np.sort([offset for offset, _ in _projected(roi.areas, roi.name)[0]]) if roi.areas else []
        except DicomError:
            continue
        found += _gaps(offsets)
    return found


def plane_axes(roi: Roi) -> NDArray[np.float64]:
    """Return three axes (rows, LPS) of a region's contours: two in their planes, and their normal.

    Raises
    ------
    DicomError
        If the contours are not planar or not parallel.
    """
    return _projected(roi.areas, roi.name)[1]


def _gaps(offsets: Iterable[float]) -> list[float]:
    return [float(gap) for gap in np.diff(np.sort(list(offsets))) if gap > PLANE_TOLERANCE_MM]


def _on_slices(
    roi: Roi,
    indices: Sequence[Points],
    grid: Grid,
    gaps: Gaps,
    spacing_mm: float | None,
    other_gaps_mm: Sequence[float],
) -> tuple[NDArray[np.bool_], list[str]]:
    """Rasterise contours that are parallel to the grid's slices, row by row."""
    levels = np.array([float(index[:, 2].mean()) for index in indices])
    aligned = bool((np.abs(levels - np.rint(levels)) <= SLICE_TOLERANCE).all())
    levels = np.rint(levels) if aligned else levels
    offsets = [float(level * grid.spacing[2]) for level in levels]
    if spacing_mm is None:
        spacing_mm = _drawn_spacing(roi, _gaps(offsets), other_gaps_mm, grid.spacing[2] if aligned else None)
    flat = [index[:, :2] * grid.spacing[:2] for index in indices]
    stack, notes = stack_of(offsets, flat, spacing_mm, gaps, roi.name)
    mask = np.zeros(grid.shape, bool)
    at = np.arange(grid.size[2]) * grid.spacing[2]
    for k, plane in enumerate(stack.plane_at(at)):
        bridge = stack.bridge_at(at[k]) if plane < 0 else None
        if plane >= 0:
            _fill_block(mask[k], stack.polygons[plane], grid)
        elif bridge is not None:
            _fill_bridge(mask[k], stack, bridge, grid)
    return mask, notes


def _drawn_spacing(roi: Roi, gaps_mm: Sequence[float], other_gaps_mm: Sequence[float], grid_mm: float | None) -> float:
    """Return the distance of the slices that the region was drawn on; `grid_mm` is the grid's, if it lies on its slices.

    On a grid of finer slices the contours of a coarser image may all lie on slices too. What tells is that no two are
    neighbours; but contours too far apart to be neighbours of any image are on this one.
    """
    known = [*gaps_mm, *other_gaps_mm]
    if grid_mm is not None and (not known or min(known) < 1.5 * grid_mm or min(known) > WIDEST_SPACING_MM):
        return grid_mm
    return slice_spacing(known, roi.name)


def _fill_block(section: NDArray[np.bool_], polygons: Sequence[Points], grid: Grid) -> None:
    """Fill polygons (mm from the grid's first pixel) in one slice, looking only at the block that they can touch."""
    block, start, shape = _block(section, polygons, grid)
    if shape[0] and shape[1]:
        moved = [polygon - start * grid.spacing[:2] for polygon in polygons]
        section[block] = fill(moved, (grid.spacing[0], grid.spacing[1]), shape)


def _fill_bridge(section: NDArray[np.bool_], stack: Stack, bridge: tuple[int, float], grid: Grid) -> None:
    index, share = bridge
    both = [*stack.polygons[index], *stack.polygons[index + 1]]
    block, start, (rows, columns) = _block(section, both, grid)
    x, y = np.meshgrid(np.arange(columns) + start[0], np.arange(rows) + start[1])
    points = np.stack([x.ravel(), y.ravel()], axis=1) * grid.spacing[:2]
    if len(points):
        section[block] = stack.between(index, share, points).reshape(rows, columns)


def _block(
    section: NDArray[np.bool_], polygons: Sequence[Points], grid: Grid
) -> tuple[tuple[slice, slice], NDArray[np.float64], tuple[int, int]]:
    """Return the block of a slice that polygons can touch: slices, its first pixel (x, y), and its rows and columns."""
    vertices = np.concatenate(polygons) / grid.spacing[:2]
    limit = np.array(section.shape[::-1])
    start = np.clip(np.floor(vertices.min(axis=0)) - 1, 0, limit).astype(int)
    end = np.clip(np.ceil(vertices.max(axis=0)) + 2, start, limit).astype(int)
    block = slice(start[1], end[1]), slice(start[0], end[0])
    return block, start.astype(np.float64), (int(end[1] - start[1]), int(end[0] - start[0]))


def _across(
    roi: Roi, grid: Grid, gaps: Gaps, spacing_mm: float | None, other_gaps_mm: Sequence[float]
) -> tuple[NDArray[np.bool_], list[str]]:
    """Ask of each voxel's centre whether it is inside: the grid's slices cut the contours' planes."""
    projected, axes = _projected(roi.areas, roi.name)
    offsets, flat = [offset for offset, _ in projected], [polygon for _, polygon in projected]
    if spacing_mm is None:
        spacing_mm = _drawn_spacing(roi, _gaps(offsets), other_gaps_mm, None)
    stack, notes = stack_of(offsets, flat, spacing_mm, gaps, roi.name)
    mask = np.zeros(grid.shape, bool)
    every = np.concatenate(roi.areas)
    reach = spacing_mm / 2 * np.abs(axes[2])
    box = np.array(np.meshgrid(*zip(every.min(axis=0) - reach, every.max(axis=0) + reach, strict=True))).reshape(3, -1)
    corners = grid.to_index(box.T)
    limit = np.array(grid.size)
    start = np.clip(np.floor(corners.min(axis=0)), 0, limit).astype(int)
    end = np.clip(np.ceil(corners.max(axis=0)) + 1, start, limit).astype(int)
    y, x = np.meshgrid(np.arange(start[1], end[1]), np.arange(start[0], end[0]), indexing="ij")
    for k in range(start[2], end[2]):
        world = grid.to_world(np.stack([x, y, np.full_like(x, k)], axis=-1).reshape(-1, 3)) @ axes.T
        section = _inside(stack, world[:, 2], world[:, :2])
        mask[k, start[1] : end[1], start[0] : end[0]] = section.reshape(x.shape)
    return mask, notes


def _inside(stack: Stack, offsets: NDArray[np.float64], points: Points) -> NDArray[np.bool_]:
    """Return which points (n, 2) at given offsets from the planes' origin are inside."""
    inside = np.zeros(len(points), bool)
    planes = stack.plane_at(offsets)
    for plane in np.unique(planes[planes >= 0]):
        own = np.flatnonzero(planes == plane)
        inside[own] = _within(points[own], stack.polygons[plane])
    for index in stack.bridged:
        low, high = stack.offsets_mm[index], stack.offsets_mm[index + 1]
        own = np.flatnonzero((planes < 0) & (offsets > low) & (offsets < high))
        if not len(own):
            continue
        share = (offsets[own] - low) / (high - low)
        below, above = (signed_distance(points[own], stack.polygons[index + step]) for step in (0, 1))
        inside[own] = (1 - share) * below + share * above >= 0
    return inside


def _within(points: Points, polygons: Sequence[Points]) -> NDArray[np.bool_]:
    """Return which points are inside, asking only about those in the polygons' box."""
    vertices = np.concatenate(polygons)
    near = ((points >= vertices.min(axis=0) - 1) & (points <= vertices.max(axis=0) + 1)).all(axis=1)
    inside = np.zeros(len(points), bool)
    if near.any():
        inside[near] = contains(points[near], polygons)
    return inside


def _projected(contours: Sequence[Points], name: str) -> tuple[list[tuple[float, Points]], NDArray[np.float64]]:
    """Return each contour as (offset along the normal, points (n, 2) in the plane), and the axes: two and the normal.

    The normal is that of all contours together, weighted by their areas.
    """
    centered = [points - points.mean(axis=0) for points in contours]
    vectors = [np.cross(points, np.roll(points, -1, axis=0)).sum(axis=0) / 2 for points in centered]
    moment = sum((np.outer(v, v) / max(float(np.linalg.norm(v)), 1e-12) for v in vectors), np.zeros((3, 3)))
    _, axes = np.linalg.eigh(moment)
    basis = axes.T
    normal = basis[2] * np.sign(basis[2][np.abs(basis[2]).argmax()])
    basis = np.stack([basis[0], np.cross(normal, basis[0]), normal])
    off = max(float(np.abs(points @ normal).max()) for points in centered)
    if not moment.any() or off > PLANAR_MM:
        raise DicomError.of(
            f"contours of '{name}' with points {off:.2f} mm off their common plane",
            f"planar contours in parallel planes, within {PLANAR_MM:g} mm",
            "Export the region as axial contours.",
        )
    turned = [points @ basis.T for points in contours]
    return [(float(points[:, 2].mean()), points[:, :2]) for points in turned], basis


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
    kinds = sorted({contour.kind or "no type" for contour in roi.contours} - {"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})
    return (
        f"{roi.name}: {len(roi.contours) - len(roi.areas)} of {len(roi.contours)} contours enclose no area "
        f"({', '.join(kinds)}) and were left out."
    )
