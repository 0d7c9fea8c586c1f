"""Harmonisation: features of different centers are brought to a common level and spread."""

from hyoid.features.harmonise.combat import Combat, harmonised
from hyoid.features.harmonise.fitted import LEAST_UNLABELLED, FittedCombat, Origin

__all__ = ["LEAST_UNLABELLED", "Combat", "FittedCombat", "Origin", "harmonised"]
