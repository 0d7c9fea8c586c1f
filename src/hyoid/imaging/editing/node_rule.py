"""The rule for nodes: SUV above 2.5, or a short axis of at least 1 cm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import block_of_slices
from hyoid.imaging.components import content_block, label_components
from hyoid.imaging.editing.edited import GTVN, Mask, check_label, checked
from hyoid.imaging.editing.short_axis import axes_mm
from hyoid.imaging.resampling import resample

NODE_SUV = 2.5
NODE_SHORT_AXIS_MM = 10.0

_TOLERANCE_MM = 1e-6
"""What arithmetic may take off a short axis of exactly 10 mm."""

_OBLIQUE = 0.9
"""Least cosine between an index axis and the patient's long axis for its slices to be called axial."""


@dataclass(frozen=True, slots=True)
class NodeCheck:
    """Whether one component of GTVn meets the rule.

    Parameters
    ----------
    index
        Number of the component, from 1, in the order of the first voxel.
    volume_ml
        Its volume.
    suv_max
        Greatest SUV of the PET interpolated at its voxels; NaN without a PET there.
    short_axis_mm, long_axis_mm
        Of the axial slice with the greatest short axis.
    ok
        Whether it meets either condition.
    text
        The same as a sentence.
    """

    index: int
    volume_ml: float
    suv_max: float
    short_axis_mm: float
    long_axis_mm: float
    ok: bool
    text: str


def check_nodes(labels: Volume, pet: Volume | None, label: int = GTVN) -> list[NodeCheck]:
    """Hold each 26-connected component of a label against the rule for nodes.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x).
    pet
        PET in SUV on any grid, or None: then the short axis alone decides.
    label
        Which label is nodes.

    Raises
    ------
    ImageError
        If the map is not uint8, the label not in 1-255, or no index axis of the grid runs along the patient.

    Notes
    -----
    Dataset paper, guidelines for nodes: SUV greater than 2.5, or a short-axis diameter of at least 1 cm, or
    pathological confirmation, which images do not tell. The short axis is the greatest diameter perpendicular to the
    longest in the axial plane (`axes_mm`), of the slice where it is greatest, each part of a component in a slice for
    itself.
    """
    array = checked(labels)
    check_label(label)
    axial = _axial_axis(labels.grid)
    z, y, x = content_block(array == label)
    if z.start == z.stop:
        return []
    within = block_of_slices((z, y, x), array.shape, 0)
    components, count = label_components(array[within.slices] == label)
    checks = []
    for index, found in enumerate(ndimage.find_objects(components, max_label=count), start=1):
        inside = components[found] == index
        grid = block_of_slices(found, components.shape, 0).grid_in(within.grid_in(labels.grid))
        suv_max = _suv_max(inside, grid, pet)
        long_mm, short_mm = _greatest_axes(inside, grid, axial)
        volume = float(np.count_nonzero(inside)) * grid.voxel_volume_mm3 / 1000.0
        hot, thick = suv_max > NODE_SUV, short_mm >= NODE_SHORT_AXIS_MM - _TOLERANCE_MM
        text = _text(volume, suv_max, short_mm, ok=hot or thick)
        checks.append(NodeCheck(index, volume, suv_max, short_mm, long_mm, hot or thick, text))
    return checks


def _suv_max(inside: Mask, grid: Grid, pet: Volume | None) -> float:
    if pet is None:
        return math.nan
    suv = resample(pet, grid, "linear", outside=math.nan).array[inside]
    suv = suv[np.isfinite(suv)]
    return float(suv.max()) if len(suv) else math.nan


def _greatest_axes(inside: Mask, grid: Grid, axial: int) -> tuple[float, float]:
    z, y, x = reversed(grid.spacing)
    rows, columns = (s for i, s in enumerate((z, y, x)) if i != axial)
    found = []
    for plane in np.moveaxis(inside, axial, 0):
        parts, count = ndimage.label(plane, np.ones((3, 3)))
        found += [axes_mm(parts == part, (rows, columns)) for part in range(1, count + 1)]
    return max(found, key=lambda axes: (axes[1], axes[0]))


def _axial_axis(grid: Grid) -> int:
    """Return the array's axis that runs along the patient."""
    along = np.abs(grid.matrix[2])
    axis = int(along.argmax())
    if along[axis] < _OBLIQUE:
        raise ImageError.of(
            f"slices that are tilted by {math.degrees(math.acos(along[axis])):.0f} degrees",
            "axial slices, for the short axis",
            "Resample the labels onto an axial grid.",
        )
    return 2 - axis


def _text(volume_ml: float, suv_max: float, short_mm: float, *, ok: bool) -> str:
    uptake = "no PET" if math.isnan(suv_max) else f"SUVmax {suv_max:.2f}"
    verdict = "meets" if ok else "meets neither condition of"
    return (
        f"Node of {volume_ml:.2f} mL, {uptake}, short axis {short_mm:.1f} mm: {verdict} the rule "
        f"(SUV > {NODE_SUV:g} or short axis >= {NODE_SHORT_AXIS_MM:g} mm)."
    )
