"""Names of the lesion measures, apart from what computes them: a recipe is checked without importing it."""

LESIONS = ("gtvp", "gtvn", "total")
"""Prefixes of the measures: primary tumour, nodes, both together."""

MEASURES = ("volume_ml", "count", "pet_coverage", "mtv_ml", "tlg_g", "suv_max", "suv_mean", "suv_peak")
"""Measures of each lesion."""
