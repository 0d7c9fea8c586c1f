"""The digital phantom of the Image Biomarker Standardisation Initiative, and the values that its teams agreed on.

Phantom and values: Zwanenburg et al., reference manual (arXiv 1612.07003), sections 5.1 and 3; the data set is under
CC BY 4.0.
"""

import numpy as np

from hyoid.geometry import Grid, Volume

GRID = Grid((5, 4, 4), (2.0, 2.0, 2.0))

_OUT = 5
"""Grey level of the voxels outside the region of interest, which the sphere of the intensity peak counts too. The
published local peak (2.6) has this value; the global peak then is a test."""

_LEVELS = [
    [[1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1]],
    [[1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [0, 1, 3, 1, 1], [4, 4, 6, 1, 1]],
    [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 1, 6, 1, 1]],
    [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1]],
]


def digital_phantom() -> tuple[Volume, Volume]:
    """The region of interest (label 1) and the image."""
    levels = np.array(_LEVELS)
    roi = (levels > 0).astype(np.uint8)
    return Volume(roi, GRID), Volume(np.where(levels > 0, levels, _OUT).astype(np.float32), GRID)


CONSENSUS = {
    "morphology": {
        "volume_mesh": (556, 4),
        "volume_voxels": (592, 4),
        "surface_area": (388, 3),
        "surface_to_volume_ratio": (0.698, 0.004),
        "compactness_1": (0.0411, 0.0003),
        "compactness_2": (0.599, 0.004),
        "spherical_disproportion": (1.19, 0.01),
        "sphericity": (0.843, 0.005),
        "asphericity": (0.186, 0.001),
        "center_of_mass_shift": (0.672, 0.004),
        "maximum_3d_diameter": (13.1, 0.1),
        "major_axis_length": (11.4, 0.1),
        "minor_axis_length": (9.31, 0.06),
        "least_axis_length": (8.54, 0.05),
        "elongation": (0.816, 0.005),
        "flatness": (0.749, 0.005),
        "volume_density_aligned_box": (0.869, 0.005),
        "area_density_aligned_box": (0.866, 0.005),
        "volume_density_ellipsoid": (1.17, 0.01),
        "area_density_ellipsoid": (1.36, 0.01),
        "volume_density_convex_hull": (0.961, 0.006),
        "area_density_convex_hull": (1.03, 0.01),
        "integrated_intensity": (1200, 10),
        "moran_i": (0.0397, 0.0003),
        "geary_c": (0.974, 0.006),
    },
    "intensity": {
        "mean": 2.15, "variance": 3.05, "skewness": 1.08, "excess_kurtosis": -0.355, "median": 1, "minimum": 1,
        "percentile_10": 1, "percentile_90": 4, "maximum": 6, "interquartile_range": 3, "range": 5,
        "mean_absolute_deviation": 1.55, "robust_mean_absolute_deviation": 1.11, "median_absolute_deviation": 1.15,
        "coefficient_of_variation": 0.812, "quartile_coefficient_of_dispersion": 0.6, "energy": 567,
        "root_mean_square": 2.77,
    },
    "histogram": {
        "mean": 2.15, "variance": 3.05, "skewness": 1.08, "excess_kurtosis": -0.355, "median": 1, "minimum": 1,
        "percentile_10": 1, "percentile_90": 4, "maximum": 6, "mode": 1, "interquartile_range": 3, "range": 5,
        "mean_absolute_deviation": 1.55, "robust_mean_absolute_deviation": 1.11, "median_absolute_deviation": 1.15,
        "coefficient_of_variation": 0.812, "quartile_coefficient_of_dispersion": 0.6, "entropy": 1.27,
        "uniformity": 0.512, "maximum_gradient": 8, "maximum_gradient_grey_level": 3, "minimum_gradient": -50,
        "minimum_gradient_grey_level": 1,
    },
    "glcm": {
        "joint_maximum": 0.509, "joint_average": 2.15, "joint_variance": 3.13, "joint_entropy": 2.57,
        "difference_average": 1.38, "difference_variance": 3.21, "difference_entropy": 1.64, "sum_average": 4.30,
        "sum_variance": 7.41, "sum_entropy": 2.11, "angular_second_moment": 0.291, "contrast": 5.12,
        "dissimilarity": 1.38, "inverse_difference": 0.688, "normalised_inverse_difference": 0.856,
        "inverse_difference_moment": 0.631, "normalised_inverse_difference_moment": 0.902, "inverse_variance": 0.0574,
        "correlation": 0.183, "autocorrelation": 5.19, "cluster_tendency": 7.41, "cluster_shade": 17.4,
        "cluster_prominence": 147, "information_correlation_1": -0.0288, "information_correlation_2": 0.269,
    },
    "glrlm": {
        "short_runs_emphasis": 0.729, "long_runs_emphasis": 2.76, "low_grey_level_run_emphasis": 0.607,
        "high_grey_level_run_emphasis": 9.64, "short_run_low_grey_level_emphasis": 0.372,
        "short_run_high_grey_level_emphasis": 8.67, "long_run_low_grey_level_emphasis": 2.16,
        "long_run_high_grey_level_emphasis": 15.6, "grey_level_non_uniformity": 281,
        "normalised_grey_level_non_uniformity": 0.43, "run_length_non_uniformity": 328,
        "normalised_run_length_non_uniformity": 0.501, "run_percentage": 0.68, "grey_level_variance": 3.48,
        "run_length_variance": 0.598, "run_entropy": 2.62,
    },
    "glszm": {
        "small_zone_emphasis": 0.255, "large_zone_emphasis": 550, "low_grey_level_zone_emphasis": 0.253,
        "high_grey_level_zone_emphasis": 15.6, "small_zone_low_grey_level_emphasis": 0.0256,
        "small_zone_high_grey_level_emphasis": 2.76, "large_zone_low_grey_level_emphasis": 503,
        "large_zone_high_grey_level_emphasis": 1490, "grey_level_non_uniformity": 1.4,
        "normalised_grey_level_non_uniformity": 0.28, "zone_size_non_uniformity": 1,
        "normalised_zone_size_non_uniformity": 0.2, "zone_percentage": 0.0676, "grey_level_variance": 2.64,
        "zone_size_variance": 331, "zone_size_entropy": 2.32,
    },
    "gldzm": {
        "small_distance_emphasis": 1, "large_distance_emphasis": 1, "low_grey_level_zone_emphasis": 0.253,
        "high_grey_level_zone_emphasis": 15.6, "small_distance_low_grey_level_emphasis": 0.253,
        "small_distance_high_grey_level_emphasis": 15.6, "large_distance_low_grey_level_emphasis": 0.253,
        "large_distance_high_grey_level_emphasis": 15.6, "grey_level_non_uniformity": 1.4,
        "normalised_grey_level_non_uniformity": 0.28, "zone_distance_non_uniformity": 5,
        "normalised_zone_distance_non_uniformity": 1, "zone_percentage": 0.0676, "grey_level_variance": 2.64,
        "zone_distance_variance": 0, "zone_distance_entropy": 1.92,
    },
    "ngtdm": {"coarseness": 0.0296, "contrast": 0.584, "busyness": 6.54, "complexity": 13.5, "strength": 0.763},
    "ngldm": {
        "low_dependence_emphasis": 0.045, "high_dependence_emphasis": 109, "low_grey_level_count_emphasis": 0.693,
        "high_grey_level_count_emphasis": 7.66, "low_dependence_low_grey_level_emphasis": 0.00963,
        "low_dependence_high_grey_level_emphasis": 0.736, "high_dependence_low_grey_level_emphasis": 102,
        "high_dependence_high_grey_level_emphasis": 235, "grey_level_non_uniformity": 37.9,
        "normalised_grey_level_non_uniformity": 0.512, "dependence_count_non_uniformity": 4.86,
        "normalised_dependence_count_non_uniformity": 0.0657, "dependence_count_percentage": 1,
        "grey_level_variance": 3.05, "dependence_count_variance": 22.1, "dependence_count_entropy": 4.4,
        "dependence_count_energy": 0.0533,
    },
}  # fmt: skip
"""By family and feature: value and tolerance, or a value to three significant digits. Texture: 3D, merged."""

PEAK = 3.1
"""Global intensity peak (0F91)."""


def rounded(value: float, to: float) -> float:
    """`value` to three significant digits, half up where the agreed value `to` says so."""
    if value == 0:
        return 0.0
    digits = 2 - int(np.floor(np.log10(abs(value))))
    down, up = (fun(value * 10.0**digits) / 10.0**digits for fun in (np.floor, np.ceil))
    return float(down if abs(down - to) < abs(up - to) else up)
