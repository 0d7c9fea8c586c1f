"""Area under the ROC curve, as the share of pairs of a positive and a negative that are ranked right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hyoid.metrics.confusion import Bools
from hyoid.metrics.draws import Floats, WeightedStatistic
from hyoid.metrics.intervals import ratio


def pairs_ranked(truth: Bools, score: Floats, fold: NDArray[np.str_]) -> WeightedStatistic:
    """Return the statistic 'share of pairs in which the positive has the higher score'; ties count one half.

    Only pairs within one fold are compared, since the scores of two models need not share a scale; the pairs of all
    folds are pooled, so a fold counts by its pairs. With one label for all cases this is the usual AUC.

    Parameters
    ----------
    truth
        (n,) of bool.
    score
        (n,): higher means more likely positive.
    fold
        (n,) labels of the model that scored each case.

    Returns
    -------
    WeightedStatistic
        From weights (replicates, n) to values (replicates,); NaN where no fold has both classes.
    """
    blocks = []
    for label in np.unique(fold):
        positives, negatives = np.flatnonzero(truth & (fold == label)), np.flatnonzero(~truth & (fold == label))
        higher, lower = score[positives, np.newaxis], score[np.newaxis, negatives]
        blocks.append((positives, negatives, (higher > lower) + 0.5 * (higher == lower)))

    def statistic(weights: Floats) -> Floats:
        won, pairs = np.zeros(len(weights)), np.zeros(len(weights))
        for positives, negatives, comparison in blocks:
            of_positives, of_negatives = weights[:, positives], weights[:, negatives]
            won += np.einsum("rn,rn->r", of_positives @ comparison, of_negatives)
            pairs += of_positives.sum(axis=1) * of_negatives.sum(axis=1)
        return ratio(np.stack([won, pairs], axis=-1))

    return statistic


def cases_in_pairs(truth: Bools, fold: NDArray[np.str_]) -> int:
    """Return the number of cases in folds that have both classes: those that count in `pairs_ranked`."""
    counting = 0
    for label in np.unique(fold):
        own = truth[fold == label]
        counting += len(own) if 0 < np.count_nonzero(own) < len(own) else 0
    return counting
