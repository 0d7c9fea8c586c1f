import pytest

from hyoid.dicom.suv import suv_of
from hyoid.dicom.suv.frames import frames_of
from hyoid.dicom.suv.header import Headers
from hyoid.dicom.suv.remarks import Remarks
from hyoid.errors import DicomError
from support.pet_headers import pet_series


def moments(**changes: object) -> list[str]:
    frames = frames_of(Headers(pet_series(**changes)), Remarks())  # type: ignore[arg-type]
    return [moment.isoformat() for moment in frames.acquired or ()]


def test_units_are_seconds() -> None:
    frames = frames_of(Headers(pet_series(FrameReferenceTime="90000", DecayFactor="1.01")), Remarks())
    assert frames.reference_s == (90.0,) * 3
    assert frames.duration_s == (180.0,) * 3
    assert frames.decay_factor == (1.01,) * 3
    assert str(frames.first) == str(frames.last) == str(frames.series) == "2024-03-01 11:00:00"


def test_an_acquisition_without_a_date_is_near_the_series() -> None:
    found = moments(AcquisitionDate=None, SeriesTime="235500", AcquisitionTime="000500")
    assert found == ["2024-03-02T00:05:00"] * 3


def test_acquisition_datetime_stands_in() -> None:
    found = moments(AcquisitionDate=None, AcquisitionTime=None, AcquisitionDateTime="20240301110500")
    assert found == ["2024-03-01T11:05:00"] * 3


def test_the_date_may_stand_in_the_acquisition_alone() -> None:
    assert frames_of(Headers(pet_series(SeriesDate=None)), Remarks()).series.isoformat() == "2024-03-01T11:00:00"  # type: ignore[union-attr]


def test_slices_past_midnight_on_the_old_date_are_moved_and_said() -> None:
    changes = {"SeriesTime": "234500", "per_slice": {"AcquisitionTime": ["234500", "235500", "000500"]}}
    assert moments(**changes)[-1] == "2024-03-02T00:05:00"
    remarks = Remarks()
    frames_of(Headers(pet_series(**changes)), remarks)  # type: ignore[arg-type]
    assert "not advanced past midnight" in remarks.assumptions[0]


def test_a_series_processed_in_the_evening_moves_nothing() -> None:
    assert moments(SeriesTime="190000") == ["2024-03-01T11:00:00"] * 3


def test_frame_times_of_some_slices_are_not_used_and_that_is_said() -> None:
    suv = suv_of(pet_series(per_slice={"FrameReferenceTime": ["0", None, "0"]}))
    assert any("1 slices lack Frame Reference Time (0054,1300)" in note for note in suv.notes)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"per_slice": {"AcquisitionTime": ["110000", "110300", "190000"]}}, "slices acquired from"),
        ({"per_slice": {"AcquisitionTime": ["110000", None, "110600"]}}, "with and without Acquisition Time"),
        ({"SeriesTime": "noon"}, "the time 'noon'"),
        ({"SeriesDate": "20241301"}, "the date '20241301'"),
        ({"AcquisitionTime": "11"}, "the time '11'"),
        ({"SeriesDate": None, "AcquisitionDate": None}, "no Series Date"),
        ({"TimezoneOffsetFromUTC": "CET"}, "the UTC offset 'CET'"),
        ({"FrameReferenceTime": "nan"}, "Frame Reference Time"),
    ],
)
def test_refused(changes: dict[str, object], found: str) -> None:
    with pytest.raises(DicomError, match=found):
        suv_of(pet_series(**changes))  # type: ignore[arg-type]
