"""The lesions of a label map, and their short axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull

from hyoid.cohort.case import GTVN, GTVP
from hyoid.geometry import Grid, Volume
from hyoid.imaging.components import label_components

NAMES = {GTVP: "GTVp", GTVN: "GTVn"}


@dataclass(frozen=True, slots=True)
class Lesion:
    """One 26-connected component of one label.

    Parameters
    ----------
    label
        `GTVP` or `GTVN`.
    number
        1, 2, ... within its label, in the array's order.
    voxels
        Indices (n, 3) of its voxels as (z, y, x).
    grid
        The mask's grid.
    """

    label: int
    number: int
    voxels: NDArray[np.intp]
    grid: Grid

    @property
    def name(self) -> str:
        """What a person calls it: `GTVn 2`."""
        return f"{NAMES[self.label]} {self.number}"

    @property
    def volume_ml(self) -> float:
        """Volume in mL."""
        return len(self.voxels) * self.grid.voxel_volume_mm3 / 1000.0

    @property
    def points_mm(self) -> NDArray[np.float64]:
        """World positions (n, 3) of its voxels' centres, LPS mm (x, y, z)."""
        return self.grid.to_world(self.voxels[:, ::-1])

    def short_axis_mm(self, axis: int) -> float:
        """Largest, over slices across array axis `axis`, of the lesion's least width in the slice, mm.

        The least width is the smallest distance between two parallel lines that hold the slice's voxels, edges
        included: the short axis of RECIST 1.1 for an oval node.
        """
        in_plane = [a for a in range(3) if a != axis]
        spacing = np.asarray(self.grid.spacing[::-1])[in_plane]
        widest = 0.0
        for index in np.unique(self.voxels[:, axis]):
            plane = self.voxels[self.voxels[:, axis] == index][:, in_plane].astype(np.float64)
            corners = np.concatenate([plane + offset for offset in _CORNERS]) * spacing
            widest = max(widest, _least_width(corners))
        return widest


_CORNERS = np.array([(-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)])


def find_lesions(mask: Volume) -> tuple[Lesion, ...]:
    """Return the lesions of a label map, GTVp first."""
    found: list[Lesion] = []
    for label in (GTVP, GTVN):
        chosen: NDArray[np.bool_] = np.equal(mask.array, label)
        block = _bounding(chosen)
        if block is None:
            continue
        components, count = label_components(chosen[block])
        start = np.array([s.start for s in block])
        for number, slices in enumerate(ndimage.find_objects(components, count), start=1):
            if slices is not None:
                inner = np.argwhere(components[slices] == number) + [s.start for s in slices]
                found.append(Lesion(label, number, inner + start, mask.grid))
    return tuple(found)


def _bounding(chosen: NDArray[np.bool_]) -> tuple[slice, slice, slice] | None:
    along_z: NDArray[np.intp] = np.flatnonzero(chosen.any(axis=(1, 2)))
    if not along_z.size:
        return None
    plane = np.asarray(chosen.any(axis=0))
    along_y, along_x = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    z, y, x = (slice(int(a[0]), int(a[-1]) + 1) for a in (along_z, along_y, along_x))
    return z, y, x


def _least_width(points: NDArray[np.float64]) -> float:
    """Least width (2D) of a point set: it is reached across an edge of the convex hull."""
    hull = points[ConvexHull(points).vertices]
    edges = np.roll(hull, -1, axis=0) - hull
    normals = np.stack([-edges[:, 1], edges[:, 0]], axis=1) / np.linalg.norm(edges, axis=1, keepdims=True)
    heights = hull @ normals.T
    return float(np.ptp(heights, axis=0).min())
