"""Measures of lesions from a mask and the images: one row a patient."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hyoid.features.columns import check_measures, with_measures
from hyoid.features.names import DOSE_MEASURES, LESIONS, MEASURES
from hyoid.features.radiomics_settings import RadiomicsSettings, load_radiomics_settings, radiomics_columns

if TYPE_CHECKING:
    from hyoid.features.case import measure_case
    from hyoid.features.dose import Dvh, dose_measures, dvh, structure_dose
    from hyoid.features.lesion import lesion_measures
    from hyoid.features.provenance import column_provenance
    from hyoid.features.radiomics import radiomics_features
    from hyoid.features.table import COLUMNS, feature_table
    from hyoid.features.uptake import PEAK_VOLUME_ML

__all__ = [
    "COLUMNS",
    "DOSE_MEASURES",
    "LESIONS",
    "MEASURES",
    "PEAK_VOLUME_ML",
    "Dvh",
    "RadiomicsSettings",
    "check_measures",
    "column_provenance",
    "dose_measures",
    "dvh",
    "feature_table",
    "lesion_measures",
    "load_radiomics_settings",
    "measure_case",
    "radiomics_columns",
    "radiomics_features",
    "structure_dose",
    "with_measures",
]

_LATER = {
    "COLUMNS": "hyoid.features.table",
    "PEAK_VOLUME_ML": "hyoid.features.uptake",
    "Dvh": "hyoid.features.dose",
    "column_provenance": "hyoid.features.provenance",
    "dose_measures": "hyoid.features.dose",
    "dvh": "hyoid.features.dose",
    "feature_table": "hyoid.features.table",
    "lesion_measures": "hyoid.features.lesion",
    "measure_case": "hyoid.features.case",
    "radiomics_features": "hyoid.features.radiomics",
    "structure_dose": "hyoid.features.dose",
}


def __getattr__(name: str) -> Any:
    """Import what computes when it is first asked for: a recipe needs the names alone."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
