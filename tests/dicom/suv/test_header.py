import pytest
from pydicom import Dataset
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.tag import Tag

from hyoid.dicom.suv import suv_of
from hyoid.dicom.suv.elements import as_number, described
from hyoid.dicom.suv.header import Headers
from hyoid.errors import DicomError
from support.pet_headers import pet_series


def test_names_and_tags() -> None:
    assert described("PatientWeight") == "Patient's Weight (0010,1030)"


@pytest.mark.parametrize(("value", "number"), [("1.5", 1.5), (b"2.5 ", 2.5), (b"3\0", 3.0), (4, 4.0), (None, None)])
def test_numbers(value: object, number: float | None) -> None:
    assert as_number(value, "x") == number


@pytest.mark.parametrize("value", ["a", "nan", "inf", b"\xff\xfe", "1\\2", [1, 2]])
def test_no_numbers(value: object) -> None:
    with pytest.raises(DicomError, match="one finite number"):
        as_number(value, "x")


@pytest.mark.parametrize(
    ("keyword", "values"),
    [
        ("PatientWeight", ["70", "70", "71"]),
        ("PatientWeight", ["70", None, "70"]),
        ("PatientSize", ["1.75", "1.75", "1.80"]),
        ("PatientSex", ["M", "F", "M"]),
        ("Units", ["BQML", "BQML", "GML"]),
        ("DecayCorrection", ["START", "ADMIN", "START"]),
        ("CorrectedImage", [["ATTN", "DECY"], ["ATTN", "DECY"], ["ATTN"]]),
        ("SeriesTime", ["110000", "110000", "113000"]),
        ("SeriesDate", ["20240301", "20240301", "20240302"]),
        ("Manufacturer", ["GE", "GE", "SIEMENS"]),
        ("Modality", ["PT", "PT", "CT"]),
        ("TimezoneOffsetFromUTC", ["+0100", "+0100", "+0200"]),
    ],
)
def test_slices_that_disagree_are_refused_by_name(keyword: str, values: list[object]) -> None:
    with pytest.raises(DicomError, match=rf"slices of one series that disagree on {described(keyword)[:6]}"):
        suv_of(pet_series(per_slice={keyword: values}))


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("RadionuclideTotalDose", "340000000"),
        ("RadionuclideHalfLife", "6588"),
        ("RadiopharmaceuticalStartTime", "101500"),
        ("RadiopharmaceuticalStartDateTime", "20240301101500"),
        ("Radiopharmaceutical", "Choline"),
    ],
)
def test_injections_that_disagree_are_refused(keyword: str, value: str) -> None:
    series = pet_series()
    setattr(series[1].RadiopharmaceuticalInformationSequence[0], keyword, value)
    with pytest.raises(DicomError, match="slices of one series that disagree on"):
        suv_of(series)


def test_the_same_number_written_otherwise_agrees() -> None:
    suv_of(pet_series(per_slice={"PatientWeight": ["70", "70.0", "7.0E1"]}))
    suv_of(pet_series(per_slice={"CorrectedImage": [["ATTN", "DECY"], ["DECY", "ATTN"], ["DECY", "attn"]]}))


@pytest.mark.parametrize("keyword", ["PatientWeight", "PatientSize", "DecayFactor", "FrameReferenceTime"])
def test_unreadable_bytes_are_refused_with_a_sentence(keyword: str) -> None:
    series = pet_series(slices=1)
    tag = Tag(keyword)
    series[0][tag] = RawDataElement(tag, "DS", 4, b"ab\\c", 0, False, True, True)
    with pytest.raises(DicomError, match="Repair the header"):
        suv_of(series)


def test_a_sequence_that_is_none_is_refused() -> None:
    header = pet_series(slices=1)[0]
    del header.RadiopharmaceuticalInformationSequence
    header.add(DataElement(0x00540016, "LO", "18F"))
    with pytest.raises(DicomError, match="that is no sequence"):
        Headers([header])


def test_a_value_that_is_a_sequence_is_refused() -> None:
    header = pet_series(slices=1)[0]
    header.add(DataElement(0x00101030, "SQ", [Dataset()]))
    with pytest.raises(DicomError, match=r"Weight .* that is a sequence"):
        suv_of([header])


def test_an_empty_dataset_is_refused_with_a_sentence() -> None:
    with pytest.raises(DicomError, match="Modality"):
        suv_of([Dataset()])
