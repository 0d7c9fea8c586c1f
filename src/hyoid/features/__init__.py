"""Measures of lesions from a mask and the images: one row a patient."""

from hyoid.features.lesion import LESIONS, MEASURES, PEAK_VOLUME_ML, lesion_measures
from hyoid.features.table import COLUMNS, feature_table

__all__ = ["COLUMNS", "LESIONS", "MEASURES", "PEAK_VOLUME_ML", "feature_table", "lesion_measures"]
