"""What survival estimators have in common: each gives a risk, and those of discrete time a survival function."""

from __future__ import annotations

from typing import Annotated, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from hyoid.estimators.cox_ph import CoxPH, FittedCoxPH
from hyoid.estimators.deephit import DeepHit, FittedDeepHit
from hyoid.estimators.fitted_icare import FittedBaggedIcare, FittedIcare
from hyoid.estimators.icare import BaggedIcare, Icare
from hyoid.estimators.mtlr import MTLR, FittedMTLR
from hyoid.estimators.table import Floats

SurvivalEstimator = Annotated[CoxPH | DeepHit | MTLR | Icare | BaggedIcare, Field(discriminator="name")]
"""Any survival estimator that a recipe may name.

All have `fit(columns, train, select)`, where a part is encoded values (n, columns) and `Observed` outcomes.
"""

FittedSurvival = Annotated[
    FittedCoxPH | FittedDeepHit | FittedMTLR | FittedIcare | FittedBaggedIcare, Field(discriminator="name")
]
"""Any fitted survival estimator, told from its JSON by `name`."""


@runtime_checkable
class SurvivalRisk(Protocol):
    """What every fitted survival estimator has."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the encoded columns, in the order that `risk` expects."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the fit."""

    def risk(self, values: NDArray[np.floating]) -> Floats:
        """Return the risk (n,) of encoded cases (n, columns); higher is worse, on a scale of the estimator's own."""


@runtime_checkable
class SurvivalCurves(SurvivalRisk, Protocol):
    """A fitted survival estimator that has survival functions of its own; others need a `FittedBaseline`."""

    @property
    def last_day(self) -> float:
        """The day beyond which the survival functions are held, and nothing is known."""

    def survival(self, values: NDArray[np.floating], days: ArrayLike) -> Floats:
        """Return the probability (n, m) that encoded cases (n, columns) survive each of days (m,)."""
