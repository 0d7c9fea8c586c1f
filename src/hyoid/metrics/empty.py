"""What a per-case Dice is worth when there is nothing to find: a named policy, never an accident."""

from __future__ import annotations

import math
from enum import StrEnum


class EmptyTruth(StrEnum):
    """The Dice (volumetric) of a case whose truth is empty.

    The organisers of HECKTOR 2025 have not published theirs, so all three are always computed and printed.

    ==================== ========== ============================ ============================
    policy               both empty truth empty, prediction not  prediction empty, truth not
    ==================== ========== ============================ ============================
    `EXCLUDE` (default)  NaN        NaN                          0
    `ONE_IF_BOTH_EMPTY`  1          0                            0
    `ZERO`               0          0                            0
    ==================== ========== ============================ ============================

    NaN means that the case does not enter the mean, and n is smaller by one.

    - `EXCLUDE`: MONAI's `DiceMetric(ignore_empty=True)` and autoPET III. False primaries in such cases do not
      count, therefore their number is reported beside the mean.
    - `ONE_IF_BOTH_EMPTY`: silence is right where there is nothing (the community re-implementations of 2025).
    - `ZERO`: the raw value of SimpleITK's `LabelOverlapMeasuresImageFilter` and of the AIcrowd evaluator of 2020.
    """

    EXCLUDE = "exclude"
    ONE_IF_BOTH_EMPTY = "one_if_both_empty"
    ZERO = "zero"

    def dice_without_truth(self, prediction_is_empty: bool) -> float:
        """Return the Dice of a case with empty truth under this policy."""
        if self is EmptyTruth.EXCLUDE:
            return math.nan
        return 1.0 if self is EmptyTruth.ONE_IF_BOTH_EMPTY and prediction_is_empty else 0.0
