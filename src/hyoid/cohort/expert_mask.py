"""Reading a case's label map, with the questions that must be asked before it is believed."""

from __future__ import annotations

import numpy as np

from hyoid.cohort.case import Case
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
    values = np.unique(mask.array)
    if not np.isin(values, (0, 1, 2)).all():
        raise CohortError.of(f"labels {values.tolist()} in {case.mask}", "0, 1 (GTVp) and 2 (GTVn)", "Recode the mask.")
    if ct is not None and not mask.grid.same_as(ct, MASK_TOLERANCE_MM):
        raise CohortError.of(f"the mask of {case.id} on {mask.grid}", f"the CT's grid, {ct}", "Resample the mask.")
    return mask.with_array(mask.array.astype(np.uint8))
