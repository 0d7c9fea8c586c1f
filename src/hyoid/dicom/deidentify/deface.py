"""Defacing: everything in front of a plane through the front of the brain is cut off, but for what is labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Triple, Volume
from hyoid.imaging import OUTSIDE, Head, find_head

CHIN_BELOW_BRAIN_MM = 110.0
"""From the brain's lower end (the level of the foramen magnum) down to below the chin, in a large adult."""

CHEEK_BESIDE_BRAIN_MM = 25.0
"""From the brain's side to beyond the cheek: what lies further out is an arm or the couch."""

TISSUE_HU = -500.0
"""Half way between air and tissue: where the eye sees a skin."""

MARGIN_MM = 10.0
"""How far around labelled voxels nothing is changed."""


@dataclass(frozen=True, slots=True)
class Face:
    """The part of space that is cut off, in LPS mm: in front of a coronal plane, from the vertex to the chin.

    Parameters
    ----------
    plane_y_mm
        World y of the plane; what lies at smaller y (further to the front) is the face.
    lower_z_mm
        World z of the lower end. There is no upper end: above the plane's forehead is air.
    left_right_mm
        World x between which the face lies.
    """

    plane_y_mm: float
    lower_z_mm: float
    left_right_mm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cut:
    """What was changed in one image.

    Parameters
    ----------
    voxels, volume_mm3
        Voxels that were set to what lies outside of a patient (-1024 HU, SUV 0) and were not that before. In a CT these
        are tissue and the noise of the air before it.
    body_voxels
        Those of them that were tissue: above `TISSUE_HU` in a CT. None in a PET, where air too has some uptake.
    protected_voxels
        Voxels of the face that were left because a label lies on or near them: there the face is still to be seen.
    """

    voxels: int
    volume_mm3: float
    body_voxels: int | None
    protected_voxels: int

    @property
    def limited_by_labels(self) -> bool:
        """Whether labels kept any of the face."""
        return self.protected_voxels > 0


@dataclass(frozen=True, slots=True)
class Defaced:
    """The images without the face, each on its own grid, and what was done.

    `empty_labels` are the places, from 0, of label maps in which no voxel is labelled: they protect nothing.
    """

    ct: Volume | None
    pet: Volume | None
    face: Face
    cuts: dict[str, Cut]
    empty_labels: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return what was done, without the images."""
        cuts = {name: asdict(cut) | {"limited_by_labels": cut.limited_by_labels} for name, cut in self.cuts.items()}
        return {"face": asdict(self.face), "images": cuts, "empty_labels": list(self.empty_labels)}


def deface(
    ct: Volume | None, pet: Volume | None, labels: Sequence[Volume] = (), *, margin_mm: float = MARGIN_MM
) -> Defaced:
    """Cut the face off a CT (HU), a PET, or both.

    The plane is coronal and touches the front of the brain: forehead skin, eyes, nose, lips and chin lie before it,
    with the front teeth and the tip of the tongue. Behind it no voxel changes. A plane, not the skin moved inwards,
    because the latter would keep the shape of the face. The ears stay.

    Parameters
    ----------
    ct, pet
        Images in one frame of reference; at least one. Their grids may differ.
    labels
        Label maps in the same frame. No voxel that overlaps a labelled voxel changes, nor one within `margin_mm` of
        it. A map without a labelled voxel protects nothing, and is named in the result.

    Raises
    ------
    ImageError
        If there is no image, no head is found in them, the head lies upside down in the world, so that its front
        is not known, or a label map has no labelled voxel within an image.
    """
    empty = tuple(place for place, label in enumerate(labels) if not label.array.any())
    _check_labels(labels, empty, [image.grid for image in (ct, pet) if image is not None])
    head = _head(ct, pet)
    face = face_of(head)
    distances = [_Distance(label) for place, label in enumerate(labels) if place not in empty]
    given = {name: image for name, image in (("ct", ct), ("pet", pet)) if image is not None}
    done = {name: _cut(image, face, distances, margin_mm, OUTSIDE[name]) for name, image in given.items()}
    images = {name: image for name, (image, _) in done.items()}
    return Defaced(images.get("ct"), images.get("pet"), face, {name: cut for name, (_, cut) in done.items()}, empty)


def face_of(head: Head) -> Face:
    """Return where the face of a head lies, by the brain's bounding box."""
    lower, upper = head.brain.lower, head.brain.upper
    sides = (lower[0] - CHEEK_BESIDE_BRAIN_MM, upper[0] + CHEEK_BESIDE_BRAIN_MM)
    return Face(plane_y_mm=lower[1], lower_z_mm=lower[2] - CHIN_BELOW_BRAIN_MM, left_right_mm=sides)


def _check_labels(labels: Sequence[Volume], empty: tuple[int, ...], grids: list[Grid]) -> None:
    """Refuse labels that lie beside every image, as those of another patient do: they would protect nothing."""
    for place, label in enumerate(labels):
        if grids and place not in empty and not any(_any_within(label, grid) for grid in grids):
            raise ImageError.of(
                f"label map {place + 1} of {len(labels)}, no labelled voxel of which lies within an image",
                "labels in the images' frame of reference",
                "Give the label map of this patient and study.",
            )


