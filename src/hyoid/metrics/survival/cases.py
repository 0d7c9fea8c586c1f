"""Outcomes and predictions of the patients that are evaluated, and the outcomes that the models were trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.errors import HyoidError
from hyoid.metrics.confusion import Bools
from hyoid.metrics.draws import Floats
from hyoid.metrics.survival.observed import Observed

RISING_TOLERANCE = 1e-6
"""By so much a predicted survival may rise with time: numbers that were written with six digits and read again."""


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCases:
    """Outcome and prediction of n patients.

    Parameters
    ----------
    observed
        Their outcomes.
    risk
        (n,): higher is worse. Risks of different folds need not share a scale.
    fold
        (n,) labels of the model that predicted each patient.
    survival
        Horizon in days -> (n,) predicted probability of surviving it without the event; empty where none is predicted.
    training
        Fold -> outcomes of the patients that its model was trained on, from which the distribution of censoring and the
        null model come. Without it both come from the evaluated patients themselves.
    """

    observed: Observed
    risk: Floats
    fold: NDArray[np.str_]
    survival: Mapping[float, Floats]
    training: Mapping[str, Observed] | None = None

    @classmethod
    def of(
        cls,
        observed: Observed,
        risk: ArrayLike,
        survival: Mapping[float, ArrayLike] | None = None,
        fold: Sequence[Any] | None = None,
        training: Mapping[str, Observed] | None = None,
    ) -> Self:
        """Check and convert the arrays; without `fold`, one model of the label `""` predicted all patients.

        Raises
        ------
        HyoidError
            If there is no patient, the lengths differ, a risk is no finite number, a survival is not in 0..1 or rises
            with time, a horizon is not above 0, or a fold has no training patient.
        """
        labels = np.array([""] * len(observed) if fold is None else [str(label) for label in fold], str)
        risks = np.asarray(risk, np.float64)
        if len(observed) == 0 or risks.shape != (len(observed),) or labels.shape != (len(observed),):
            raise HyoidError.of(
                f"{len(observed)} outcomes, risks of shape {risks.shape} and {len(labels)} folds",
                "one of each for one patient or more",
                "Align them.",
            )
        if not np.isfinite(risks).all():
            raise HyoidError.of("a risk that is no finite number", "numbers, higher is worse", "Give each a risk.")
        if training is not None:
            _check_training(training, labels)
        return cls(observed, risks, labels, _checked_survival(survival or {}, len(observed)), training)

    def __len__(self) -> int:
        return len(self.observed)

    def part(self, chosen: Bools) -> SurvivalCases:
        """Return the patients where `chosen` (n,) is True."""
        survival = MappingProxyType({day: values[chosen] for day, values in self.survival.items()})
        return SurvivalCases(self.observed.part(chosen), self.risk[chosen], self.fold[chosen], survival, self.training)


def _checked_survival(survival: Mapping[float, ArrayLike], n: int) -> Mapping[float, Floats]:
    found: dict[float, Floats] = {}
    earlier = np.ones(n)
    for day in sorted(survival):
        values = np.asarray(survival[day], np.float64)
        if not (np.isfinite(day) and day > 0):
            raise HyoidError.of(f"a horizon of {day:g} days", "more than 0 days", "Give another horizon.")
        if values.shape != (n,) or not ((values >= 0) & (values <= 1)).all():
            raise HyoidError.of(
                f"a survival at {day:g} days that is not in 0..1, or is not one a patient",
                f"probabilities of {n} patients",
                "Give probabilities of surviving without the event.",
            )
        if (values > earlier + RISING_TOLERANCE).any():
            raise HyoidError.of(
                f"a survival that rises up to {day:g} days", "one that falls with time", "Check the horizons' order."
            )
        earlier = values
        found[float(day)] = values
    return MappingProxyType(found)


def _check_training(training: Mapping[str, Observed], fold: NDArray[np.str_]) -> None:
    for label in np.unique(fold):
        if label not in training or len(training[label]) == 0:
            raise HyoidError.of(
                f"no training patient of fold '{label}'",
                "the outcomes that each fold was trained on",
                "Give them for every fold, or for none.",
            )
