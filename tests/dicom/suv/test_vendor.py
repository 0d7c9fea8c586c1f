import pytest
from pydicom import Dataset
from pydicom.dataelem import DataElement

from hyoid.dicom.suv import GivenValues, Suv, suv_of
from hyoid.errors import DicomError
from support.pet_headers import HOUR, PHILIPS_BLOCK, activity_of_one, pet_series, with_private

ONE = activity_of_one(HOUR)


def philips(**changes: object) -> list[Dataset]:
    return pet_series(**{"Units": "CNTS", "Manufacturer": "Philips Medical Systems", **changes})  # type: ignore[arg-type]


def scaled(offset: int, value: object, vr: str = "DS", **changes: object) -> Suv:
    return suv_of(with_private(philips(**changes), 0x7053, PHILIPS_BLOCK, offset, vr, value))


@pytest.mark.parametrize(
    ("vr", "value"), [("DS", "0.0005"), ("UN", b"0.0005"), ("UN", b"0.0005\0"), ("UN", b" 5E-4 "), ("FD", 0.0005)]
)
def test_the_suv_factor_in_any_representation(vr: str, value: object) -> None:
    suv = scaled(0x00, value, vr)
    assert suv.factor == pytest.approx(0.0005)
    assert suv.kind == "philips_suv_factor"


@pytest.mark.parametrize(("vr", "value"), [("DS", "1.6"), ("UN", b"1.6 ")])
def test_the_activity_factor(vr: str, value: object) -> None:
    suv = scaled(0x09, value, vr)
    assert suv.factor == pytest.approx(1.6 / ONE)
    assert suv.kind == "philips_activity_factor"
    assert suv.decay_seconds == HOUR


def test_the_block_may_lie_elsewhere_and_the_creator_may_be_lost() -> None:
    series = philips()
    for header in series:
        header.private_block(0x7053, "SOMEBODY ELSE", create=True)
        header.private_block(0x7053, PHILIPS_BLOCK, create=True).add_new(0x00, "DS", "0.0005")
        assert (0x7053, 0x1100) in header
    assert suv_of(series).factor == pytest.approx(0.0005)
    bare = philips()
    for header in bare:
        header.add(DataElement(0x70531000, "UN", b"0.0005"))
    assert suv_of(bare).factor == pytest.approx(0.0005)


def test_another_vendors_element_in_that_place_is_not_taken() -> None:
    series = philips(Manufacturer="ACME")
    for header in series:
        header.add(DataElement(0x70531000, "DS", "0.0005"))
    with pytest.raises(DicomError, match="CNTS without"):
        suv_of(series)


@pytest.mark.parametrize("value", [["0.0005", "0.0005", "0"], ["-0.1", "-0.1", "-0.1"], [b"\xff\xff"] * 3])
def test_factors_that_are_none_are_refused(value: list[object]) -> None:
    with pytest.raises(DicomError):
        scaled(0x00, value, "UN" if isinstance(value[0], bytes) else "DS")


def test_both_factors_must_agree_with_the_header() -> None:
    series = with_private(philips(), 0x7053, PHILIPS_BLOCK, 0x00, "DS", "0.0005")
    with_private(series, 0x7053, PHILIPS_BLOCK, 0x09, "DS", f"{0.0005 * ONE * 1.02:.8g}")
    suv = suv_of(series)
    assert suv.factor == pytest.approx(0.0005)
    assert any("agrees with weight, dose and times of the header within 2.0%" in note for note in suv.notes)
    with_private(series, 0x7053, PHILIPS_BLOCK, 0x09, "DS", f"{0.0005 * ONE * 1.2:.8g}")
    with pytest.raises(DicomError, match="differs by 20%"):
        suv_of(series)
    corrected = suv_of(series, GivenValues(weight_kg=70 / 1.2, override=True))
    assert corrected.kind == "philips_activity_factor"
    assert corrected.factor == pytest.approx(0.0005, rel=1e-6)


def test_a_suv_factor_that_cannot_be_checked_is_used_and_said() -> None:
    series = with_private(philips(PatientWeight=None), 0x7053, PHILIPS_BLOCK, 0x00, "DS", "0.0005")
    with_private(series, 0x7053, PHILIPS_BLOCK, 0x09, "DS", "1.6")
    suv = suv_of(series)
    assert suv.factor == pytest.approx(0.0005)
    assert any("could not be checked: Found no plausible Patient's Weight" in note for note in suv.notes)


def test_uncorrected_counts_need_the_activity_factor() -> None:
    with pytest.raises(DicomError, match="NONE with a Philips SUV scale factor"):
        scaled(0x00, "0.0005", DecayCorrection="NONE", CorrectedImage=["ATTN"])
    assert scaled(0x09, "1.6", DecayCorrection="NONE", CorrectedImage=["ATTN"]).kind == "philips_activity_factor"
