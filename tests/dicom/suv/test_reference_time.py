"""Which time of a series to trust; every case is a header whose true reference time is known."""

import pytest
from pydicom import Dataset

from hyoid.dicom.datetimes import to_the_second
from hyoid.dicom.suv import Suv, suv_of
from hyoid.errors import DicomError
from support.pet_headers import GE_BLOCK, SIEMENS_BLOCK, pet_series, with_private

T_AVE_180 = 89.858
"""Seconds, for F-18 and a frame of three minutes, from `tests/dicom/suv/test_decay.py`'s rule."""


def reference(series: list[Dataset]) -> tuple[str, Suv]:
    suv = suv_of(series)
    assert suv.reference_time is not None
    return to_the_second(suv.reference_time)[5:], suv


def beds(*starts: str) -> dict[str, list[str]]:
    return {"AcquisitionTime": list(starts)}


def frame_times(*seconds: float) -> dict[str, list[str]]:
    return {"FrameReferenceTime": [f"{1000 * s:.0f}" for s in seconds]}


def test_series_time_microseconds_after_the_acquisition_is_the_same() -> None:
    """As Siemens writes it."""
    found, suv = reference(pet_series(SeriesTime="110000.000000", AcquisitionTime="105959.999985"))
    assert found == "03-01 11:00:00"
    assert suv.assumptions == ()


def test_late_series_time_with_beds_takes_the_earliest() -> None:
    found, suv = reference(pet_series(SeriesTime="150000", per_slice=beds("110600", "110000", "110300")))
    assert found == "03-01 11:00:00"
    assert "earliest Acquisition Time" in suv.assumptions[0]


def test_series_of_the_next_day_takes_the_earliest() -> None:
    assert reference(pet_series(SeriesDate="20240302"))[0] == "03-01 11:00:00"


def test_late_series_time_and_frames_that_agree() -> None:
    """A second bed alone: the frames know that the scan began before it."""
    per_slice = frame_times(*[180 + T_AVE_180] * 3)
    found, suv = reference(pet_series(SeriesTime="150000", AcquisitionTime="110300", per_slice=per_slice))
    assert found == "03-01 11:00:00"
    assert "on which all slices agree" in suv.assumptions[0]


def test_frames_that_disagree_are_not_used() -> None:
    """GE writes the first Acquisition Time into every bed, beside a Frame Reference Time that grows."""
    series = pet_series(SeriesTime="150000", per_slice=frame_times(0, 180, 360), Manufacturer="GE MEDICAL SYSTEMS")
    assert reference(series)[0] == "03-01 11:00:00"


def test_frames_at_zero_mean_the_frames_start() -> None:
    series = pet_series(SeriesTime="150000", per_slice=frame_times(0, 0, 0))
    assert reference(series)[0] == "03-01 11:00:00"


@pytest.mark.parametrize("series_time", ["101500", "105000"])
def test_late_window_of_a_dynamic_scan_refers_to_the_series(series_time: str) -> None:
    """DICOM PS3.3, C.8.9.4.1.5; the case of dcm2niix issue 983."""
    minutes = 45 if series_time == "101500" else 10
    per_slice = frame_times(*[60 * minutes + T_AVE_180] * 3)
    found, suv = reference(pet_series(SeriesTime=series_time, per_slice=per_slice))
    assert found == f"03-01 {series_time[:2]}:{series_time[2:4]}:00"
    assert suv.assumptions == ()


def test_series_time_before_the_acquisition_without_frames_is_used_and_said() -> None:
    found, suv = reference(pet_series(SeriesTime="105500"))
    assert found == "03-01 10:55:00"
    assert any("300 s before the first acquisition" in note for note in suv.notes)


def test_series_time_before_the_acquisition_against_the_frames() -> None:
    """The frames say that the image refers to the acquisition; that SUV would be 3 % lower with Series Time is said."""
    found, suv = reference(pet_series(SeriesTime="105500", per_slice=frame_times(*[T_AVE_180] * 3)))
    assert found == "03-01 11:00:00"
    assert "follows from Acquisition Time and Frame Reference Time" in suv.assumptions[0]
    assert any("SUV would differ by -3.11%" in note for note in suv.notes)


def test_series_time_of_another_day_is_not_used() -> None:
    assert reference(pet_series(SeriesDate="20240228"))[0] == "03-01 11:00:00"


