"""Predictions and truth become results: measures with intervals, per case, per center and over the cohort."""

from hyoid.evaluation.floor import Floor, suv_floor
from hyoid.evaluation.floor_choice import CANDIDATES
from hyoid.evaluation.result import CaseResult, SegmentationResult
from hyoid.evaluation.segmentation import evaluate_segmentation, paired_difference, score_pair

__all__ = [
    "CANDIDATES",
    "CaseResult",
    "Floor",
    "SegmentationResult",
    "evaluate_segmentation",
    "paired_difference",
    "score_pair",
    "suv_floor",
]
