"""Measures of lesions from a mask and the images: one row a patient."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hyoid.features.columns import check_measures, with_measures
from hyoid.features.names import LESIONS, MEASURES

if TYPE_CHECKING:
    from hyoid.features.lesion import PEAK_VOLUME_ML, lesion_measures
    from hyoid.features.table import COLUMNS, feature_table

__all__ = [
    "COLUMNS",
    "LESIONS",
    "MEASURES",
    "PEAK_VOLUME_ML",
    "check_measures",
    "feature_table",
    "lesion_measures",
    "with_measures",
]

_LATER = {
    "COLUMNS": "hyoid.features.table",
    "PEAK_VOLUME_ML": "hyoid.features.lesion",
    "feature_table": "hyoid.features.table",
    "lesion_measures": "hyoid.features.lesion",
}


def __getattr__(name: str) -> Any:
    """Import what computes when it is first asked for: a recipe needs the names alone."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
