"""How probable it was to be followed for so long, and the survival that is known without a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.metrics.draws import Floats
from hyoid.metrics.survival.cases import SurvivalCases
from hyoid.metrics.survival.kaplan_meier import Curve, censoring_curve, kaplan_meier
from hyoid.metrics.survival.resampled import ResampledCurves, resampled_curves


@dataclass(frozen=True, slots=True, eq=False)
class Distributions:
    """Distributions of censoring and of the event, for given weights (replicates, n) of the patients.

    Where the training part of each fold is known, both are its Kaplan-Meier estimates, the same in every resample.
    Otherwise they are estimated from the evaluated patients, anew in each resample, as the measure itself is. Arrays
    have one row, or one a resample, and one column, or one a patient.
    """

    cases: SurvivalCases
    survived: ResampledCurves
    uncensored: ResampledCurves
    trained: Training | None

    @classmethod
    def of(cls, cases: SurvivalCases, weights: Floats, trained: Training | None) -> Distributions:
        """Return the distributions for weights (replicates, n); `trained` is `Training.of(cases)`."""
        survived, uncensored = resampled_curves(cases.observed, weights)
        return cls(cases, survived, uncensored, trained)

    def uncensored_before_own(self) -> Floats:
        """Probability of not being censored before each patient's own time, the left limit."""
        if self.trained is not None:
            return self.trained.uncensored_before_own
        return self.uncensored.before(self.cases.observed.days)

    def uncensored_at(self, day: float) -> Floats:
        """Probability of not being censored up to a day, the day included."""
        return self.uncensored.at(day) if self.trained is None else self.trained.uncensored_at(day)

    def null_survival(self, day: float) -> Floats:
        """Probability of surviving a day without the event that is the same for all patients (of a fold)."""
        return self.survived.at(day) if self.trained is None else self.trained.survival_at(day)


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """Kaplan-Meier curves of the training part of each fold, looked up for each patient."""

    cases: SurvivalCases
    survived: dict[str, Curve]
    uncensored: dict[str, Curve]
    uncensored_before_own: Floats

    @classmethod
    def of(cls, cases: SurvivalCases) -> Training | None:
        """Return the curves of all folds; None where the training parts are not known."""
        if cases.training is None:
            return None
        parts = {str(label): cases.training[str(label)] for label in np.unique(cases.fold)}
        uncensored = {label: censoring_curve(part) for label, part in parts.items()}
        before = np.ones(len(cases))
        for label, curve in uncensored.items():
            own = cases.fold == label
            before[own] = curve.before(cases.observed.days[own])
        survived = {label: kaplan_meier(part) for label, part in parts.items()}
        return cls(cases, survived, uncensored, before[np.newaxis])

    def uncensored_at(self, day: float) -> Floats:
        """Probability of not being censored up to a day, by each patient's fold: (1, n)."""
        return self._by_fold(self.uncensored, day)

    def survival_at(self, day: float) -> Floats:
        """Probability of surviving a day, by each patient's fold: (1, n)."""
        return self._by_fold(self.survived, day)

    def _by_fold(self, curves: dict[str, Curve], day: float) -> Floats:
        labels, place = np.unique(self.cases.fold, return_inverse=True)
        values = np.array([float(curves[str(label)].at(day)) for label in labels])
        return values[place][np.newaxis]


def inverse_weights(distributions: Distributions, day: float) -> Floats:
    """Return the weights of inverse probability of censoring at a horizon, one column a patient.

    1/G(T-) for an event at T up to the day; 1/G(day) for who was followed beyond it; 0 for who was censored by it,
    whose state on it is not known. Graf et al., Statistics in Medicine 1999.
    """
    observed = distributions.cases.observed
    by_then = inverse(distributions.uncensored_before_own()) * (observed.event & (observed.days <= day))
    return by_then + inverse(distributions.uncensored_at(day)) * (observed.days > day)


def inverse(probability: Floats) -> Floats:
    """Return 1 / probability, and 0 where it is 0: of a patient who could not be seen nothing is counted."""
    return np.divide(1.0, probability, out=np.zeros_like(probability), where=probability > 0)
