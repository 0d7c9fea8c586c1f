"""Voxels dropped by their density in the CT."""

from __future__ import annotations

import numpy as np

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.editing.edited import Edited, checked, labels_present, pieces_notes, same_grid


def exclude_ct_range(
    labels: Volume, ct: Volume, lower_hu: float | None = 20.0, upper_hu: float | None = 180.0, label: int | None = None
) -> Edited:
    """Drop the voxels whose density lies outside a range: air below it, bone and metal above.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x).
    ct
        CT in HU on the same grid.
    lower_hu, upper_hu
        Least and greatest HU that stay; None for no limit.
    label
        Of which label; None for all.

    Raises
    ------
    ImageError
        If the map is not uint8, the CT on another grid, the range empty, or HU within the labels not finite.

    Notes
    -----
    20 to 180 HU is what USZ kept (dataset paper). It drops fat and noise within the tumour too: look at the result.
    """
    array = checked(labels)
    hu = same_grid(labels, ct, "a CT")
    lower, upper = (-np.inf if lower_hu is None else lower_hu), (np.inf if upper_hu is None else upper_hu)
    if not lower <= upper:
        raise ImageError.of(f"a range from {lower} to {upper} HU", "a lower limit below the upper", "Exchange them.")
    chosen = np.isin(array, labels_present(array, label))
    values = hu[chosen]
    if not np.isfinite(values).all():
        raise ImageError.of("HU that are NaN or infinite within the labels", "finite HU", "Repair the CT.")
    outside = np.zeros(array.shape, bool)
    outside[chosen] = (values < lower) | (values > upper)
    array[outside] = 0
    return Edited.of(labels, array, pieces_notes(labels.array, array))
