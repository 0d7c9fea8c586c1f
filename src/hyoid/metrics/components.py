"""The single lesions of a label map: components of one label, each with its size and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.imaging import Connectivity, label_components
from hyoid.metrics.labels import Mask

Indices = tuple[int, int, int]
"""Place of a voxel in an array, (z, y, x)."""


@dataclass(frozen=True, slots=True)
class Component:
    """One connected component of one label.

    Parameters
    ----------
    label
        1 GTVp, 2 GTVn.
    voxels, volume_ml
        Its size.
    start, stop
        Its bounding box, (z, y, x): the first index inside and the first beyond, as in slices.
    first_voxel
        Its first voxel (z, y, x) in the order of the array. No other component of the label map has it.
    """

    label: int
    voxels: int
    volume_ml: float
    start: Indices
    stop: Indices
    first_voxel: Indices

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The bounding box as slices (z, y, x)."""
        z, y, x = (slice(a, b) for a, b in zip(self.start, self.stop, strict=True))
        return z, y, x


@dataclass(frozen=True, slots=True, eq=False)
class LabelComponents:
    """The components of one label: `numbered` (z, y, x) holds 1 to n as in `components`, and 0 elsewhere."""

    numbered: NDArray[np.int32]
    components: tuple[Component, ...]

    @property
    def voxels(self) -> NDArray[np.int64]:
        """Sizes (n,) in voxels."""
        return np.array([component.voxels for component in self.components], dtype=np.int64)


def components_of_label(
    labels: NDArray[np.uint8],
    label: int,
    voxel_volume_mm3: float,
    connectivity: Connectivity = 26,
    offset: Indices = (0, 0, 0),
) -> LabelComponents:
    """Return the components of one label, in the order of their first voxels.

    Parameters
    ----------
    labels
        Label map (z, y, x), or a block of one.
    label
        Which label. Others that touch it do not belong to it.
    voxel_volume_mm3
        Volume of one voxel.
    connectivity
        What makes voxels one component: 26 (default), 18 or 6.
    offset
        Where the block begins in the whole map, (z, y, x): boxes and first voxels are told in the whole map.
    """
    inside_label = labels == label
    numbered, count = label_components(inside_label, connectivity)
    voxels = np.bincount(numbered[inside_label], minlength=count + 1)  # of a whole CT it would take 8 bytes a voxel
    components = []
    for number, slices in enumerate(ndimage.find_objects(numbered, count) if count else [], start=1):
        start = np.array([part.start for part in slices])
        inside = numbered[slices] == number
        first = start + np.unravel_index(int(inside.argmax()), inside.shape)
        components.append(
            Component(
                label=label,
                voxels=int(voxels[number]),
                volume_ml=float(voxels[number] * voxel_volume_mm3 / 1000),
                start=_indices(start + offset),
                stop=_indices(start + inside.shape + offset),
                first_voxel=_indices(first + offset),
            )
        )
    return LabelComponents(numbered, tuple(components))


def shared_voxels(first: LabelComponents, second: LabelComponents) -> NDArray[np.int64]:
    """Return how many voxels each component of `first` shares with each of `second`, (n first, n second)."""
    shape = (len(first.components), len(second.components))
    both = (first.numbered > 0) & (second.numbered > 0)
    pairs = (first.numbered[both] - 1).astype(np.int64) * shape[1] + second.numbered[both] - 1
    return np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)


def mask_of_component(labels: NDArray[np.uint8], component: Component, connectivity: Connectivity = 26) -> Mask:
    """Return the voxels (z, y, x) of one component of this label map, found with the same connectivity."""
    inside, _ = label_components(labels[component.box] == component.label, connectivity)
    place = tuple(np.subtract(component.first_voxel, component.start))
    mask = np.zeros(labels.shape, bool)
    mask[component.box] = inside == inside[place]
    return mask


def _indices(values: NDArray[Any]) -> Indices:
    z, y, x = (int(value) for value in values)
    return z, y, x
