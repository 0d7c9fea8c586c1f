"""Training: the store, the one fit loop, cross-validation."""

from hyoid.training.conditions import prognoses_under
from hyoid.training.decide import DECISION
from hyoid.training.folds import HELD_OUT, OUT_OF_FOLD, PREDICTIONS, table_of
from hyoid.training.risk_table import PROGNOSIS
from hyoid.training.run import Run, checked_folds, train_run
from hyoid.training.store import Store, StoreReport
from hyoid.training.usable import has_label, usable_cases

__all__ = [
    "DECISION",
    "HELD_OUT",
    "OUT_OF_FOLD",
    "PREDICTIONS",
    "PROGNOSIS",
    "Run",
    "Store",
    "StoreReport",
    "checked_folds",
    "has_label",
    "prognoses_under",
    "table_of",
    "train_run",
    "usable_cases",
]
