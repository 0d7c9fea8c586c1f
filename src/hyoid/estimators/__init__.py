"""Estimators on a table: fitted on encoded cases, saved as JSON."""

from hyoid.estimators.logistic import FittedLogistic, LogisticRegression

Estimator = LogisticRegression
"""Any estimator that a recipe may name."""

__all__ = ["Estimator", "FittedLogistic", "LogisticRegression"]
