"""Formulas of body size: lean body mass, ideal body weight, body surface area.

Weights in kg, heights in m, results in kg or m2. The sex-specific ones take "M" or "F".
"""

from __future__ import annotations

from collections.abc import Callable

from hyoid.errors import DicomError

INCH_M = 0.0254
FIVE_FEET_M = 60 * INCH_M

JAMES_128 = {"M": (1.10, 128.0), "F": (1.07, 148.0)}
JAMES_120 = {"M": (1.10, 120.0), "F": (1.07, 148.0)}


def lean_body_mass_james(weight_kg: float, height_m: float, sex: str) -> float:
    """Lean body mass, kg: 1.10 W - 128 (W/H)^2 for men, 1.07 W - 148 (W/H)^2 for women, H in cm.

    Source: W. P. T. James, Research on Obesity, HMSO 1976; SUV Type LBMJAMES128 of DICOM PS3.3, C.8.9.1.
    """
    return _james(weight_kg, height_m, JAMES_128[sex])


def lean_body_mass_james_120(weight_kg: float, height_m: float, sex: str) -> float:
    """Lean body mass, kg, as `lean_body_mass_james`, but with 120 for men.

    The constant as printed by Morgan and Bray, Clin Pharmacokinet 1994;26:292, and what SUV Type LBM means beside
    LBMJAMES128 (DICOM PS3.3, C.8.9.1; IBSI-SUV). It is only used to undo such values.
    """
    return _james(weight_kg, height_m, JAMES_120[sex])


def lean_body_mass_janmahasatian(weight_kg: float, height_m: float, sex: str) -> float:
    """Lean body mass, kg: 9270 W / (6680 + 216 BMI) for men, 9270 W / (8780 + 244 BMI) for women.

    Source: Janmahasatian et al., Clin Pharmacokinet 2005;44:1051; SUV Type LBMJANMA of DICOM PS3.3, C.8.9.1.
    """
    body_mass_index = weight_kg / height_m**2
    constant, slope = {"M": (6680.0, 216.0), "F": (8780.0, 244.0)}[sex]
    return 9270.0 * weight_kg / (constant + slope * body_mass_index)


def ideal_body_weight_devine(_weight_kg: float, height_m: float, sex: str) -> float:
    """Ideal body weight, kg: 50 (men) or 45.5 (women), plus 2.3 for each inch above five feet.

    Source: B. J. Devine, Drug Intell Clin Pharm 1974;8:650. The weight is not used.
    """
    return {"M": 50.0, "F": 45.5}[sex] + 2.3 * (height_m - FIVE_FEET_M) / INCH_M


def ideal_body_weight_sugawara(_weight_kg: float, height_m: float, sex: str) -> float:
    """Ideal body weight, kg: 48.0 + 1.06 (H - 152) for men, 45.5 + 0.91 (H - 152) for women, H in cm.

    Source: Sugawara et al., Radiology 1999;213:521; what SUV Type IBW means to the IBSI-SUV benchmark and to the
    QIBA-based SUV factor calculator of 3D Slicer. The weight is not used.
    """
    constant, slope = {"M": (48.0, 1.06), "F": (45.5, 0.91)}[sex]
    return constant + slope * (100 * height_m - 152.0)


def body_surface_area_du_bois(weight_kg: float, height_m: float) -> float:
    """Body surface area, m2: 0.007184 W^0.425 H^0.725, H in cm.

    Source: D. Du Bois and E. F. Du Bois, Arch Intern Med 1916;17:863; used for SUV by Kim et al.,
    J Nucl Med 1994;35:164.
    """
    return float(0.007184 * weight_kg**0.425 * (100 * height_m) ** 0.725)


def james_turning_point(sex: str) -> float:
    """Body mass index, kg/m2, above which James's formula gives less lean mass to more weight: 43 (men), 36 (women)."""
    linear, quadratic = JAMES_128[sex]
    return linear / (2 * quadratic) * 1e4


def mean_of_sexes(formula: Callable[[float, float, str], float], weight_kg: float, height_m: float) -> float:
    """Mean of the male and the female result, the IBSI-SUV reading of Patient's Sex "O"."""
    return (formula(weight_kg, height_m, "M") + formula(weight_kg, height_m, "F")) / 2


def _james(weight_kg: float, height_m: float, constants: tuple[float, float]) -> float:
    linear, quadratic = constants
    mass = linear * weight_kg - quadratic * (weight_kg / (100 * height_m)) ** 2
    if mass <= 0:
        raise DicomError.of(
            f"{weight_kg:g} kg at {height_m:g} m, for which James's formula gives no lean body mass",
            "a patient whom the formula fits",
            "Use Janmahasatian's formula.",
        )
    return mass
