"""Shift made visible: what a recipe loses between centers, and what differs there. Pure functions on arrays."""

from hyoid.benchmark.shift.abstention_sample import AbstentionSample
from hyoid.benchmark.shift.calibration import CenterCalibration, calibration_by_center
from hyoid.benchmark.shift.center_classifier import (
    CenterClassifier,
    CenterRecognition,
    CenterRecognitions,
    tell_centers_apart,
)
from hyoid.benchmark.shift.centers import CenterValue, CenterValues, values_by_center
from hyoid.benchmark.shift.classification_sample import ClassificationSample
from hyoid.benchmark.shift.covariate_shift import CovariateShift, FeatureShift, covariate_shift
from hyoid.benchmark.shift.feature_table import FeatureTable
from hyoid.benchmark.shift.gap import Gap, inside_outside_gap
from hyoid.benchmark.shift.label_shift import CenterShare, LabelShift, event_shift, label_shift
from hyoid.benchmark.shift.pictures import (
    decision_picture,
    forest_picture,
    gap_picture,
    reliability_picture,
    risk_coverage_picture,
    shift_picture,
)
from hyoid.benchmark.shift.recipes import RecipeComparison, RecipeDifference, compare_recipes
from hyoid.benchmark.shift.sample import Sample, measured
from hyoid.benchmark.shift.segmentation_sample import SegmentationSample
from hyoid.benchmark.shift.survival_calibration import CenterSurvivalCalibration, survival_calibration_by_center
from hyoid.benchmark.shift.survival_sample import SurvivalSample

__all__ = [
    "AbstentionSample",
    "CenterCalibration",
    "CenterClassifier",
    "CenterRecognition",
    "CenterRecognitions",
    "CenterShare",
    "CenterSurvivalCalibration",
    "CenterValue",
    "CenterValues",
    "ClassificationSample",
    "CovariateShift",
    "FeatureShift",
    "FeatureTable",
    "Gap",
    "LabelShift",
    "RecipeComparison",
    "RecipeDifference",
    "Sample",
    "SegmentationSample",
    "SurvivalSample",
    "calibration_by_center",
    "compare_recipes",
    "covariate_shift",
    "decision_picture",
    "event_shift",
    "forest_picture",
    "gap_picture",
    "inside_outside_gap",
    "label_shift",
    "measured",
    "reliability_picture",
    "risk_coverage_picture",
    "shift_picture",
    "survival_calibration_by_center",
    "tell_centers_apart",
    "values_by_center",
]
