"""What a label map must be before its author may submit it: GTVp and GTVn apart, and nothing outside the image."""

from __future__ import annotations

import numpy as np

from hyoid.app.annotation.errors import AnnotationError
from hyoid.geometry import Volume
from hyoid.imaging import content_block
from hyoid.imaging.editing import touching_voxels

EDGE_VOXELS = 0.5
"""A voxel is within the PET where its centre is at most this far beyond the PET's outermost centres."""


def voxels_outside(labels: Volume, pet: Volume | None) -> int:
    """Return how many labelled voxels have their centre outside the PET's field of view; 0 without a PET.

    Outside the CT none can be, for the label map lies on its grid.
    """
    if pet is None or not labels.array.any():
        return 0
    block = content_block(labels.array)
    places = np.argwhere(labels.array[block]) + [axis.start for axis in block]
    index = pet.grid.to_index(labels.grid.to_world(places[:, ::-1]))
    last = np.asarray(pet.grid.size) - 1 + EDGE_VOXELS
    inside = ((index >= -EDGE_VOXELS) & (index <= last)).all(axis=1)
    return int(np.count_nonzero(~inside))


def check_submission(labels: Volume, pet: Volume | None) -> None:
    """Refuse to submit a label map that breaks the guideline's two hard rules.

    Raises
    ------
    AnnotationError
        If GTVp touches GTVn, or a label lies outside the PET's field of view.
    """
    touching = int(np.count_nonzero(touching_voxels(labels.array)))
    if touching:
        raise AnnotationError.of(
            f"{touching} voxels where GTVp and GTVn touch",
            "primary and nodes kept apart, as the guideline asks",
            "Separate them, then submit.",
        )
    outside = voxels_outside(labels, pet)
    if outside:
        raise AnnotationError.of(
            f"{outside} labelled voxels outside the PET's field of view",
            "labels within the image",
            "Erase them, then submit.",
        )
