"""The planes of a region's contours: their normal, and the distance of the slices that they were drawn on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.structures.polygons import Points
from hyoid.dicom.structures.stack import PLANE_TOLERANCE_MM, WIDEST_SPACING_MM, slice_spacing
from hyoid.dicom.structures.structure_set import Roi
from hyoid.errors import DicomError

PLANAR_MM = 0.2
"""How far a point may lie off the plane of its region's contours, mm."""


def plane_gaps(rois: Iterable[Roi]) -> list[float]:
    """Return the distances of neighbouring planes in the contours of each of several regions, mm.

    They tell the spacing of the slices that a structure set was drawn on where one region alone does not. Regions that
    cannot be read as parallel planes are passed over: this is a look around, and what is asked for is checked later.
    """
    found: list[float] = []
    for roi in rois:
        try:
            offsets = [offset for offset, _ in projected(roi.areas, roi.name)[0]] if roi.areas else []
        except DicomError:
            continue
        found += gaps_between(offsets)
    return found


def plane_axes(roi: Roi) -> NDArray[np.float64]:
    """Return three axes (rows, LPS) of a region's contours: two in their planes, and their normal.

    Raises
    ------
    DicomError
        If the contours are not planar or not parallel.
    """
    return projected(roi.areas, roi.name)[1]


def gaps_between(offsets: Iterable[float]) -> list[float]:
    """Return the distances of neighbouring planes, mm, those of one plane left out."""
    return [float(gap) for gap in np.diff(np.sort(list(offsets))) if gap > PLANE_TOLERANCE_MM]


def drawn_spacing(roi: Roi, gaps_mm: Sequence[float], other_gaps_mm: Sequence[float], grid_mm: float | None) -> float:
    """Return the distance of the slices that the region was drawn on; `grid_mm` is the grid's, if it is on its slices.

    On a grid of finer slices the contours of a coarser image may all lie on slices too. What tells is that no two are
    neighbours; but contours too far apart to be neighbours of any image are on this one.
    """
    known = [*gaps_mm, *other_gaps_mm]
    if grid_mm is not None and (not known or min(known) < 1.5 * grid_mm or min(known) > WIDEST_SPACING_MM):
        return grid_mm
    return slice_spacing(known, roi.name)


def projected(contours: Sequence[Points], name: str) -> tuple[list[tuple[float, Points]], NDArray[np.float64]]:
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
