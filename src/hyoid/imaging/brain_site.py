"""What makes a blob in a scan a brain: its size, its shape, and where in the body it sits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.geometry import Box, Grid, Triple
from hyoid.imaging.components import content_block

VOLUME_ML = (500.0, 2300.0)
"""Volume of a brain wholly in view: adults have 1000-1600 mL; the rest is for children, thresholds and blur."""

CUT_VOLUME_ML = 150.0
"""Least volume where the field of view ends within the brain: about its lowest 4 cm. Less is not told from tumour."""

EXTENT_MM = (70.0, 215.0)
"""Edge lengths of the brain's bounding box in x and y: adults have 130-150 by 160-185 mm, 100 mm near the base."""

HEIGHT_MM = 190.0
"""Greatest edge length in z: adults have 120-150 mm; with neck or trunk attached a blob is longer."""

LEAST_FILL = 0.4
"""Least part of the body's cross-section that the blob fills: a brain fills 0.6-0.9 of a head, also beside raised
arms 0.45; a bladder fills 0.1-0.25 of a pelvis, a heart 0.15-0.25 of a chest."""

MOST_BODY_CM2 = 520.0
"""Greatest cross-section of the body there: heads have 250-330 cm2, with two arms beside 450; trunks 500-1100."""

MOST_OFFSET_MM = 35.0
"""Greatest distance in x, y of the blob's centroid from the body's: a liver lies 50 mm and more off the middle."""

CUT_AREA_CM2 = 40.0
"""Least cross-section at the field's end of a brain that is cut: 7 mm below its vault a whole brain has as much."""

LEAST_COMPACT = 0.35
"""Least part of its bounding box that the blob fills: an ellipsoid fills 0.52, a brain 0.45-0.6."""

BEYOND_MM = (30.0, 70.0)
"""Where to look for body beyond the end of the brain: past scalp and blur, before any hand above the head."""

COLUMN_MM = 35.0
"""Half width of the column above the brain's middle in which to look: raised arms pass beside it."""

MOST_BEYOND = 0.25
"""Greatest part of that column that may be body: more means that the body goes on there."""

AXIS_DEPTH_MM = 180.0
"""From the brain's centre down to the lower neck."""

AXIS_WINDOW_MM = 90.0
"""Half width of the window that follows the neck: wider than a neck, so that shoulders come in evenly."""

AXIS_SHIFT_MM = 40.0
"""Farthest that the neck's middle is believed to lie from the brain's."""


@dataclass(frozen=True, slots=True)
class Site:
    """A brain on a coarse axis-aligned grid.

    Parameters
    ----------
    blob, body
        Voxels (z, y, x) of the brain and of the patient.
    grid
        Their grid, whose box is the field of view.
    cranial
        +1 or -1: in which direction of the world's z the body ends beyond the brain.
    cut
        Whether the field of view ends within the brain.
    score
        For choosing among blobs, greater is better.
    """

    blob: NDArray[np.bool_]
    body: NDArray[np.bool_]
    grid: Grid
    cranial: Literal[1, -1]
    cut: bool
    score: float

    @property
    def box(self) -> Box:
        """Bounding box of the brain, LPS mm."""
        z, y, x = content_block(self.blob)
        block = self.grid.cropped((x.start, y.start, z.start), (x.stop - x.start, y.stop - y.start, z.stop - z.start))
        return Box.of_grid(block)

    @property
    def centre_mm(self) -> Triple:
        """Centroid of the brain, LPS mm."""
        z, y, x = _centroid(self.blob)
        cx, cy, cz = (float(v) for v in self.grid.to_world((x, y, z)))
        return cx, cy, cz


def assess(blob: NDArray[np.bool_], body: NDArray[np.bool_], grid: Grid) -> Site | None:
    """Return the blob as a `Site` where it passes as a brain, else None. `grid` is axis-aligned with +z upwards."""
    slices = content_block(blob)
    extent = [(at.stop - at.start) * spacing for at, spacing in zip(slices, reversed(grid.spacing), strict=True)]
    volume_ml = float(np.count_nonzero(blob)) * grid.voxel_volume_mm3 / 1000.0
    compact = volume_ml * 1000.0 / float(np.prod(extent))
    if volume_ml > VOLUME_ML[1] or extent[0] > HEIGHT_MM or compact < LEAST_COMPACT:
        return None
    if not all(EXTENT_MM[0] <= side <= EXTENT_MM[1] for side in extent[1:]):
        return None
    for sign in (1, -1):
        cut = _is_cut(blob, grid, sign)
        if volume_ml < (CUT_VOLUME_ML if cut else VOLUME_ML[0]) or not _ends(blob, body, grid, sign):
            continue
        fill = _fill(blob, body, grid)
        if fill is not None:
            return Site(blob, body, grid, 1 if sign > 0 else -1, cut, fill * min(compact, 0.52))
    return None


