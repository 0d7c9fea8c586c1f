"""Reading a case's label map, with the questions that must be asked before it is believed."""

from __future__ import annotations

import numpy as np

from hyoid.cohort.case import GTVN, GTVP, Case
from hyoid.errors import CohortError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_volume

MASK_TOLERANCE_MM = 0.1
"""How far a corner of the mask's grid may lie from the CT's: headers are rounded, voxels are not."""


def read_expert_mask(case: Case, ct: Grid | None = None) -> Volume | None:
    """Return the case's label map (uint8: 0, 1 GTVp, 2 GTVn), None where it has none; `ct` is the grid it must lie on.

    Raises
    ------
    CohortError
        If it holds other labels, or lies on another grid than the CT.
    ImageError
        If it cannot be read.
    """
    if case.mask is None:
        return None
    mask = read_volume(case.mask)
    if (labels := other_labels(mask)) is not None:
        raise CohortError.of(f"labels {labels} in {case.mask}", "0, 1 (GTVp) and 2 (GTVn)", "Recode the mask.")
    if ct is not None and not mask.grid.same_as(ct, MASK_TOLERANCE_MM):
        raise CohortError.of(f"the mask of {case.id} on {mask.grid}", f"the CT's grid, {ct}", "Resample the mask.")
    return mask.with_array(mask.array.astype(np.uint8))


def other_labels(labels: Volume) -> list[float] | None:
    """Return all values of a label map that has others than 0, 1 (GTVp) and 2 (GTVn); None where it has none.

    They are only listed where one is wrong: it takes half a second of a whole body, and looking for the least and the
    greatest takes nothing.
    """
    array = labels.array
    if np.issubdtype(array.dtype, np.integer) and array.min() >= 0 and array.max() <= GTVN:
        return None
    values = np.unique(array)
    return None if np.isin(values, (0, GTVP, GTVN)).all() else [float(v) if v % 1 else int(v) for v in values]
