"""Folders and tables become case records; nothing here knows a network."""

from typing import TYPE_CHECKING, Any

from hyoid.cohort.case import GTVN, GTVP, MODALITIES, Case
from hyoid.cohort.clinical import read_clinical_json, read_hpv_json
from hyoid.cohort.cohort import Cohort
from hyoid.cohort.columns import ColumnMap, read_columns
from hyoid.cohort.problem import PROBLEM_CODES, Problem
from hyoid.cohort.read import read_cohort
from hyoid.cohort.splits import (
    Fold,
    FoldsFile,
    HoldOutKFold,
    KFold,
    LeaveOneCenterOut,
    SizeMatchedKFold,
    Split,
    folds_from_json,
    folds_to_json,
)

if TYPE_CHECKING:
    from hyoid.cohort.check import Finding, check_cohort

__all__ = [
    "GTVN",
    "GTVP",
    "MODALITIES",
    "PROBLEM_CODES",
    "Case",
    "Cohort",
    "ColumnMap",
    "Finding",
    "Fold",
    "FoldsFile",
    "HoldOutKFold",
    "KFold",
    "LeaveOneCenterOut",
    "Problem",
    "SizeMatchedKFold",
    "Split",
    "check_cohort",
    "folds_from_json",
    "folds_to_json",
    "read_clinical_json",
    "read_cohort",
    "read_columns",
    "read_hpv_json",
]

_OF_CHECK = ("Finding", "check_cohort")


def __getattr__(name: str) -> Any:
    """Import the quality check when it is first asked for: reading a cohort needs none of its image analysis."""
    if name in _OF_CHECK:
        import hyoid.cohort.check

        return getattr(hyoid.cohort.check, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
