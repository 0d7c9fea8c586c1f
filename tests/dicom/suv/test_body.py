import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.dicom.suv import body
from hyoid.errors import DicomError

WORKED_BY_HAND = [
    # weight, height, sex, James 128, James 120, Janmahasatian, Devine, Sugawara
    (80.0, 1.80, "M", 62.71605, 64.29630, 61.73141, 74.99213, 77.68),
    (60.0, 1.65, "F", 44.62975, 44.62975, 39.28685, 56.90945, 57.33),
    (91.0, 1.88, "M", 70.10996, 71.98434, 68.91157, 82.23622, 86.16),
]
"""Worked out from the published formulas, to seven digits.

80 kg, 180 cm, man: (80/180)^2 = 0.1975309; 88 - 128 * 0.1975309 = 62.71605; BMI 24.69136, 6680 + 216 * 24.69136 =
12013.33, 741600 / 12013.33 = 61.73141.
"""


@pytest.mark.parametrize(
    ("weight", "height", "sex", "james", "misprint", "janma", "devine", "sugawara"), WORKED_BY_HAND
)
def test_masses(
    weight: float, height: float, sex: str, james: float, misprint: float, janma: float, devine: float, sugawara: float
) -> None:
    assert body.lean_body_mass_james(weight, height, sex) == pytest.approx(james, rel=2e-7)
    assert body.lean_body_mass_james_120(weight, height, sex) == pytest.approx(misprint, rel=2e-7)
    assert body.lean_body_mass_janmahasatian(weight, height, sex) == pytest.approx(janma, rel=2e-7)
    assert body.ideal_body_weight_devine(weight, height, sex) == pytest.approx(devine, rel=2e-7)
    assert body.ideal_body_weight_sugawara(weight, height, sex) == pytest.approx(sugawara, rel=2e-7)


def test_surface_of_du_bois() -> None:
    """70 kg and 170 cm: 0.007184 * 70^0.425 * 170^0.725 = 1.810 m2, the example of many nomograms."""
    assert body.body_surface_area_du_bois(70, 1.70) == pytest.approx(1.8097, abs=1e-4)
    by_logarithms = math.exp(math.log(0.007184) + 0.425 * math.log(55) + 0.725 * math.log(153))
    assert body.body_surface_area_du_bois(55, 1.53) == pytest.approx(by_logarithms)


@pytest.mark.parametrize(("sex", "turn"), [("M", 42.969), ("F", 36.149)])
def test_james_turns_where_it_says(sex: str, turn: float) -> None:
    assert body.james_turning_point(sex) == pytest.approx(turn, abs=1e-3)
    weights = [factor * turn * 1.7**2 for factor in (0.99, 1.0, 1.01)]
    below, top, above = (body.lean_body_mass_james(w, 1.7, sex) for w in weights)
    assert below < top > above


def test_james_gives_no_mass_to_the_extremely_obese() -> None:
    with pytest.raises(DicomError, match="no lean body mass"):
        body.lean_body_mass_james(300, 1.5, "F")


@given(st.floats(13, 60), st.floats(1.4, 2.1), st.sampled_from("MF"))
def test_janmahasatian_lies_below_the_weight_and_rises_with_it(index: float, height: float, sex: str) -> None:
    weight = index * height**2
    lean = body.lean_body_mass_janmahasatian(weight, height, sex)
    assert 0 < lean < weight
    assert body.lean_body_mass_janmahasatian(weight * 1.01, height, sex) > lean


def test_mean_of_sexes() -> None:
    mean = body.mean_of_sexes(body.ideal_body_weight_sugawara, 70, 1.75)
    assert mean == pytest.approx((72.38 + 66.43) / 2)
