"""Measures of segmentation and of binary classification with named policies, and bootstrap intervals over patients."""

from hyoid.metrics.calibration_interval import CalibrationIntervals, calibration_intervals
from hyoid.metrics.case import CaseScores, SegmentationOptions, score_case
from hyoid.metrics.classification import (
    CLASSIFICATION_MEASURES,
    MINIMUM_OF_EACH_CLASS,
    BinaryCases,
    ClassificationMeasure,
    measures_given,
)
from hyoid.metrics.components import Component, LabelComponents, components_of_label, mask_of_component, shared_voxels
from hyoid.metrics.confusion import (
    Bools,
    Confusion,
    accuracy,
    balanced_accuracy,
    confusion,
    confusion_sums,
    sensitivity,
    specificity,
)
from hyoid.metrics.detection import DETECTION_IOU, Detection, detect
from hyoid.metrics.draws import Bootstrap, Floats, WeightedStatistic, draw_values
from hyoid.metrics.empty import EmptyTruth
from hyoid.metrics.failure_types import (
    COVERED_SHARE,
    PIECE_ML,
    CaseFailures,
    Failure,
    FailureOptions,
    FailureType,
)
from hyoid.metrics.failures import find_failures
from hyoid.metrics.heterogeneity import Heterogeneity, heterogeneity
from hyoid.metrics.homogeneity import TableTest, table_test
from hyoid.metrics.intervals import (
    Interval,
    Statistic,
    bootstrap_interval,
    interval_of,
    of_share,
    paired_interval,
    ratio,
    weighted_interval,
)
from hyoid.metrics.labels import Lesion, Mask, as_labels, cut_to_content
from hyoid.metrics.logistic import fit_logistic, fit_offset
from hyoid.metrics.measures import MEASURES, Measure, dice_name
from hyoid.metrics.multiplicity import SimultaneousTests, holm, simultaneous_tests
from hyoid.metrics.net_benefit import DEFAULT_THRESHOLDS, DecisionCurve, decision_curve
from hyoid.metrics.overlap import Overlap, overlap
from hyoid.metrics.ranking import cases_in_pairs, pairs_ranked
from hyoid.metrics.reliability import (
    MINIMUM_FOR_SHARE,
    Binning,
    CalibrationLine,
    ReliabilityBin,
    calibration_line,
    expected_calibration_error,
    reliability_bins,
    share_interval,
    wilson_interval,
)
from hyoid.metrics.selective import RiskCoverage, risk_coverage
from hyoid.metrics.standardised_difference import standardised_difference, standardised_difference_of_shares
from hyoid.metrics.surface import SURFACE_TOLERANCE_MM, Surface, SurfaceScores, border_voxels, surface_scores
from hyoid.metrics.surfels import surfel_areas_mm2, surfels

__all__ = [
    "CLASSIFICATION_MEASURES",
    "COVERED_SHARE",
    "DEFAULT_THRESHOLDS",
    "DETECTION_IOU",
    "MEASURES",
    "MINIMUM_FOR_SHARE",
    "MINIMUM_OF_EACH_CLASS",
    "PIECE_ML",
    "SURFACE_TOLERANCE_MM",
    "BinaryCases",
    "Binning",
    "Bools",
    "Bootstrap",
    "CalibrationIntervals",
    "CalibrationLine",
    "CaseFailures",
    "CaseScores",
    "ClassificationMeasure",
    "Component",
    "Confusion",
    "DecisionCurve",
    "Detection",
    "EmptyTruth",
    "Failure",
    "FailureOptions",
    "FailureType",
    "Floats",
    "Heterogeneity",
    "Interval",
    "LabelComponents",
    "Lesion",
    "Mask",
    "Measure",
    "Overlap",
    "ReliabilityBin",
    "RiskCoverage",
    "SegmentationOptions",
    "SimultaneousTests",
    "Statistic",
    "Surface",
    "SurfaceScores",
    "TableTest",
    "WeightedStatistic",
    "accuracy",
    "as_labels",
    "balanced_accuracy",
    "bootstrap_interval",
    "border_voxels",
    "calibration_intervals",
    "calibration_line",
    "cases_in_pairs",
    "components_of_label",
    "confusion",
    "confusion_sums",
    "cut_to_content",
    "decision_curve",
    "detect",
    "dice_name",
    "draw_values",
    "expected_calibration_error",
    "find_failures",
    "fit_logistic",
    "fit_offset",
    "heterogeneity",
    "holm",
    "interval_of",
    "mask_of_component",
    "measures_given",
    "of_share",
    "overlap",
    "paired_interval",
    "pairs_ranked",
    "ratio",
    "reliability_bins",
    "risk_coverage",
    "score_case",
    "sensitivity",
    "share_interval",
    "shared_voxels",
    "simultaneous_tests",
    "specificity",
    "standardised_difference",
    "standardised_difference_of_shares",
    "surface_scores",
    "surfel_areas_mm2",
    "surfels",
    "table_test",
    "weighted_interval",
    "wilson_interval",
]
