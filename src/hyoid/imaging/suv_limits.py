"""Between which limits a whole PET can be SUV: one rule for what is imported, checked and read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SUV_PERCENTILE = 99.9
"""Percentile of all voxels that tells the unit: above noise, and below the few voxels of a hot bladder."""

SUV_LIMIT = 100.0
"""99.9th percentile of a PET above which its unit cannot be SUV. Bladder, the hottest organ, reaches 10-60 in
SUVbw and fills far less than 0.1 % of a scan; activity in Bq/mL is 1,000 to 10,000 times the SUV. HECKTOR 2026
names 51 such patients."""

LOW_SUV_LIMIT = 1.0
"""99.9th percentile of a PET below which its unit cannot be SUV: by definition the body's mean SUV is about 1, and
brain, heart, liver and kidneys lie above 2."""


def suv_level(array: NDArray[Any]) -> float:
    """Return the `SUV_PERCENTILE` of a PET (z, y, x)."""
    return float(np.percentile(array, SUV_PERCENTILE))
