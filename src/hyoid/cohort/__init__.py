"""Folders and tables become case records; nothing here knows a network."""

from hyoid.cohort.case import GTVN, GTVP, MODALITIES, Case
from hyoid.cohort.clinical import read_clinical_json
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
    Split,
    folds_from_json,
    folds_to_json,
)

__all__ = [
    "GTVN",
    "GTVP",
    "MODALITIES",
    "PROBLEM_CODES",
    "Case",
    "Cohort",
    "ColumnMap",
    "Fold",
    "FoldsFile",
    "HoldOutKFold",
    "KFold",
    "LeaveOneCenterOut",
    "Problem",
    "Split",
    "folds_from_json",
    "folds_to_json",
    "read_clinical_json",
    "read_cohort",
    "read_columns",
]
