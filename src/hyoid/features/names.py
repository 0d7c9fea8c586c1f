"""Names of the lesion measures, apart from what computes them: a recipe is checked without importing it."""

LESIONS = ("gtvp", "gtvn", "total")
"""Prefixes of the measures: primary tumour, nodes, both together."""

D_PERCENT = (98, 95, 50, 2)
"""Dxx: the least dose that the hottest xx % of a structure receive."""

V_GY = (20, 50, 60, 66, 70)
"""Vxx: the share of a structure that receives at least xx Gy."""

DOSE_MEASURES = (
    "dose_coverage",
    "dose_mean_gy",
    "dose_max_gy",
    *(f"dose_d{percent}_gy" for percent in D_PERCENT),
    *(f"dose_v{gray}" for gray in V_GY),
)
"""Measures of the radiotherapy dose in each lesion."""

MEASURES = (
    "volume_ml",
    "count",
    "pet_coverage",
    "mtv_ml",
    "tlg_g",
    "suv_max",
    "suv_mean",
    "suv_peak",
    "suv_cov",
    "suv_entropy",
    "dmax_mm",
    "dmax_centroid_mm",
    "spread_mm",
    "ct_coverage",
    "ct_mean_hu",
    "ct_sd_hu",
    *DOSE_MEASURES,
)
"""Measures of each lesion; what each is, in which unit, stands in `hyoid.features.provenance.DEFINITIONS`."""

SIGNED = ("ct_mean_hu",)
"""Measures that are negative as often as not, and so have no logarithm."""


def image_of(measure: str) -> str | None:
    """Return the image that a measure is taken from: `pet`, `ct`, `dose`, or None for the contour alone."""
    if measure.startswith("dose_"):
        return "dose"
    if measure.startswith("ct_"):
        return "ct"
    return "pet" if measure.startswith(("pet_", "mtv_", "tlg_", "suv_")) else None
