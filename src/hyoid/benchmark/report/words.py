"""Names as a reader of the report knows them."""

from __future__ import annotations

from collections.abc import Mapping

from hyoid.benchmark.external import EXTERNAL
from hyoid.benchmark.splits import CENTER_OUT, KFOLD, SIZE_MATCHED
from hyoid.errors import HyoidError
from hyoid.metrics import CLASSIFICATION_MEASURES, MEASURES
from hyoid.metrics.survival import describe_measure

TASKS: Mapping[str, str] = {
    "segmentation": "Segmentation",
    "hpv": "HPV status",
    "rfs": "Recurrence-free survival",
}

SPLIT_WORDS: Mapping[str, str] = {
    KFOLD: "k-fold",
    CENTER_OUT: "centre left out",
    SIZE_MATCHED: "k-fold of the centres' sizes",
    EXTERNAL: "external cohort",
}

OUTSIDE = (CENTER_OUT, EXTERNAL, SIZE_MATCHED, KFOLD)
"""Splits by how much they say of a hospital that the model does not know, the most first."""

_SHORT = {
    "auc": "AUC",
    "balanced_accuracy": "balanced accuracy",
    "c_index": "C-index",
    "answered_right": "right answers over all shares",
}


def split_words(split: str) -> str:
    """Return a split as one says it."""
    return SPLIT_WORDS.get(split, split)


def measure_words(measure: str) -> str:
    """Return a measure as one says it."""
    if measure in _SHORT:
        return _SHORT[measure]
    for known in (MEASURES, CLASSIFICATION_MEASURES):
        if measure in known:
            return str(known[measure].description)
    try:
        return describe_measure(measure)
    except HyoidError:
        return measure.replace("_", " ")