def test_no_acquisition_time_is_said() -> None:
    found, suv = reference(pet_series(AcquisitionTime=None))
    assert found == "03-01 11:00:00"
    assert any("no Acquisition Time" in note for note in suv.notes)


def test_no_time_at_all() -> None:
    with pytest.raises(DicomError, match="neither Series Time"):
        suv_of(pet_series(AcquisitionTime=None, SeriesTime=None))


@pytest.mark.parametrize(("group", "creator", "offset"), [(0x0009, GE_BLOCK, 0x0D), (0x0071, SIEMENS_BLOCK, 0x22)])
class TestVendorTime:
    def series(self, group: int, creator: str, offset: int, text: object, **changes: object) -> list[Dataset]:
        return with_private(pet_series(**changes), group, creator, offset, "DT", text)  # type: ignore[arg-type]

    def test_it_survives_post_processing(self, group: int, creator: str, offset: int) -> None:
        series = self.series(group, creator, offset, "20240301105000", SeriesTime="160000")
        found, suv = reference(series)
        assert found == "03-01 10:50:00"
        assert suv.assumptions == ()

    def test_a_shifted_date_leaves_the_time_of_day(self, group: int, creator: str, offset: int) -> None:
        found, suv = reference(self.series(group, creator, offset, "20240207110000.00"))
        assert found == "03-01 11:00:00"
        assert any("lies 23 days before the acquisition's" in note for note in suv.notes)

    def test_midnight_between_reference_and_acquisition(self, group: int, creator: str, offset: int) -> None:
        series = self.series(
            group,
            creator,
            offset,
            "20240301235500",
            SeriesDate="20240302",
            AcquisitionDate="20240302",
            SeriesTime="090000",
            AcquisitionTime="000500",
            isotope={"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": "225500"},
        )
        found, suv = reference(series)
        assert found == "03-01 23:55:00"
        assert suv.decay_seconds == 3600

    @pytest.mark.parametrize("text", ["20240301113000", "20240301020000", "yesterday"])
    def test_one_that_does_not_fit_is_set_aside(self, group: int, creator: str, offset: int, text: str) -> None:
        found, suv = reference(self.series(group, creator, offset, text))
        assert found == "03-01 11:00:00"
        assert any("does not fit the acquisition" in note for note in suv.notes)

    def test_against_series_and_acquisition_time(self, group: int, creator: str, offset: int) -> None:
        """Siemens' names the decay correction and wins; GE's names the scan and does not. Either way it is said."""
        found, suv = reference(self.series(group, creator, offset, "20240301105000"))
        if creator == SIEMENS_BLOCK:
            assert found == "03-01 10:50:00"
            said = "Series Time 11:00:00 is not the reference time, 2024-03-01 10:50:00"
        else:
            assert found == "03-01 11:00:00"
            said = "GE scan date and time (0009,100D) 10:50:00 is not the reference time, 2024-03-01 11:00:00"
        assert any(said in note for note in suv.notes)

    def test_two_of_them_are_refused(self, group: int, creator: str, offset: int) -> None:
        texts = ["20240301110000", "20240301110000", "20240301120000"]
        with pytest.raises(DicomError, match=r"disagree on .* date and time"):
            suv_of(self.series(group, creator, offset, texts))

    def test_the_time_alone(self, group: int, creator: str, offset: int) -> None:
        series = with_private(pet_series(SeriesTime="160000"), group, creator, offset, "TM", "105000")
        assert reference(series)[0] == "03-01 10:50:00"


def test_decay_factors_that_speak_for_another_time_are_said() -> None:
    per_slice = frame_times(*[T_AVE_180] * 3)
    expected = 2 ** (T_AVE_180 / 6586.2)
    agree = suv_of(pet_series(per_slice=per_slice, DecayFactor=f"{expected:.5f}"))
    assert not any("Decay Factor" in note for note in agree.notes)
    hour_off = suv_of(pet_series(per_slice=per_slice, DecayFactor="1.46"))
    assert any("Decay Factor (0054,1321) does not follow" in note for note in hour_off.notes)
    left_at_one = suv_of(pet_series(per_slice=per_slice, DecayFactor="1"))
    assert not any("Decay Factor" in note for note in left_at_one.notes)


def test_frames_that_speak_against_an_equal_series_time_are_said() -> None:
    suv = suv_of(pet_series(per_slice=frame_times(*[600 + T_AVE_180] * 3)))
    assert any("imply the reference time 2024-03-01 10:50:00" in note for note in suv.notes)
