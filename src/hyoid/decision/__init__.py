"""From logits to decisions: calibration, thresholds, the prior of a hospital, ensembles of models."""

from hyoid.decision.calibration import BEYOND, Calibration, FittedCalibrator, NoCalibration, Platt, Temperature
from hyoid.decision.conformal import ANSWERS, NO_GUARANTEE, Conformal, FittedConformal, HpvSet
from hyoid.decision.ensemble import Combination, Spread, combine_logits, spread
from hyoid.decision.middle import middle_of_classes
from hyoid.decision.prevalence import check_informative, estimate_prevalence_black_box, estimate_prevalence_em
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
    "ANSWERS",
    "BEYOND",
    "NO_GUARANTEE",
    "BalancedAccuracyThreshold",
    "Calibration",
    "Combination",
    "Conformal",
    "CostThreshold",
    "FittedCalibrator",
    "FittedConformal",
    "FittedThreshold",
    "FixedThreshold",
    "HpvSet",
    "NoCalibration",
    "Platt",
    "PriorMethod",
    "PriorShift",
    "Spread",
    "Temperature",
    "Threshold",
    "check_informative",
    "combine_logits",
    "correct_prior",
    "effective_prior",
    "estimate_prevalence_black_box",
    "estimate_prevalence_em",
    "middle_of_classes",
    "prior_of",
    "prior_offset",
    "spread",
]
