"""Segmentation measures with named policies, and bootstrap intervals over patients."""

from hyoid.metrics.case import CaseScores, SegmentationOptions, score_case
from hyoid.metrics.detection import DETECTION_IOU, Detection, detect
from hyoid.metrics.empty import EmptyTruth
from hyoid.metrics.intervals import Bootstrap, Interval, Statistic, bootstrap_interval, paired_interval, ratio
from hyoid.metrics.labels import Lesion, Mask, as_labels, cut_to_content
from hyoid.metrics.measures import MEASURES, Measure, dice_name
from hyoid.metrics.overlap import Overlap, overlap
from hyoid.metrics.surface import SURFACE_TOLERANCE_MM, Surface, SurfaceScores, border_voxels, surface_scores
from hyoid.metrics.surfels import surfel_areas_mm2, surfels

__all__ = [
    "DETECTION_IOU",
    "MEASURES",
    "SURFACE_TOLERANCE_MM",
    "Bootstrap",
    "CaseScores",
    "Detection",
    "EmptyTruth",
    "Interval",
    "Lesion",
    "Mask",
    "Measure",
    "Overlap",
    "SegmentationOptions",
    "Statistic",
    "Surface",
    "SurfaceScores",
    "as_labels",
    "bootstrap_interval",
    "border_voxels",
    "cut_to_content",
    "detect",
    "dice_name",
    "overlap",
    "paired_interval",
    "ratio",
    "score_case",
    "surface_scores",
    "surfel_areas_mm2",
    "surfels",
]
