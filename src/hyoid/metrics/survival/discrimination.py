"""How well the risk ranks patients: Harrell's C, Uno's C, and the area under the time-dependent ROC curve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hyoid.metrics.draws import Floats
from hyoid.metrics.intervals import ratio
from hyoid.metrics.survival.cases import SurvivalCases
from hyoid.metrics.survival.distributions import Distributions, inverse
from hyoid.metrics.survival.family import Column, measure_key
from hyoid.metrics.survival.pairs import RankedPairs


class Concordances:
    """Harrell's C within folds and over all pairs, and Uno's C within folds.

    Uno's C counts a pair whose worse patient had the event at T by 1/G(T-)^2, G being the probability of not being
    censored, and leaves pairs out whose T is not before `tau`: it estimates the same however patients were censored,
    which Harrell's C does not. Uno et al., Statistics in Medicine 2011.

    Parameters
    ----------
    cases
        Outcomes, risks and folds.
    tau
        In days; without it there is no Uno's C.
    """

    def __init__(self, cases: SurvivalCases, tau: float | None) -> None:
        self._pairs = RankedPairs.by_time(cases.observed, cases.risk, cases.fold)
        one = np.full(len(cases), "")
        several = len(np.unique(cases.fold)) > 1
        self._pooled = RankedPairs.by_time(cases.observed, cases.risk, one) if several else None
        self._before_tau = cases.observed.days < (-np.inf if tau is None else tau)
        n, n_pooled = self._pairs.patients, (self._pooled or self._pairs).patients
        self.columns = (Column("c_index", n), Column("c_index_pooled", n_pooled), Column("uno_c", n))

    def __call__(self, weights: Floats, distributions: Distributions) -> Floats:
        """Return (replicates, 3) for weights (replicates, n) of the patients."""
        found = self._pairs.of_each_worse(weights)
        of_worse = weights[:, self._pairs.worse]
        harrell = _share(found, of_worse)
        pooled = harrell
        if self._pooled is not None:
            pooled = _share(self._pooled.of_each_worse(weights), weights[:, self._pooled.worse])
        squared = np.square(inverse(distributions.uncensored_before_own())) * self._before_tau
        return np.stack([harrell, pooled, _share(found, of_worse * squared[:, self._pairs.worse])], axis=-1)


class DynamicAuc:
    """Cumulative/dynamic AUC at horizons, within folds, and its mean over them.

    At a horizon, patients with the event by then stand against those followed beyond it without; a pair counts by the
    product of both inverse probabilities of being seen so. Uno et al., JASA 2007; Hung and Chiang, Canadian Journal of
    Statistics 2010. The mean weighs each horizon by the fall of the Kaplan-Meier curve since the one before, the first
    by that since the start. Lambert and Chevret, Statistical Methods in Medical Research 2016.

    Parameters
    ----------
    cases
        Outcomes, risks and folds.
    horizons
        In days, ascending.
    """

    def __init__(self, cases: SurvivalCases, horizons: Sequence[float]) -> None:
        self._horizons = tuple(horizons)
        self._pairs = [RankedPairs.at_horizon(cases.observed, cases.risk, cases.fold, day) for day in horizons]
        counts = [pairs.patients for pairs in self._pairs]
        each = [Column(measure_key("auc", day), n) for day, n in zip(self._horizons, counts, strict=True)]
        self.columns = (*each, Column("auc_mean", max(counts, default=0)))

    def __call__(self, weights: Floats, distributions: Distributions) -> Floats:
        """Return (replicates, horizons + 1) for weights (replicates, n) of the patients."""
        seen = inverse(distributions.uncensored_before_own())
        found = np.zeros((len(weights), len(self._horizons)))
        for k, (day, pairs) in enumerate(zip(self._horizons, self._pairs, strict=True)):
            beyond = weights * inverse(distributions.uncensored_at(day))
            found[:, k] = _share(pairs.of_each_worse(beyond), (weights * seen)[:, pairs.worse])
        return np.concatenate([found, self._mean(found, distributions)[:, np.newaxis]], axis=1)

    def _mean(self, found: Floats, distributions: Distributions) -> Floats:
        survival = distributions.survived.at(np.array(self._horizons))
        falls = -np.diff(survival, axis=1, prepend=1.0)
        # before the first event there is no pair and no AUC, and no fall that would give it weight
        parts = np.where(falls > 0, found * falls, 0.0).sum(axis=1)
        return ratio(np.stack([parts, falls.sum(axis=1)], axis=-1))


def _share(found: tuple[Floats, Floats], of_worse: Floats) -> Floats:
    """Return the share of pairs ranked right, from the sums of each worse patient and their own weights."""
    return ratio(np.stack([np.einsum("rk,rk->r", each, of_worse) for each in found], axis=-1))