def _any_within(label: Volume, grid: Grid) -> bool:
    for k in np.flatnonzero(label.array.any(axis=(1, 2))):  # by slices: the positions of all would take much memory
        rows, columns = np.nonzero(label.array[k])
        points = label.grid.to_world(np.stack([columns, rows, np.full_like(rows, k)], axis=-1))
        index = grid.to_index(points)
        if ((index >= -0.5) & (index <= np.asarray(grid.size) - 0.5)).all(axis=1).any():
            return True
    return False


def _head(ct: Volume | None, pet: Volume | None) -> Head:
    if ct is None and pet is None:
        raise ImageError.of("neither a CT nor a PET", "one of them", "Give --ct or --pet.")
    head = find_head(pet, ct)
    if head is None:
        raise ImageError.of(
            "no head in the images", "a CT or PET that shows the brain", "An image without a brain is not changed."
        )
    if head.cranial < 0:
        raise ImageError.of(
            "a head at the lower end of the world, against the image's own axes",
            "an image whose axes tell front from back",
            "Convert it again from DICOM.",
        )
    return head


class _Distance:
    """How far points lie from the labelled voxels of a map."""

    def __init__(self, labels: Volume) -> None:
        self.grid: Grid = labels.grid
        self.slack_mm = _half_diagonal(labels.grid)
        x, y, z = labels.grid.spacing
        self.map: NDArray[np.float32] = distance_transform_edt(labels.array == 0, sampling=(z, y, x)).astype(np.float32)

    def least(self, world_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a lower bound of the distance (n,) in mm from points (n, 3) to the nearest labelled voxel.

        Beyond the map: its value at the nearest voxel and the way there are the sides of an obtuse triangle.
        """
        index = self.grid.to_index(world_mm)
        inside = np.clip(np.rint(index), 0, np.asarray(self.grid.size) - 1).astype(int)
        way = (np.abs(index - inside) - 0.5).clip(min=0) * np.asarray(self.grid.spacing)
        near = np.maximum(self.map[inside[:, 2], inside[:, 1], inside[:, 0]] - self.slack_mm, 0)
        least: NDArray[np.float64] = np.hypot(near, np.linalg.norm(way, axis=1)) - self.slack_mm
        return least


def _cut(image: Volume, face: Face, distances: list[_Distance], margin_mm: float, outside: float) -> tuple[Volume, Cut]:
    array = image.array.copy()
    changed = body = protected = 0
    in_hu = outside < 0
    for k, where in _face_slices(image.grid, face):
        rows, columns = np.nonzero(where & _shows(array[k], outside))
        if not rows.size:
            continue
        free = np.ones(rows.size, bool)
        if distances:
            points = image.grid.to_world(np.stack([columns, rows, np.full_like(rows, k)], axis=-1))
            reach = margin_mm + _half_diagonal(image.grid)
            for distance in distances:
                free &= distance.least(points) > reach
        body += int((array[k, rows[free], columns[free]] > TISSUE_HU).sum())
        array[k, rows[free], columns[free]] = outside
        changed += int(free.sum())
        protected += int(free.size - free.sum())
    cut = Cut(changed, changed * image.grid.voxel_volume_mm3, body if in_hu else None, protected)
    return image.with_array(array), cut


def _shows(values: NDArray[Any], outside: float) -> NDArray[np.bool_]:
    """Return where there is anything to remove: in a CT all above air, for the padding beyond its field lies below."""
    return values > outside if outside < 0 else values != outside


def _face_slices(grid: Grid, face: Face) -> list[tuple[int, NDArray[np.bool_]]]:
    """Return, for each slice that holds any, which of its voxels have their centre in the face."""
    x, y, z = (_world_axis(grid, axis) for axis in range(3))
    left, right = face.left_right_mm
    found = []
    for k in range(grid.size[2]):
        in_front = y[0] + y[1] + y[2][k] < face.plane_y_mm
        where = in_front & (z[0] + z[1] + z[2][k] >= face.lower_z_mm)
        across = x[0] + x[1] + x[2][k]
        where &= (across >= left) & (across <= right)
        if where.any():
            found.append((k, where))
    return found


def _world_axis(grid: Grid, axis: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return one world coordinate as a sum of a part of each index: along x (1, nx), y (ny, 1) and z (nz,)."""
    step: Triple = tuple((grid.matrix * grid.spacing)[axis].tolist())
    i, j, k = (np.arange(n, dtype=np.float64) for n in grid.size)
    return grid.origin[axis] + step[0] * i[None, :], step[1] * j[:, None], step[2] * k


def _half_diagonal(grid: Grid) -> float:
    """From a voxel's centre to its corner, mm."""
    return float(np.linalg.norm(grid.spacing)) / 2
