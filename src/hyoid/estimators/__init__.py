"""Estimators on a table: fitted on encoded cases, saved as JSON."""

from typing import Annotated

from pydantic import Field

from hyoid.estimators.cox_ph import CoxPH, FittedCoxPH
from hyoid.estimators.deephit import DeepHit, FittedDeepHit
from hyoid.estimators.fitted_icare import FittedBaggedIcare, FittedIcare
from hyoid.estimators.icare import BaggedIcare, Icare
from hyoid.estimators.logistic import FittedLogistic, LogisticRegression
from hyoid.estimators.mtlr import MTLR, FittedMTLR
from hyoid.estimators.survival import FittedSurvival, SurvivalCurves, SurvivalEstimator, SurvivalRisk

Estimator = Annotated[LogisticRegression | CoxPH | DeepHit | MTLR | Icare | BaggedIcare, Field(discriminator="name")]
"""Any estimator that a recipe may name."""

__all__ = [
    "MTLR",
    "BaggedIcare",
    "CoxPH",
    "DeepHit",
    "Estimator",
    "FittedBaggedIcare",
    "FittedCoxPH",
    "FittedDeepHit",
    "FittedIcare",
    "FittedLogistic",
    "FittedMTLR",
    "FittedSurvival",
    "Icare",
    "LogisticRegression",
    "SurvivalCurves",
    "SurvivalEstimator",
    "SurvivalRisk",
]