def _centroid(mask: NDArray[np.bool_]) -> tuple[float, ...]:
    """Return the centroid's index; from its voxels alone, which are few in a whole-body grid."""
    slices = content_block(mask)
    return tuple(at.start + float(np.mean(index)) for at, index in zip(slices, np.nonzero(mask[slices]), strict=True))


def _is_cut(blob: NDArray[np.bool_], grid: Grid, sign: int) -> bool:
    """Whether the blob reaches the field's end in direction `sign` of z with a wide cross-section."""
    ends = blob[-2:] if sign > 0 else blob[:2]
    area_cm2 = np.count_nonzero(ends, axis=(1, 2)) * grid.spacing[0] * grid.spacing[1] / 100.0
    return bool(area_cm2.max() >= CUT_AREA_CM2)


def _ends(blob: NDArray[np.bool_], body: NDArray[np.bool_], grid: Grid, sign: int) -> bool:
    """Whether the body ends beyond the blob in the direction `sign` of z, or the field of view does."""
    z_any = np.flatnonzero(blob.any(axis=(1, 2)))
    _, y, x = (round(v) for v in _centroid(blob))
    near, far = (round(mm / grid.spacing[2]) for mm in BEYOND_MM)
    half = round(COLUMN_MM / grid.spacing[0])
    planes = slice(z_any[-1] + near, z_any[-1] + far) if sign > 0 else slice(z_any[0] - far, z_any[0] - near)
    planes = slice(max(0, planes.start), max(0, planes.stop))
    column = body[planes, max(0, y - half) : y + half + 1, max(0, x - half) : x + half + 1]
    return column.size == 0 or float(column.mean()) <= MOST_BEYOND


def _fill(blob: NDArray[np.bool_], body: NDArray[np.bool_], grid: Grid) -> float | None:
    """Return the part of the body's cross-section that the blob fills; None where that is no head."""
    planes = np.flatnonzero(blob.any(axis=(1, 2)))
    planes = planes[len(planes) // 4 : len(planes) - len(planes) // 4]
    fills, areas, offsets = [], [], []
    for z in planes:
        components, _ = ndimage.label(body[z] | blob[z])
        own = np.bincount(components[blob[z]])
        outline = components == own.argmax()
        fills.append(np.count_nonzero(blob[z]) / np.count_nonzero(outline))
        areas.append(np.count_nonzero(outline) * grid.spacing[0] * grid.spacing[1] / 100.0)
        shift = np.subtract(_centroid(blob[z]), _centroid(outline))
        offsets.append(float(np.hypot(*shift)) * grid.spacing[0])
    fill, area, offset = (float(np.median(values)) for values in (fills, areas, offsets))
    return fill if fill >= LEAST_FILL and area <= MOST_BODY_CM2 and offset <= MOST_OFFSET_MM else None


def midline(site: Site) -> tuple[float, float]:
    """Return the mid position (x, y) in LPS mm of head and neck, following the body down from the brain.

    The brain alone would do for a straight neck; a head tilted by 15 degrees leaves the lower neck 45 mm beside it.
    """
    start = np.asarray(site.centre_mm)
    spacing = site.grid.spacing[0]
    half = round(AXIS_WINDOW_MM / spacing)
    x, y, z = site.grid.to_index(start)
    centres = [np.array([x, y])]
    for step in range(1, round(AXIS_DEPTH_MM / site.grid.spacing[2])):
        plane = round(z) - site.cranial * step
        if not 0 <= plane < site.grid.size[2]:
            break
        left, low = (max(0, round(v) - half) for v in centres[-1])
        window = site.body[plane, low : round(centres[-1][1]) + half + 1, left : round(centres[-1][0]) + half + 1]
        if not window.any():
            break
        yy, xx = _centroid(window)
        centres.append(0.7 * centres[-1] + 0.3 * np.array([left + xx, low + yy]))
    track = np.array(centres)
    middle = site.grid.to_world([*(track.min(axis=0) + track.max(axis=0)) / 2, z])[:2]
    shift = np.clip(middle - start[:2], -AXIS_SHIFT_MM, AXIS_SHIFT_MM)
    cx, cy = (float(v) for v in start[:2] + shift)
    return cx, cy
