"""Whom a text names: spellings, short names, scripts, dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from hyoid.dicom.deidentify import DeidentifyOptions, Secret, deidentify_dataset
from hyoid.dicom.deidentify.identifiers import identifiers_of
from hyoid.dicom.deidentify.written_dates import holds_date
from hyoid.dicom.suv import suv_of
from support.pet_headers import pet_series, read_back

KEY = Secret(b"k" * 32)


def are_in(text: str, **attributes: str) -> bool:
    ds = Dataset()
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    return identifiers_of(ds).are_in(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Smith-Fernandez^Maria", "OSEM Fernandez"),
        ("Smith-Fernandez^Maria", "smithfernandez"),
        ("Müller-Quistgaard^Jens", "v Quistgaard"),
        ("Müller^Jens", "MUELLER"),
        ("Müller^Jens", "mu\u0308ller"),
        ("Mueller^Jens", "Müller"),
        ("Grünewald^M", "GRUENEWALD"),
        ("Grünewald^M", "Grunewald"),
        ("Weiß^Jo", "WEISS"),
        ("Sørensen^Å", "Soerensen sorensen"),
        ("Łukasiewicz^J", "lukasiewicz"),
        ("Yıldız^A", "YILDIZ"),
        ("O'Rourke^Ann", "ORourke"),
        ("ORourke^Ann", "O'Rourke"),
        ("O'Rourke^Ann", "O Rourke"),
        ("Yamada^Tarou=山田^太郎", "再構成山田用"),
        ("山田^太郎", "山田"),
        ("김^민수", "OSEM김"),
        ("Li^Wei", "OSEM Li"),
        ("Li^Wei", "kernel_LI_2"),
        ("Li^Wei", "liWei"),
        ("Wu^X", "v1.2-Wu"),
        ("Wu^X", "Wu2 OSEM"),
        ("Иванов^Пётр", "ИВАНОВ"),
        ("Kowalczyk^Ewa", "KowalczykEwa"),
        ("TANAKA^K", "tanaka"),
        ("Le^Thi", "recon le"),
    ],
)
def test_names_in_all_their_spellings(name: str, text: str) -> None:
    assert are_in(text, PatientName=name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Li^Wei", "List mode weighted"),
        ("Wu^X", "Wurst x 3"),
        ("Ray^Al", "Array aluminium"),
        ("van der Berg^J", "van de kernel"),
        ("Meier^Anna^^Dr.", "dr"),
        ("^^^^", "a^^^^b"),
        ("Patient^Unknown", "patient"),
    ],
)
def test_other_words_are_not_names(name: str, text: str) -> None:
    assert not are_in(text, PatientName=name)


def test_a_name_that_is_a_word_is_found_as_a_word() -> None:
    assert are_in("X-Ray", PatientName="Ray^A")


@pytest.mark.parametrize("text", ["12-34-56-7", "1234567", "id 12.34.567", "x12 34 56 7x"])
def test_numbers_with_other_punctuation(text: str) -> None:
    assert are_in(text, PatientID="123-4567")


@pytest.mark.parametrize(
    "text",
    [
        "1933-12-07", "19331207", "07.12.1933", "7.12.1933", "7. 12. 1933", "12/07/1933", "07/12/1933", "1933/12/7",
        "07DEC1933", "7-Dec-1933", "Dec 7, 1933", "7. Dezember 1933", "7 décembre 1933", "07.12.33", "071233", "331207",
        "v19331207b", "1933_12_07", "07121933", "12071933", "1933年12月7日",
    ],
)  # fmt: skip
def test_birth_dates_in_all_their_forms(text: str) -> None:
    assert are_in(f"OSEM {text}", PatientBirthDate="19331207")


@pytest.mark.parametrize("text", ["1933", "7.12", "1933-12-08", "7.12.3", "v3.12.7", "5071233"])
def test_other_dates_and_versions(text: str) -> None:
    assert not are_in(text, PatientBirthDate="19331207")


def test_original_dates_of_the_study_would_tell_the_shift() -> None:
    assert are_in("OSEM 01.03.2024", StudyDate="20240301")


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%d%b%Y", "%y%m%d"]))
def test_every_date_is_found(day: date, form: str) -> None:
    assert holds_date(day.strftime(form).casefold(), frozenset({day}))


@pytest.mark.parametrize("name", ["Start^Bqml", "Ge^Medical", "Siemens^F18", "Decy^Attn", "Ct^Pt", "No^M"])
def test_a_patient_called_as_a_term_of_the_standard_keeps_suv(name: str) -> None:
    series = read_back(pet_series(2, Manufacturer="GE MEDICAL SYSTEMS", PatientName=name, PatientID="4711"))
    before = suv_of(series).factor
    for header in series:
        deidentify_dataset(header, KEY, DeidentifyOptions())
    assert suv_of(series).factor == before
    assert series[0].Manufacturer == "GE MEDICAL SYSTEMS"


def test_text_that_is_kept_holds_no_name() -> None:
    (header,) = pet_series(
        1, PatientName="Smith-Fernandez^Li=山田", PatientBirthDate="19331207", ReconstructionMethod="OSEM Fernandez",
        ConvolutionKernel="XYZ Li", SoftwareVersions=["v1", "07DEC1933"], SpecificCharacterSet="ISO_IR 192",
        ScatterCorrectionMethod="山田", AttenuationCorrectionMethod="measured",
    )  # fmt: skip
    (header,) = read_back([header])
    _, warned = deidentify_dataset(header, KEY, DeidentifyOptions())
    kept = [header[keyword].value for keyword in
            ("ReconstructionMethod", "ConvolutionKernel", "SoftwareVersions", "ScatterCorrectionMethod")]  # fmt: skip
    assert kept == ["Removed"] * 4
    assert header.AttenuationCorrectionMethod == "measured"
    assert warned["kept texts that held an identifier were replaced"] == 4
