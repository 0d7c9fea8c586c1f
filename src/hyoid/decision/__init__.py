"""From logits to decisions: calibration, thresholds, the prior of a hospital, ensembles of models."""

from hyoid.decision.calibration import Calibration, FittedCalibrator, NoCalibration, Platt, Temperature
from hyoid.decision.ensemble import Combination, Spread, combine_logits, spread
from hyoid.decision.prevalence import estimate_prevalence_black_box, estimate_prevalence_em
from hyoid.decision.prior import correct_prior, effective_prior, prior_of, prior_offset
from hyoid.decision.shift import PriorMethod, PriorShift
from hyoid.decision.threshold import (
    BalancedAccuracyThreshold,
    CostThreshold,
    FittedThreshold,
    FixedThreshold,
    Threshold,
)

__all__ = [
    "BalancedAccuracyThreshold",
    "Calibration",
    "Combination",
    "CostThreshold",
    "FittedCalibrator",
    "FittedThreshold",
    "FixedThreshold",
    "NoCalibration",
    "Platt",
    "PriorMethod",
    "PriorShift",
    "Spread",
    "Temperature",
    "Threshold",
    "combine_logits",
    "correct_prior",
    "effective_prior",
    "estimate_prevalence_black_box",
    "estimate_prevalence_em",
    "prior_of",
    "prior_offset",
    "spread",
]
