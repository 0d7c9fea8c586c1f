"""Predictions and truth become results: measures with intervals, per case, per center and over the cohort."""

from hyoid.evaluation.classification import evaluate_hpv
from hyoid.evaluation.classification_result import ClassificationResult
from hyoid.evaluation.floor import Floor, suv_floor
from hyoid.evaluation.floor_choice import CANDIDATES
from hyoid.evaluation.result import CaseResult, SegmentationResult
from hyoid.evaluation.segmentation import evaluate_segmentation, paired_difference, score_pair

__all__ = [
    "CANDIDATES",
    "CaseResult",
    "ClassificationResult",
    "Floor",
    "SegmentationResult",
    "evaluate_hpv",
    "evaluate_segmentation",
    "paired_difference",
    "score_pair",
    "suv_floor",
]
