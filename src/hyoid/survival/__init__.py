"""Survival analysis on arrays: curves, baselines, fitted models. NumPy only; a higher risk is worse, times in days."""

from hyoid.metrics.survival import Curve, LogRank, censoring_curve, kaplan_meier, log_rank
from hyoid.survival.baseline import FittedBaseline, breslow_hazard, fit_baseline
from hyoid.survival.cox_newton import Ties, fit_cox, partial_log_likelihood
from hyoid.survival.days import checked_days

__all__ = [
    "Curve",
    "FittedBaseline",
    "LogRank",
    "Ties",
    "breslow_hazard",
    "censoring_curve",
    "checked_days",
    "fit_baseline",
    "fit_cox",
    "kaplan_meier",
    "log_rank",
    "partial_log_likelihood",
]
