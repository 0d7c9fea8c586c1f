"""Where each column of a table of features comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyoid.features.names import D_PERCENT, LESIONS, MEASURES, V_GY, image_of
from hyoid.features.radiomics_library import LIBRARY, check_installed
from hyoid.features.radiomics_settings import RadiomicsSettings, ibsi_features, radiomics_columns
from hyoid.features.uptake import ENTROPY_BIN_SUV
from hyoid.version import __version__


@dataclass(frozen=True, slots=True)
class Definition:
    """What a measure is: in words, its unit (empty for numbers without one), and its code in IBSI's manual."""

    text: str
    unit: str = ""
    ibsi: str | None = None


DEFINITIONS = {
    "volume_ml": Definition("volume of the contour", "mL", "YEKZ"),
    "count": Definition("connected components; of total, of GTVp and of GTVn together"),
    "pet_coverage": Definition("part of the contour within the PET's field"),
    "mtv_ml": Definition("metabolic tumour volume: the part within the PET with the least active SUV or more", "mL"),
    "tlg_g": Definition("total lesion glycolysis: mean SUV of that part times its volume", "g"),
    "suv_max": Definition("greatest SUV", "g/mL", "84IY"),
    "suv_mean": Definition("mean SUV", "g/mL", "Q4LE"),
    "suv_peak": Definition("greatest mean SUV over a sphere of 1 mL centred in the contour", "g/mL", "0F91"),
    "suv_cov": Definition("coefficient of variation of the SUV: standard deviation by mean", "", "7TET"),
    "suv_entropy": Definition(f"entropy of the histogram of the SUV in bins of {ENTROPY_BIN_SUV:g}", "bit", "TLU2"),
    "dmax_mm": Definition("greatest distance between two points on the surface of the lesions", "mm", "L0JK"),
    "dmax_centroid_mm": Definition("greatest distance between the centroids of two lesions", "mm"),
    "spread_mm": Definition("sum of the distances between the centroids of all pairs of lesions", "mm"),
    "ct_coverage": Definition("part of the contour within the CT's field"),
    "ct_mean_hu": Definition("mean density", "HU", "Q4LE"),
    "ct_sd_hu": Definition("standard deviation of the density", "HU"),
    "dose_coverage": Definition("part of the contour within the dose grid"),
    "dose_mean_gy": Definition("mean dose", "Gy"),
    "dose_max_gy": Definition("greatest dose", "Gy"),
    **{
        f"dose_d{percent}_gy": Definition(f"least dose that the hottest {percent} % of the volume receive", "Gy")
        for percent in D_PERCENT
    },
    **{f"dose_v{gray}": Definition(f"share of the volume that receives {gray} Gy or more") for gray in V_GY},
}
"""Definition of each of `MEASURES`."""


def column_provenance(*, active_suv: float = 0.0, radiomics: RadiomicsSettings | None = None) -> dict[str, Any]:
    """Return the provenance of a feature table as plain data for JSON.

    Parameters
    ----------
    active_suv
        Least active SUV that the table was made with.
    radiomics
        Settings of its radiomics, where it has any.

    Returns
    -------
    dict
        `hyoid` (version), `active_suv`, `columns`: by name `definition`, `unit`, `lesion`, `image` (None: the contour
        alone), `ibsi`, `library`, `version`, and for radiomics `family` and `settings_hash`. `radiomics` holds the
        settings.
    """
    columns: dict[str, dict[str, Any]] = {}
    for lesion in LESIONS:
        for measure in MEASURES:
            said = DEFINITIONS[measure]
            columns[f"{lesion}_{measure}"] = {
                "definition": said.text,
                "unit": said.unit,
                "lesion": lesion,
                "image": image_of(measure),
                "ibsi": said.ibsi,
                "library": "hyoid",
                "version": __version__,
            }
    content: dict[str, Any] = {"hyoid": __version__, "active_suv": active_suv}
    if radiomics is not None:
        content["radiomics"] = radiomics.model_dump(mode="json")
        columns |= _radiomics(radiomics)
    return content | {"columns": columns}


def _radiomics(settings: RadiomicsSettings) -> dict[str, dict[str, Any]]:
    library_version = check_installed()
    return {
        column: {
            "definition": feature.replace("_", " "),
            "unit": None,  # depends on the feature: IBSI's manual says it
            "lesion": lesion,
            "image": image,
            "ibsi": ibsi_features()[family][feature]["code"],
            "library": LIBRARY,
            "version": library_version,
            "family": family,
            "settings_hash": settings.hash,
        }
        for column, (lesion, image, family, feature) in radiomics_columns(settings).items()
    }
