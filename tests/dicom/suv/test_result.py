import json

import pytest

from hyoid.dicom.suv import SUV_KINDS, suv_of
from hyoid.errors import DicomError
from support.pet_headers import HOUR, activity_of_one, pet_series

MASSES = {
    "bw": 70.0,
    "lbm_janmahasatian": 9270 * 70 / (6680 + 216 * 70 / 3.0625),
    "lbm_james": 77 - 128 * 0.16,
    "ibw": 50 + 2.3 * (175 / 2.54 - 60),
    "ibw_sugawara": 48 + 1.06 * 23,
}


@pytest.mark.parametrize("kind", MASSES)
def test_masses_over_weight(kind: str) -> None:
    assert suv_of(pet_series()).of(kind) == pytest.approx(MASSES[kind] / 70)


def test_surface_is_in_cm2_per_ml() -> None:
    """SUVbsa = C (Bq/mL) BSA (cm2) / D (Bq)."""
    suv = suv_of(pet_series())
    left = 70_000 * activity_of_one(HOUR)
    assert suv.factor is not None
    assert suv.factor * suv.of("bsa") == pytest.approx(71.84 * 70**0.425 * 175**0.725 / left)


@pytest.mark.parametrize("kind", [kind for kind in SUV_KINDS if kind != "bw"])
def test_what_the_patient_lacks_is_refused(kind: str) -> None:
    assert suv_of(pet_series(PatientSize=None)).of("bw") == 1
    with pytest.raises(DicomError, match="no plausible height"):
        suv_of(pet_series(PatientSize=None)).of(kind)
    for sex in ("O", ""):
        suv = suv_of(pet_series(PatientSex=sex))
        if kind == "bsa":
            assert suv.of(kind) > 0
        else:
            with pytest.raises(DicomError, match="expected M or F"):
                suv.of(kind)
    no_weight = suv_of(pet_series(Units="GML", PatientWeight=None))
    with pytest.raises(DicomError, match="no plausible weight"):
        no_weight.of(kind)


def test_formulas_beyond_their_range_are_refused() -> None:
    with pytest.raises(DicomError, match=r"at most 36\.1"):
        suv_of(pet_series(PatientWeight="112", PatientSex="F")).of("lbm_james")
    assert suv_of(pet_series(PatientWeight="112", PatientSex="M")).of("lbm_james") > 0
    with pytest.raises(DicomError, match="Devine"):
        suv_of(pet_series(PatientSize="1.50")).of("ibw")
    with pytest.raises(DicomError, match="the SUV kind 'lbm'"):
        suv_of(pet_series()).of("lbm")


def test_everything_goes_into_json() -> None:
    suv = suv_of(pet_series(isotope={"RadionuclideTotalDose": "350"}))
    fields = json.loads(json.dumps(suv.to_dict()))
    assert fields["factor"] == suv.factor
    assert fields["reference_time"] == "2024-03-01T11:00:00"
    assert fields["inputs"]["injection_time"] == "2024-03-01T10:00:00"
    assert fields["inputs"]["nuclide"] == "F-18"
    assert fields["inputs"]["sources"]["dose_bq"] == "header, repaired"
    assert fields["assumptions"] == list(suv.assumptions)
    assert len(fields["factors"]) == 3
