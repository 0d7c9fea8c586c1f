import math

import numpy as np
import pytest

from hyoid.features import lesion_measures
from hyoid.features.uptake import ENTROPY_BIN_SUV, peak_radius_mm, peak_sphere
from hyoid.geometry import Grid, Volume
from oracles.digital_phantom import CONSENSUS, PEAK, digital_phantom, rounded

LINE = Grid((8, 1, 1), (1.0, 1.0, 1.0))


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.5, 0.5, 0.5), (0.98, 0.98, 2.0)])
def test_the_sphere_has_one_millilitre(spacing: tuple[float, float, float]) -> None:
    sphere = peak_sphere(Grid((4, 4, 4), spacing))
    assert sphere.sum() * math.prod(spacing) / 1000 == pytest.approx(1.0, rel=0.05)
    assert peak_radius_mm() == pytest.approx(6.2035, abs=1e-4)


def test_the_digital_phantom_has_the_agreed_values() -> None:
    roi, image = digital_phantom()
    found = lesion_measures(roi, image)
    agreed = {
        "suv_mean": CONSENSUS["intensity"]["mean"],
        "suv_max": CONSENSUS["intensity"]["maximum"],
        "suv_cov": CONSENSUS["intensity"]["coefficient_of_variation"],
        "suv_entropy": CONSENSUS["histogram"]["entropy"],
        "suv_peak": PEAK,
    }
    assert {name: rounded(found[f"gtvp_{name}"], to) for name, to in agreed.items()} == pytest.approx(agreed)
    assert found["gtvp_volume_ml"] * 1000 == pytest.approx(CONSENSUS["morphology"]["volume_voxels"][0])


def _measured(suv: list[float]) -> dict[str, float]:
    pet = Volume(np.array(suv, np.float32).reshape(LINE.shape), LINE)
    return lesion_measures(Volume(np.ones(LINE.shape, np.uint8), LINE), pet)


def test_heterogeneity_by_hand() -> None:
    found = _measured([1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0])
    assert found["gtvp_suv_cov"] == pytest.approx(0.5)
    assert found["gtvp_suv_entropy"] == pytest.approx(1.0)
    assert _measured([0.0, 0.4, 0.5, 0.9, 1.0, 1.4, 1.5, 1.9])["gtvp_suv_entropy"] == pytest.approx(2.0)
    even = _measured([2.0] * 8)
    assert (even["gtvp_suv_cov"], even["gtvp_suv_entropy"]) == (0.0, 0.0)
    assert math.copysign(1, even["gtvp_suv_entropy"]) == 1
    assert ENTROPY_BIN_SUV == 0.5


def test_without_uptake_the_coefficient_of_variation_is_undefined() -> None:
    assert math.isnan(_measured([0.0] * 8)["gtvp_suv_cov"])
    assert _measured([0.0] * 8)["gtvp_suv_mean"] == 0.0
