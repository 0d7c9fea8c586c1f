"""Edits of label maps (uint8, 0 background, 1 GTVp, 2 GTVn): a map in, an edited copy and notes out."""

from hyoid.imaging.editing.cleaning import fill_holes, remove_small
from hyoid.imaging.editing.edited import GTVN, GTVP, Edited
from hyoid.imaging.editing.exclusion import exclude_ct_range
from hyoid.imaging.editing.interpolation import interpolate_slices
from hyoid.imaging.editing.margins import expand, shrink
from hyoid.imaging.editing.node_rule import NODE_SHORT_AXIS_MM, NODE_SUV, NodeCheck, check_nodes
from hyoid.imaging.editing.relabel import copy_slice, swap_labels
from hyoid.imaging.editing.separation import separate, touching, touching_voxels

__all__ = [
    "GTVN",
    "GTVP",
    "NODE_SHORT_AXIS_MM",
    "NODE_SUV",
    "Edited",
    "NodeCheck",
    "check_nodes",
    "copy_slice",
    "exclude_ct_range",
    "expand",
    "fill_holes",
    "interpolate_slices",
    "remove_small",
    "separate",
    "shrink",
    "swap_labels",
    "touching",
    "touching_voxels",
]
