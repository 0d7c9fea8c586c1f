"""Training: the store, the one fit loop, cross-validation."""

from hyoid.training.run import HELD_OUT, OUT_OF_FOLD, Run, train_run
from hyoid.training.store import Store, StoreReport
from hyoid.training.usable import usable_cases

__all__ = ["HELD_OUT", "OUT_OF_FOLD", "Run", "Store", "StoreReport", "train_run", "usable_cases"]
