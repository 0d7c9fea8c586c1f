"""FDG uptake where head and neck cancer can be: the neck without brain, air and bone, on the CT's voxels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging.blocks import Block, block_meeting
from hyoid.imaging.body import BODY_HU
from hyoid.imaging.components import fill_holes, label_components
from hyoid.imaging.frames import FullView
from hyoid.imaging.head import Head, find_head
from hyoid.imaging.label_resampling import resample_labels
from hyoid.imaging.resampling import resample

BONE_HU = 250.0
"""Above: dense bone, teeth, metal. Contrast-filled vessels reach 200 HU."""

CT_BLUR_MM = 1.5
"""Standard deviation of the blur before air and bone are told apart, so that noise leaves no holes in a lesion."""

BRAIN_PART = 0.4
"""What is brain, as part of the brain's median uptake: where blur has let it fall to 40 %, outside the cortex."""

BRAIN_COARSE_MM = 4.0
"""Voxel size at which brain is cut out."""

BRAIN_OPENING_VOXELS = 2
"""Iterations of the opening that parts brain from tumour and glands at the skull base: 8 mm."""

BRAIN_MARGIN_VOXELS = 2
"""How far beyond its outline brain is removed, for the spill-out of 5-7 mm blur: 8 mm."""

ABOVE_FORAMEN_MM = 55.0
"""How far above the brain's lower end (foramen magnum) disease is looked for: nasopharynx, sinuses and orbits."""

DEPTH_MM = 340.0
"""How far below the vertex disease is looked for: the farthest reported in the challenge's data."""

WIDTH_MM = 200.0
"""Width of the region in x and y, that of the published crop."""


@dataclass(frozen=True, slots=True)
class NeckUptake:
    """The PET within the neck, on a block of the CT's grid.

    Parameters
    ----------
    suv
        PET on the block of the CT's grid, SUV, interpolated linearly; 0 outside the PET.
    allowed
        Voxels (z, y, x) of the block that may be lesion: soft tissue of the neck, brain removed.
    midline_x_mm
        World x of the neck's middle.
    block, native
        Where the block lies in the CT's grid, and that grid.
    head
        The head that the region hangs from; None where none is in view.
    notes
        What was fallen back to.
    """

    suv: Volume
    allowed: NDArray[np.bool_]
    midline_x_mm: float
    block: Block
    native: Grid
    head: Head | None
    notes: tuple[str, ...]

    def restore(self, labels: NDArray[np.uint8]) -> Volume:
        """Return a label map (z, y, x) of the block on the CT's whole grid, zero outside the block."""
        whole = np.zeros(self.native.shape, np.uint8)
        whole[self.block.slices] = labels
        return Volume(whole, self.native)


def neck_uptake(ct: Volume, pet: Volume, head: Head | None = None) -> NeckUptake:
    """Prepare the search for lesions by their uptake.

    The region is `WIDTH_MM` wide about the axis of head and neck, from `ABOVE_FORAMEN_MM` above the lower end of the
    brain to `DEPTH_MM` below the vertex; from it go brain, air (below `BODY_HU`) and dense bone. Where no head is in
    view it is all that CT and PET share, with a note: organs of the trunk are not removed then.

    Parameters
    ----------
    ct, pet
        HU and SUVbw, each on its own grid.
    head
        The head, where it has been found before; otherwise it is looked for.
    """
    located = FullView().locate({"ct": ct, "pet": pet})
    head = head or find_head(pet, ct)
    notes: tuple[str, ...] = ()
    if head is None:
        box = Box.of_grid(located.grid)
        notes = (*located.notes, "No head in view: uptake is searched in the whole field, organs included.")
    else:
        box = _neck(head)
    block = block_meeting(ct.grid, box.grid((BRAIN_COARSE_MM,) * 3), margin=0)
    if block is None:
        block = Block((0, 0, 0), ct.grid.size)
        notes = (*notes, "The neck lies outside the CT: uptake is searched in all of the CT.")
    grid = block.grid_in(ct.grid)
    suv = resample(pet, grid, "linear", outside=0.0, lower=0.0)
    allowed = _soft_tissue(ct, block)
    if head is not None:
        allowed &= resample_labels(_brain(pet, head), grid).array == 0
    middle_mm = float(grid.centre[0]) if head is None else head.axis_mm[0]
    return NeckUptake(suv, allowed, middle_mm, block, ct.grid, head, notes)


def _neck(head: Head) -> Box:
    foramen = head.brain.lower[2] if head.cranial > 0 else head.brain.upper[2]
    ends = sorted((foramen + head.cranial * ABOVE_FORAMEN_MM, head.top_mm - head.cranial * DEPTH_MM))
    x, y = head.axis_mm
    return Box((x - WIDTH_MM / 2, y - WIDTH_MM / 2, ends[0]), (x + WIDTH_MM / 2, y + WIDTH_MM / 2, ends[1]))


def _soft_tissue(ct: Volume, block: Block) -> NDArray[np.bool_]:
    hu = ct.array[block.slices].astype(np.float32)
    np.clip(hu, -1024.0, 3071.0, out=hu)
    smooth = ndimage.gaussian_filter(hu, [CT_BLUR_MM / s for s in reversed(ct.grid.spacing)])
    soft: NDArray[np.bool_] = (smooth > BODY_HU) & (smooth < BONE_HU)
    return soft


def _brain(pet: Volume, head: Head) -> Volume:
    """Return the brain as a label map on a coarse grid: what is as warm as brain and hangs together with its middle."""
    margin = 4 * BRAIN_COARSE_MM
    size_mm = tuple(side + 2 * margin for side in head.brain.size_mm)
    middle = tuple((a + b) / 2 for a, b in zip(head.brain.lower, head.brain.upper, strict=True))
    grid = Box.around((middle[0], middle[1], middle[2]), (size_mm[0], size_mm[1], size_mm[2])).grid(
        (BRAIN_COARSE_MM,) * 3
    )
    uptake = resample(pet, grid).array
    core = _ellipsoid(grid, head.brain)
    warm = uptake > BRAIN_PART * float(np.median(uptake[core]))
    cross = ndimage.generate_binary_structure(3, 1)
    # Beyond the field the warm region goes on, so that a brain at its end is not worn away.
    opened = ndimage.binary_dilation(
        ndimage.binary_erosion(warm, cross, BRAIN_OPENING_VOXELS, border_value=1),
        cross,
        BRAIN_OPENING_VOXELS,
        mask=warm,
    )
    components, count = label_components(opened, connectivity=6)
    if count:
        inside = np.bincount(components[core], minlength=count + 1)
        inside[0] = 0
        core = core | (components == inside.argmax()) if inside.any() else core
    brain = fill_holes(core)
    return Volume(ndimage.binary_dilation(brain, cross, BRAIN_MARGIN_VOXELS).astype(np.uint8), grid)


def _ellipsoid(grid: Grid, box: Box) -> NDArray[np.bool_]:
    """Voxels of an axis-aligned grid within the ellipsoid that `box` holds."""
    total = np.zeros(grid.shape)
    for axis in range(3):
        centres = grid.origin[axis] + np.arange(grid.size[axis]) * grid.spacing[axis]
        half = max((box.upper[axis] - box.lower[axis]) / 2, grid.spacing[axis])
        scaled = ((centres - (box.upper[axis] + box.lower[axis]) / 2) / half) ** 2
        total += scaled.reshape([-1 if other == 2 - axis else 1 for other in range(3)])
    inside: NDArray[np.bool_] = total <= 1.0
    return inside
