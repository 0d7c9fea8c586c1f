from datetime import datetime
from typing import Any

import pytest

from hyoid.dicom.suv import GivenValues, Suv, suv_of
from hyoid.errors import DicomError
from support.pet_headers import code, pet_series

ZIRCONIUM = {
    "RadionuclideHalfLife": "282276",
    "RadionuclideCodeSequence": code("63360001", "89Zr", "SCT"),
    "Radiopharmaceutical": "mAb",
}


def injected(whole: str | None, clock: str | None = None, **changes: Any) -> Suv:
    isotope = {"RadiopharmaceuticalStartDateTime": whole, "RadiopharmaceuticalStartTime": clock}
    return suv_of(pet_series(isotope=isotope | changes.pop("isotope", {}), **changes))


@pytest.mark.parametrize(
    ("whole", "clock", "minutes"),
    [
        ("20240301100000", None, 60),
        ("20240301100000.000000", "100000", 60),
        ("20240301100010", "1000", 59 + 5 / 6),
        ("20240301100000+0500", "100000", 60),
        ("20240301", "100000", 60),
        (None, "100000.5", 59 + 59.5 / 60),
        (None, "0953", 67),
    ],
)
def test_times_of_injection(whole: str | None, clock: str | None, minutes: float) -> None:
    assert injected(whole, clock).decay_seconds == pytest.approx(60 * minutes)


@pytest.mark.parametrize(
    "isotope",
    [
        ZIRCONIUM | {"RadiopharmaceuticalStartDateTime": None},
        {"RadiopharmaceuticalStartTime": "103000"},
        {"RadiopharmaceuticalStartDateTime": "ten"},
    ],
)
def test_a_given_time_stands_in_for_one_that_cannot_be_used(isotope: dict[str, Any]) -> None:
    given = GivenValues(injection_time=datetime.fromisoformat("2024-03-01T10:00"))
    suv = suv_of(pet_series(isotope=isotope), given)
    assert suv.decay_seconds == 3600
    assert any("The header's injection time is not usable" in note for note in suv.notes)


def test_across_midnight_is_said() -> None:
    suv = injected(
        None, "233000", SeriesDate="20240301", SeriesTime="003000", AcquisitionTime="003000", AcquisitionDate="20240301"
    )
    assert suv.decay_seconds == 3600
    assert str(suv.inputs.injection_time) == "2024-02-29 23:30:00"
    assert any("before midnight" in note for note in suv.notes)


@pytest.mark.parametrize("whole", ["20240207100000", "20250301100000", "19600116100000"])
def test_a_shifted_date_is_repaired_for_short_half_lives_and_said(whole: str) -> None:
    suv = injected(whole)
    assert suv.decay_seconds == 3600
    assert any("does not fit the scan" in sentence for sentence in suv.assumptions)


def test_days_of_a_long_half_life_are_not_guessed() -> None:
    with pytest.raises(DicomError, match=r"without a date, for a half-life of 78\.4 h"):
        injected(None, "100000", isotope=ZIRCONIUM)
    with pytest.raises(DicomError, match="from the injection"):
        injected("20230301100000", isotope=ZIRCONIUM)
    assert injected("20240226110000", isotope=ZIRCONIUM).decay_seconds == 4 * 86400


@pytest.mark.parametrize(
    ("whole", "clock"), [("20240301110100", None), (None, "111500"), ("20240301020000", None), ("20240229230000", None)]
)
def test_implausible_uptake_is_refused(whole: str | None, clock: str | None) -> None:
    with pytest.raises(DicomError, match=r"(after the scan's reference time|min from the injection)"):
        injected(whole, clock)


def test_an_injection_shortly_after_the_start_of_a_dynamic_scan() -> None:
    suv = injected("20240301110100", SeriesType=["DYNAMIC", "IMAGE"])
    assert suv.decay_seconds == -60
    assert any("60 s after the scan's reference time" in note for note in suv.notes)
    assert injected(None, "110100", SeriesType=["DYNAMIC", "IMAGE"]).decay_seconds == -60
    with pytest.raises(DicomError, match="after the scan's reference time"):
        injected("20240301111100", SeriesType=["DYNAMIC", "IMAGE"])


@pytest.mark.parametrize(("clock", "word"), [("105000", "short: 10 min"), ("070000", "long: 240 min")])
def test_unusual_uptake_is_said(clock: str, word: str) -> None:
    assert any(word in note for note in injected(None, clock).notes)
    assert not any("uptake time is" in note for note in injected(None, "100000").notes)


def test_two_times_are_refused() -> None:
    with pytest.raises(DicomError, match="30 min apart"):
        injected("20240301100000", "103000")
    given = GivenValues(injection_time=None, weight_kg=70)
    with pytest.raises(DicomError, match="one time of injection"):
        suv_of(pet_series(isotope={"RadiopharmaceuticalStartTime": "103000"}), given)


@pytest.mark.parametrize(
    ("zone", "whole", "minutes"),
    [("+0100", "20240301090000+0000", 60), ("-0500", "20240301150000+0000", 60), (None, "20240301100000-0500", 60)],
)
def test_utc_offsets(zone: str | None, whole: str, minutes: float) -> None:
    suv = injected(whole, TimezoneOffsetFromUTC=zone)
    assert suv.decay_seconds == 60 * minutes
    assert any("UTC offset" in note for note in suv.notes) == (zone is None)


@pytest.mark.parametrize("text", ["ten", "1000000000", "20240301256100"])
def test_unreadable_times_are_refused(text: str) -> None:
    with pytest.raises(DicomError):
        injected(text)


def test_an_image_corrected_to_the_injection_needs_no_time_of_it() -> None:
    suv = injected("unknown", None, DecayCorrection="ADMIN")
    assert suv.decay_seconds == 0
    assert any("are not needed" in note for note in suv.notes)
    known = injected("20240301100000", None, DecayCorrection="ADMIN")
    assert str(known.reference_time) == "2024-03-01 10:00:00"


def test_values_that_an_image_corrected_to_the_injection_does_not_need_are_noted() -> None:
    given = GivenValues(injection_time=datetime.fromisoformat("2024-03-01T10:00"), half_life_s=6600, override=True)
    notes = suv_of(pet_series(DecayCorrection="ADMIN"), given).notes
    assert sum("is not used: the image is corrected to the injection" in note for note in notes) == 2
