"""Predictions and truth become results: measures with intervals, per case, per center and over the cohort."""

from hyoid.evaluation.classification import evaluate_hpv
from hyoid.evaluation.classification_result import ClassificationResult
from hyoid.evaluation.floor import Floor, suv_floor
from hyoid.evaluation.floor_choice import CANDIDATES
from hyoid.evaluation.result import CaseResult, SegmentationResult
from hyoid.evaluation.segmentation import evaluate_segmentation, paired_difference, score_pair
from hyoid.evaluation.strata import knows_centers
from hyoid.evaluation.survival import compare_survival, evaluate_survival
from hyoid.evaluation.survival_comparison import SurvivalComparison
from hyoid.evaluation.survival_result import SurvivalResult
from hyoid.evaluation.survival_training import observed_of

__all__ = [
    "CANDIDATES",
    "CaseResult",
    "ClassificationResult",
    "Floor",
    "SegmentationResult",
    "SurvivalComparison",
    "SurvivalResult",
    "compare_survival",
    "evaluate_hpv",
    "evaluate_segmentation",
    "evaluate_survival",
    "knows_centers",
    "observed_of",
    "paired_difference",
    "score_pair",
    "suv_floor",
]
