from datetime import datetime
from typing import Any

import pytest

from hyoid.dicom.suv import GivenValues, suv_of
from hyoid.errors import DicomError
from support.pet_headers import HOUR, activity_of_one, pet_series

GIVEN: dict[str, Any] = {
    "weight_kg": 80.0,
    "dose_bq": 3.0e8,
    "injection_time": datetime.fromisoformat("2024-03-01T10:30"),
    "half_life_s": 6600.0,
}
REMOVED: dict[str, dict[str, Any]] = {
    "weight_kg": {"PatientWeight": None},
    "dose_bq": {"isotope": {"RadionuclideTotalDose": None}},
    "injection_time": {"isotope": {"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": None}},
    "half_life_s": {"isotope": {"RadionuclideHalfLife": None}},
}
EXPECTED = {
    "weight_kg": 1 / activity_of_one(HOUR, weight_kg=80),
    "dose_bq": 1 / activity_of_one(HOUR, dose_bq=3e8),
    "injection_time": 1 / activity_of_one(HOUR / 2),
    "half_life_s": 1 / activity_of_one(HOUR, half_life_s=6600),
}
WORDS = {"weight_kg": "weight", "dose_bq": "dose", "injection_time": "injection time", "half_life_s": "half-life"}


@pytest.mark.parametrize("name", GIVEN)
def test_a_given_value_stands_in_for_a_missing_one_and_is_noted(name: str) -> None:
    suv = suv_of(pet_series(**REMOVED[name]), GivenValues(**{name: GIVEN[name]}))
    assert suv.factor == pytest.approx(EXPECTED[name])
    assert suv.inputs.sources[name] == "given"
    assert any(f"no usable {WORDS[name]}; the given" in note for note in suv.notes)


@pytest.mark.parametrize("name", GIVEN)
def test_without_override_the_header_wins_and_that_is_noted(name: str) -> None:
    suv = suv_of(pet_series(), GivenValues(**{name: GIVEN[name]}))
    assert suv.factor == pytest.approx(1 / activity_of_one(HOUR))
    assert suv.inputs.sources[name] == "header"
    assert any(f"The given {WORDS[name]}" in note and "is not used" in note for note in suv.notes)


@pytest.mark.parametrize("name", GIVEN)
def test_with_override_the_given_value_wins_and_that_is_noted(name: str) -> None:
    suv = suv_of(pet_series(), GivenValues(**{name: GIVEN[name]}, override=True))
    assert suv.factor == pytest.approx(EXPECTED[name])
    assert suv.inputs.sources[name] == "given"
    assert any(f"The given {WORDS[name]}" in note and "replaces the header's" in note for note in suv.notes)


@pytest.mark.parametrize("name", ["weight_kg", "dose_bq", "injection_time"])
def test_what_is_missing_is_refused_by_name(name: str) -> None:
    keyword = {"weight_kg": "Patient's Weight", "dose_bq": "Total Dose", "injection_time": "Start Time"}[name]
    with pytest.raises(DicomError, match=f"{keyword}.*[Gg]ive the"):
        suv_of(pet_series(**REMOVED[name]))


@pytest.mark.parametrize("weight", ["0", "0.07", "1500", "70000"])
def test_an_absurd_weight_is_refused_unless_given(weight: str) -> None:
    found = rf" \(the header has {float(weight):g}\)"
    with pytest.raises(DicomError, match=rf"no plausible Patient's Weight \(0010,1030\){found}; expected"):
        suv_of(pet_series(PatientWeight=weight))
    suv = suv_of(pet_series(PatientWeight=weight), GivenValues(weight_kg=70))
    assert suv.factor == pytest.approx(1 / activity_of_one(HOUR))
    assert any("is not plausible" in note for note in suv.notes)


@pytest.mark.parametrize(
    "bad",
    [
        {"weight_kg": 70_000},
        {"weight_kg": float("nan")},
        {"height_m": 175},
        {"dose_bq": 350},
        {"dose_bq": float("inf")},
        {"half_life_s": 0},
        {"sex": "male"},
    ],
)
def test_a_given_value_in_the_wrong_unit_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(DicomError, match="a given"):
        GivenValues(**bad)


def test_an_aware_injection_is_turned_to_the_zone_of_the_header() -> None:
    given = GivenValues(injection_time=datetime.fromisoformat("2024-03-01T08:30:00+00:00"))
    suv = suv_of(pet_series(TimezoneOffsetFromUTC="+0200", **REMOVED["injection_time"]), given)
    assert suv.inputs.injection_time == datetime.fromisoformat("2024-03-01T10:30")


def test_height_and_sex_are_given_for_what_needs_them() -> None:
    suv = suv_of(pet_series(PatientSize=None, PatientSex=""), GivenValues(height_m=1.75, sex="M"))
    assert suv.of("lbm_james") == pytest.approx((1.10 * 70 - 128 * 0.16) / 70)
    assert suv.inputs.sources["height_m"] == suv.inputs.sources["sex"] == "given"
