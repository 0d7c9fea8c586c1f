"""Survival losses: of a network's risk and features as settings, of discrete time as functions for estimators."""

from typing import Annotated

from pydantic import Field

from hyoid.losses.survival.bins import bin_of, bins_from_events
from hyoid.losses.survival.contrastive import Contrastive, contrastive_loss
from hyoid.losses.survival.cox import Cox, cox_loss
from hyoid.losses.survival.deephit import deephit_loss, deephit_pmf
from hyoid.losses.survival.discrete import survival_at_edges
from hyoid.losses.survival.inverted_cox import InvertedCox, inverted_cox_loss
from hyoid.losses.survival.mtlr import mtlr_loss, mtlr_pmf
from hyoid.losses.survival.output import SurvivalOutput
from hyoid.losses.survival.ranking import Ranking, ranking_loss
from hyoid.losses.survival.weighted_sum import WeightedLoss, WeightedSum

SurvivalLoss = Annotated[Cox | Ranking | Contrastive | InvertedCox | WeightedSum, Field(discriminator="name")]
"""Any loss of a head that predicts survival."""

__all__ = [
    "Contrastive",
    "Cox",
    "InvertedCox",
    "Ranking",
    "SurvivalLoss",
    "SurvivalOutput",
    "WeightedLoss",
    "WeightedSum",
    "bin_of",
    "bins_from_events",
    "contrastive_loss",
    "cox_loss",
    "deephit_loss",
    "deephit_pmf",
    "inverted_cox_loss",
    "mtlr_loss",
    "mtlr_pmf",
    "ranking_loss",
    "survival_at_edges",
]
