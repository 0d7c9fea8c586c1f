"""Measures of survival predictions; a risk is higher where the outcome is worse, times are in days."""

from hyoid.metrics.survival.calibration import CALIBRATION_GROUPS, CalibrationGroup, calibration_groups
from hyoid.metrics.survival.cases import SurvivalCases
from hyoid.metrics.survival.concordance import Concordance, concordance
from hyoid.metrics.survival.horizons import (
    DEFAULT_HORIZONS,
    LEAST_AT_RISK,
    LEAST_UNCENSORED,
    Horizon,
    check_horizon,
    latest_day,
)
from hyoid.metrics.survival.intervals import MINIMUM_EVENTS
from hyoid.metrics.survival.kaplan_meier import Curve, censoring_curve, kaplan_meier
from hyoid.metrics.survival.log_rank import LogRank, log_rank
from hyoid.metrics.survival.measures import (
    HORIZON_MEASURES,
    SURVIVAL_MEASURES,
    SurvivalStatistics,
    describe_measure,
    paired_intervals,
)
from hyoid.metrics.survival.net_benefit import survival_decision_curve
from hyoid.metrics.survival.observed import Observed
from hyoid.metrics.survival.pairs import RankedPairs
from hyoid.metrics.survival.risk_groups import risk_cut_points, risk_groups

__all__ = [
    "CALIBRATION_GROUPS",
    "DEFAULT_HORIZONS",
    "HORIZON_MEASURES",
    "LEAST_AT_RISK",
    "LEAST_UNCENSORED",
    "MINIMUM_EVENTS",
    "SURVIVAL_MEASURES",
    "CalibrationGroup",
    "Concordance",
    "Curve",
    "Horizon",
    "LogRank",
    "Observed",
    "RankedPairs",
    "SurvivalCases",
    "SurvivalStatistics",
    "calibration_groups",
    "censoring_curve",
    "check_horizon",
    "concordance",
    "describe_measure",
    "kaplan_meier",
    "latest_day",
    "log_rank",
    "paired_intervals",
    "risk_cut_points",
    "risk_groups",
    "survival_decision_curve",
]
