"""Labels exchanged, and slices copied."""

from __future__ import annotations

import numpy as np

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.components import content_block, label_components
from hyoid.imaging.editing.edited import (
    GTVN,
    GTVP,
    Edited,
    check_label,
    checked,
    labels_present,
    name_of,
)
from hyoid.imaging.editing.interpolation import ARRAY_AXIS, Axis


def swap_labels(
    labels: Volume,
    at_xyz: tuple[int, int, int] | None = None,
    pair: tuple[int, int] = (GTVP, GTVN),
) -> Edited:
    """Exchange two labels, everywhere or of one component.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x).
    at_xyz
        A voxel (x, y, z): only the 26-connected component of its label changes to the other label. None: all voxels of
        both labels change.
    pair
        The two labels.

    Raises
    ------
    ImageError
        If the map is not uint8, a label not in 1-255, the voxel outside the map or of neither label.
    """
    array = checked(labels)
    first, second = pair
    check_label(first)
    check_label(second)
    one, other = array == first, array == second
    if at_xyz is None:
        array[one], array[other] = second, first
        return Edited.of(labels, array)
    z, y, x = reversed(at_xyz)
    if not all(0 <= at < n for at, n in zip((z, y, x), array.shape, strict=True)) or array[z, y, x] not in pair:
        raise ImageError.of(
            f"voxel {tuple(at_xyz)}", f"a voxel of {name_of(first)} or {name_of(second)}", "Point into the component."
        )
    mask, becomes = (one, second) if one[z, y, x] else (other, first)
    block = content_block(mask)
    components, _ = label_components(mask[block])
    here = tuple(at - part.start for at, part in zip((z, y, x), block, strict=True))
    array[block][components == components[here]] = becomes
    return Edited.of(labels, array)


def copy_slice(
    labels: Volume, source: int, target: int, axis: Axis = "z", label: int | None = None, *, replace: bool = False
) -> Edited:
    """Copy what is drawn in one slice to another.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x).
    source, target
        Indices of the slices along `axis`.
    axis
        Across which index axis of the grid the slices lie.
    label
        Which label is copied; None for all.
    replace
        Voxels of the target that have a label take the copied one; else only background does.

    Raises
    ------
    ImageError
        If the map is not uint8, the label not in 1-255, or a slice lies outside the map.
    """
    array = checked(labels)
    planes = np.moveaxis(array, ARRAY_AXIS[axis], 0)
    for index in (source, target):
        if not 0 <= index < len(planes):
            raise ImageError.of(
                f"slice {index} along {axis}", f"0 to {len(planes) - 1}", "Choose a slice of the image."
            )
    drawn = planes[source].copy()
    chosen = np.isin(drawn, labels_present(drawn, label))
    if not replace:
        chosen &= planes[target] == 0
    planes[target][chosen] = drawn[chosen]
    notes = () if chosen.any() else (f"Nothing was copied: slice {source} adds nothing to slice {target}.",)
    return Edited.of(labels, array, notes)
