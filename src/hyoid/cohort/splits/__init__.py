"""Splits: which patients train, which choose, which are reported."""

from typing import Annotated

from pydantic import Field

from hyoid.cohort.splits.center import LeaveOneCenterOut
from hyoid.cohort.splits.fold import Fold, folds_from_json, folds_to_json
from hyoid.cohort.splits.folds_file import FoldsFile
from hyoid.cohort.splits.kfold import HoldOutKFold, KFold
from hyoid.cohort.splits.single import Single
from hyoid.cohort.splits.size_matched import SizeMatchedKFold
from hyoid.cohort.splits.stack import with_stack
from hyoid.cohort.splits.stratify import stratify

Split = Annotated[
    KFold | HoldOutKFold | LeaveOneCenterOut | SizeMatchedKFold | Single | FoldsFile, Field(discriminator="name")
]
"""Any split, told apart by its `name`; each has `make_folds(cases) -> list[Fold]` and `optimistic`."""

__all__ = [
    "Fold",
    "FoldsFile",
    "HoldOutKFold",
    "KFold",
    "LeaveOneCenterOut",
    "Single",
    "SizeMatchedKFold",
    "Split",
    "folds_from_json",
    "folds_to_json",
    "stratify",
    "with_stack",
]
