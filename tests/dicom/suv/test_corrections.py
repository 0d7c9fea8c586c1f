import pytest

from hyoid.dicom.suv import suv_of
from hyoid.errors import DicomError
from support.pet_headers import pet_series


def test_attenuation_is_required_and_what_else_is_missing_is_said() -> None:
    with pytest.raises(DicomError, match=r"without ATTN; also missing: scatter \(SCAT\), randoms \(RAN\)"):
        suv_of(pet_series(CorrectedImage=["DECY", "DTIM", "NORM"]))
    with pytest.raises(DicomError, match=r"Corrected Image \(0028,0051\) \(missing\), without ATTN"):
        suv_of(pet_series(CorrectedImage=None))


@pytest.mark.parametrize("event", ["START", "ADMIN"])
@pytest.mark.parametrize("units", ["BQML", "GML"])
def test_decay_correction_must_be_listed(event: str, units: str) -> None:
    with pytest.raises(DicomError, match=f"without DECY, and Decay Correction .* {event}"):
        suv_of(pet_series(Units=units, DecayCorrection=event, CorrectedImage=["ATTN", "SCAT"]))


@pytest.mark.parametrize("event", [None, "", "BEGIN"])
def test_the_event_must_be_known(event: str | None) -> None:
    with pytest.raises(DicomError, match=r"Decay Correction \(0054,1102\) .*; expected one of START, ADMIN, NONE"):
        suv_of(pet_series(DecayCorrection=event))


def test_lesser_corrections_are_noted() -> None:
    suv = suv_of(pet_series(CorrectedImage=["ATTN", "DECY", "NORM"]))
    assert any("scatter (SCAT), randoms (RAN), dead time (DTIM)." in note for note in suv.notes)


def test_one_correction_is_a_set_too() -> None:
    with pytest.raises(DicomError, match=r"Image .* DECY, without ATTN"):
        suv_of(pet_series(CorrectedImage="DECY"))


@pytest.mark.parametrize("corrected", [["ATTN"], ["ATTN", "DECY"]])
def test_none_with_applied_decay_factors_is_a_contradiction(corrected: list[str]) -> None:
    with pytest.raises(DicomError, match=r"NONE and Decay Factor \(0054,1321\) up to 1.2"):
        suv_of(pet_series(DecayCorrection="NONE", CorrectedImage=corrected, DecayFactor="1.2"))


def test_none_beside_decy_is_an_assumption() -> None:
    suv = suv_of(pet_series(DecayCorrection="NONE", DecayFactor="1.0"))
    assert any("taken as not corrected for decay" in sentence for sentence in suv.assumptions)
    assert suv_of(pet_series(DecayCorrection="NONE", CorrectedImage=["ATTN"])).assumptions == ()


@pytest.mark.parametrize("missing", ["ActualFrameDuration", "AcquisitionTime"])
def test_none_needs_each_slices_own_time(missing: str) -> None:
    with pytest.raises(DicomError, match="because the image is not corrected for decay"):
        suv_of(pet_series(DecayCorrection="NONE", **{missing: None}))  # type: ignore[arg-type]


@pytest.mark.parametrize("units", ["GML", "CM2ML"])
def test_stored_suv_without_decay_correction_is_a_contradiction(units: str) -> None:
    with pytest.raises(DicomError, match="is corrected for decay by definition"):
        suv_of(pet_series(Units=units, DecayCorrection="NONE", CorrectedImage=["ATTN"]))
