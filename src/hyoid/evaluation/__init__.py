"""Predictions and truth become results: measures with intervals, per case, per center and over the cohort."""

from hyoid.evaluation.floor import CANDIDATES, Floor, suv_floor
from hyoid.evaluation.label_maps import LabelMap, LabelMaps, find_label_maps
from hyoid.evaluation.result import CaseResult, SegmentationResult
from hyoid.evaluation.segmentation import evaluate_segmentation, paired_difference, score_pair

__all__ = [
    "CANDIDATES",
    "CaseResult",
    "Floor",
    "LabelMap",
    "LabelMaps",
    "SegmentationResult",
    "evaluate_segmentation",
    "find_label_maps",
    "paired_difference",
    "score_pair",
    "suv_floor",
]
