from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from hyoid.dicom.suv import GivenValues, Suv, suv_of
from hyoid.errors import DicomError
from support.pet_headers import DOSE_BQ, HALF_LIFE_S, PHILIPS_BLOCK, pet_series, with_private

START = datetime.fromisoformat("2024-03-01T11:00:00")


def factor(weight: float = 70, dose: float = DOSE_BQ, half_life: float = HALF_LIFE_S, clock: str = "100000") -> float:
    isotope = {
        "RadionuclideTotalDose": f"{dose:.15g}",
        "RadionuclideHalfLife": f"{half_life:.15g}",
        "RadiopharmaceuticalStartDateTime": None,
        "RadiopharmaceuticalStartTime": clock,
        "RadionuclideCodeSequence": None,
        "Radiopharmaceutical": None,
    }
    found = suv_of(pet_series(slices=1, PatientWeight=f"{weight:.15g}", isotope=isotope)).factor
    assert found is not None
    return found


@given(st.permutations(range(4)), st.sampled_from(["START", "NONE"]))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_slices_does_not_matter(order: list[int], event: str) -> None:
    per_slice = {"AcquisitionTime": ["110000", "110300", "110600", "110900"]}
    corrected = ["ATTN", "DECY"] if event == "START" else ["ATTN"]
    series = pet_series(4, per_slice=per_slice, DecayCorrection=event, CorrectedImage=corrected, SeriesTime="150000")
    shuffled = suv_of([series[i] for i in order])
    assert shuffled == suv_of(series)


@given(st.floats(5, 300), st.floats(0.5, 1.3))
@settings(max_examples=12, deadline=None)
def test_suv_is_proportional_to_weight_and_inverse_to_dose(weight: float, scale: float) -> None:
    assert factor(weight=weight) == pytest.approx(factor() * weight / 70, rel=1e-9)
    assert factor(dose=scale * DOSE_BQ) == pytest.approx(factor() / scale, rel=1e-9)
    assert factor(weight=weight * scale, dose=scale * DOSE_BQ) == pytest.approx(factor(weight=weight), rel=1e-9)


@given(st.floats(1800, 41_000))
@settings(max_examples=12, deadline=None)
def test_suv_doubles_with_each_half_life(half_life: float) -> None:
    """Half the half-life squares what decay adds: f(T) = f0 2^(t/T)."""
    stable = 70_000 / DOSE_BQ
    assert factor(half_life=half_life / 1.5) / stable == pytest.approx(
        (factor(half_life=half_life) / stable) ** 1.5, rel=1e-9
    )


@given(st.integers(0, 6 * 3600))
@settings(max_examples=12, deadline=None)
def test_suv_rises_with_the_time_since_the_injection(seconds: int) -> None:
    moment = 11 * 3600 - seconds
    clock = f"{moment // 3600:02d}{moment % 3600 // 60:02d}{moment % 60:02d}"
    assert factor(clock=clock) == pytest.approx(70_000 / (DOSE_BQ * 0.5 ** (seconds / HALF_LIFE_S)), rel=1e-9)


KEYWORDS = [
    *["Units", "SUVType", "PatientWeight", "PatientSize", "PatientSex", "DecayCorrection", "CorrectedImage"],
    *["SeriesDate", "SeriesTime", "AcquisitionDate", "AcquisitionTime", "TimezoneOffsetFromUTC", "SeriesType"],
    *["FrameReferenceTime", "ActualFrameDuration", "DecayFactor", "Manufacturer", "Modality", "SOPInstanceUID"],
    *["RadiopharmaceuticalInformationSequence", "RadionuclideCodeSequence", "Radiopharmaceutical"],
    *["RadiopharmaceuticalStartTime", "RadiopharmaceuticalStartDateTime"],
    *["RadionuclideTotalDose", "RadionuclideHalfLife"],
]


@given(
    st.sampled_from(KEYWORDS),
    st.binary(max_size=20) | st.text("0123456789.+-E\\:", max_size=16).map(str.encode),
    st.sampled_from(["DS", "IS", "TM", "DA", "DT", "CS", "LO", "UN", "FD", "SQ", "US", "OB", "UI"]),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_in_any_representation_are_read_or_refused(
    keyword: str, value: bytes, representation: str, all_slices: bool
) -> None:
    series = pet_series(2)
    tag = Tag(keyword)
    for header in series if all_slices else series[:1]:
        item = header.RadiopharmaceuticalInformationSequence[0]
        target: Any = item if tag in item else header
        target[tag] = RawDataElement(tag, representation, len(value), value, 0, False, True, True)
    try:
        found = suv_of(series)
    except DicomError as error:
        sentence = str(error)
        assert sentence.startswith("Found ")
    else:
        assert isinstance(found, Suv)
        assert found.factor is not None
        assert 1e-6 < found.factor < 1e6


VALUES: list[dict[str, Any]] = [
    {"weight_kg": 80.0},
    {"dose_bq": 3e8},
    {"injection_time": START},
    {"half_life_s": 6600.0},
]


@pytest.mark.parametrize("value", VALUES)
def test_values_cannot_override_what_is_suv_already(value: dict[str, Any]) -> None:
    counts = pet_series(Units="CNTS", Manufacturer="Philips")
    with_private(counts, 0x7053, PHILIPS_BLOCK, 0x00, "DS", "0.0005")
    for series in (pet_series(Units="GML"), pet_series(Units="CM2ML"), counts):
        with pytest.raises(DicomError, match="export the series in BQML"):
            suv_of(series, GivenValues(**value, override=True))


@pytest.mark.parametrize("value", VALUES[1:])
def test_values_that_are_not_needed_are_noted(value: dict[str, Any]) -> None:
    suv = suv_of(pet_series(Units="GML"), GivenValues(**value))
    assert any(f"The given {next(iter(value))} is not used" in note for note in suv.notes)


def test_override_of_the_height_behind_a_stored_suv() -> None:
    """The header's height was wrong, the scanner knew the right one."""
    series = pet_series(Units="CM2ML", PatientSize="1.57")
    suv = suv_of(series, GivenValues(height_m=1.75, override=True))
    assert suv.factor == pytest.approx(suv_of(pet_series(Units="CM2ML")).factor)
    assert suv.inputs.sources["height_m"] == "given"
