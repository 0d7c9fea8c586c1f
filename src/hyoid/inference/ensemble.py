"""The folds of a classifier as one: their log-odds combined as the recipe says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hyoid.decision import combine_logits
from hyoid.recipe.inference import Ensemble


def ensemble_logits(
    ensemble: Ensemble, logits: Mapping[str, NDArray[np.float64]], best_fold: str | None
) -> NDArray[np.float64]:
    """Combine the log-odds (n,) of each fold into one (n,)."""
    chosen = np.stack([logits[name] for name in ensemble.used(tuple(logits), best_fold)])
    if ensemble.name == "single_fold" or ensemble.name == "best_fold":  # noqa: PLR1714 - mypy narrows only this way
        return np.asarray(chosen[0])
    if ensemble.name == "mean_risk":
        raise TypeError("mean_risk joins risks, not log-odds")
    return combine_logits(chosen, ensemble.name)
