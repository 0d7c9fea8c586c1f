"""GTVp and GTVn must never touch: whether they do, and a gap between them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import block_of_slices
from hyoid.imaging.components import content_block, label_components
from hyoid.imaging.editing.edited import GTVN, GTVP, Edited, Labels, Mask, check_number, checked, pieces_notes
from hyoid.imaging.editing.margins import within_distance
from hyoid.imaging.morphology import dilate

From = Literal["gtvn", "gtvp", "larger"]
CUBE = np.ones((3, 3, 3), bool)


def touching(labels: Labels, first: int = GTVP, second: int = GTVN) -> bool:
    """Return whether a voxel of one label is among the 26 neighbours of a voxel of the other (labels (z, y, x))."""
    return bool(touching_voxels(labels, first, second).any())


def touching_voxels(labels: Labels, first: int = GTVP, second: int = GTVN) -> Mask:
    """Return the voxels (z, y, x) of either label that have one of the other among their 26 neighbours."""
    one, other = labels == first, labels == second
    found = np.zeros(labels.shape, bool)
    if one.any() and other.any():
        block = _block(one, other, 1)
        one, other = one[block], other[block]
        found[block] = (one & dilate(other, CUBE)) | (other & dilate(one, CUBE))
    return found


def separate(labels: Volume, gap_mm: float = 0.0, take_from: From = "gtvn") -> Edited:
    """Take voxels off one of GTVp and GTVn so that they lie apart.

    Afterwards no voxel of one is among the 26 neighbours of a voxel of the other, and all centres of voxels of the two
    are farther apart than `gap_mm`.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x), 1 GTVp, 2 GTVn.
    gap_mm
        Least distance; 0 for a gap of one voxel.
    take_from
        Which loses: `gtvn`, `gtvp`, or `larger`: wherever they meet, the one with more voxels among all that are
        connected there (of equals GTVn), which loses the smaller part.

    Raises
    ------
    ImageError
        If the map is not uint8, the distance negative, or `take_from` none of the three.

    Notes
    -----
    The dataset paper's rule: volumes of GTVn are always kept separate from those of GTVp. It does not say which of them
    gives way. What each lost stands in `change_ml` and the notes.
    """
    array = checked(labels)
    check_number("gap_mm", gap_mm)
    if take_from not in ("gtvn", "gtvp", "larger"):
        raise ImageError.of(f"take_from={take_from!r}", "'gtvn', 'gtvp' or 'larger'", "Choose one of the three.")
    primary, node = array == GTVP, array == GTVN
    if not (primary.any() and node.any()):
        return Edited.of(labels, array)
    reach = int(np.ceil(gap_mm / min(labels.grid.spacing))) + 2
    block = _block(primary, node, reach)
    view, primary, node = array[block], primary[block], node[block]
    near_primary, near_node = (_near(mask, labels.grid, gap_mm) for mask in (primary, node))
    gives_node = np.full(view.shape, take_from == "gtvn")
    if take_from == "larger":
        gives_node = _node_gives(primary, node, near_primary | near_node)
    view[(node & near_primary & gives_node) | (primary & near_node & ~gives_node)] = 0
    return Edited.of(labels, array, pieces_notes(labels.array, array))


def _near(mask: Mask, grid: Grid, gap_mm: float) -> Mask:
    """Return the voxels that are neighbours of the mask's, or no farther than the gap."""
    near = dilate(mask, CUBE)
    return near | within_distance(mask, grid, gap_mm) if gap_mm > 0 else near


def _node_gives(primary: Mask, node: Mask, near: Mask) -> Mask:
    """Return, over each group of what lies too near, whether GTVn has as many voxels in it as GTVp, or more."""
    groups, count = label_components(near | primary | node)
    voxels = [np.bincount(groups[mask], minlength=count + 1) for mask in (primary, node)]
    gives: Mask = (voxels[1] >= voxels[0])[groups]
    return gives


def _block(one: Mask, other: Mask, margin: int) -> tuple[slice, slice, slice]:
    z, y, x = content_block(one, other)
    return block_of_slices((z, y, x), one.shape, margin).slices
