"""Volumetric overlap: the Dice of a case, and the sums from which the aggregated Dice is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.errors import ImageError
from hyoid.metrics.empty import EmptyTruth
from hyoid.metrics.labels import Mask


@dataclass(frozen=True, slots=True)
class Overlap:
    """The three volumes of a case (mm3) of which every overlap measure is made.

    Sums over cases give the aggregated Dice (DSC_agg), 2 Σ|P∩G| / Σ(|P|+|G|), as in the organisers' public
    notebook of 2022: large lesions and coarse cases weigh by their mm3, and a case with nothing in either adds
    0/0, that is nothing.
    """

    intersection_mm3: float
    truth_mm3: float
    prediction_mm3: float

    def dice(self, policy: EmptyTruth = EmptyTruth.EXCLUDE) -> float:
        """Dice similarity coefficient, 0 to 1; `policy` decides where the truth is empty (NaN: does not count)."""
        if self.truth_mm3 == 0:
            return policy.dice_without_truth(self.prediction_mm3 == 0)
        return 2 * self.intersection_mm3 / (self.truth_mm3 + self.prediction_mm3)


def overlap(truth: Mask, prediction: Mask, voxel_volume_mm3: float) -> Overlap:
    """Measure truth, prediction and what they share, in mm3.

    Parameters
    ----------
    truth, prediction
        Masks (z, y, x) on one grid.
    voxel_volume_mm3
        Volume of one voxel of that grid.

    Raises
    ------
    ImageError
        If the shapes differ.
    """
    check_same_shape(truth, prediction)
    shared, in_truth, in_prediction = (
        float(np.count_nonzero(mask) * voxel_volume_mm3) for mask in (truth & prediction, truth, prediction)
    )
    return Overlap(shared, in_truth, in_prediction)


def check_same_shape(truth: Mask, prediction: Mask) -> None:
    """Refuse two masks of different shapes.

    Raises
    ------
    ImageError
        If the shapes differ.
    """
    if truth.shape != prediction.shape:
        raise ImageError.of(
            f"a prediction of shape {prediction.shape}",
            f"{truth.shape}, the shape of the truth (z, y, x)",
            "Bring both onto one grid first.",
        )
