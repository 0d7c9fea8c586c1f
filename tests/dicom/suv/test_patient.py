import pytest

from hyoid.dicom.suv import GivenValues, suv_of
from hyoid.errors import DicomError
from support.pet_headers import pet_series

LEAN = ("LBM", "LBMJAMES128", "LBMJANMA", "IBW")


@pytest.mark.parametrize("suv_type", [*LEAN, "BSA"])
@pytest.mark.parametrize("missing", ["PatientWeight", "PatientSize"])
def test_stored_suv_of_other_types_needs_weight_and_height(suv_type: str, missing: str) -> None:
    units = "CM2ML" if suv_type == "BSA" else "GML"
    with pytest.raises(DicomError, match=r"no plausible Patient's (Weight|Size)"):
        suv_of(pet_series(Units=units, SUVType=suv_type, **{missing: None}))  # type: ignore[arg-type]


@pytest.mark.parametrize("suv_type", LEAN)
@pytest.mark.parametrize("sex", [None, "", "U", "X"])
def test_and_the_sex(suv_type: str, sex: str | None) -> None:
    series = pet_series(Units="GML", SUVType=suv_type, PatientSex=sex)
    with pytest.raises(DicomError, match="no Patient's Sex"):
        suv_of(series)
    given = suv_of(series, GivenValues(sex="F"))
    assert given.factor == pytest.approx(suv_of(pet_series(Units="GML", SUVType=suv_type, PatientSex="F")).factor)


@pytest.mark.parametrize(("suv_type", "error"), [("LBMJAMES128", "9.2%"), ("IBW", "4.3%")])
def test_other_sex_is_the_mean_with_its_error_said(suv_type: str, error: str) -> None:
    suv = suv_of(pet_series(Units="GML", SUVType=suv_type, PatientSex="O"))
    men, women = (suv_of(pet_series(Units="GML", SUVType=suv_type, PatientSex=sex)).factor for sex in "MF")
    assert men is not None
    assert women is not None
    assert suv.factor == pytest.approx(2 / (1 / men + 1 / women))
    assert "mean of the formulas for men and women" in suv.assumptions[0]
    measured = abs((1 / men) / (1 / suv.factor) - 1)
    assert f"{measured:.1%}" in suv.assumptions[0]


@pytest.mark.parametrize("height", ["0", "175", "68.9"])
def test_an_absurd_height_is_noted_and_not_used(height: str) -> None:
    suv = suv_of(pet_series(PatientSize=height))
    assert suv.inputs.height_m is None
    if height != "0":
        assert any(f"height of {float(height):g} m is not plausible" in note for note in suv.notes)
    with pytest.raises(DicomError, match="no plausible height for SUV bsa"):
        suv.of("bsa")


def test_weight_is_not_needed_for_what_is_suv_already() -> None:
    assert suv_of(pet_series(Units="GML", SUVType="BW", PatientWeight=None)).factor == 1.0
