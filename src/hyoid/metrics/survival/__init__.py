"""Measures of survival predictions; a risk is higher where the outcome is worse, times are in days."""

from hyoid.metrics.survival.observed import Observed

__all__ = ["Observed"]
