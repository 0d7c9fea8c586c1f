"""Supplied values: read strictly, and given to the right study."""

from datetime import datetime

import pytest

from hyoid.dicom.given import Given, read_given
from hyoid.dicom.suv import GivenValues
from hyoid.errors import DicomError


def table(tmp_path, text):
    path = tmp_path / "given.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_values_are_read_in_their_units(tmp_path, separator):
    text = (
        "PatientID,weight_kg,height_m,sex,dose_mbq,injected_at,half_life_s,override\n"
        "P1,71.5,1.8,male,350,2020-01-31T10:00:00,6586.2,yes\n"
        "P2,,,,,,,\n"
    )
    found = read_given(table(tmp_path, text.replace(",", separator)))
    assert found.rows["P1"] == GivenValues(
        71.5, 1.8, "M", 350e6, datetime.fromisoformat("2020-01-31T10:00:00"), 6586.2, override=True
    )
    assert found.rows["P2"] == GivenValues()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"columns \[\]"),
        ("patient,weight_kg\nP1,70\n", "expected PatientID"),
        ("PatientID,weight\nP1,70\n", r"columns \['PatientID', 'weight'\]"),
        ("PatientID,weight_kg\nP1,70\nP1,71\n", "line 3 of .* with the id 'P1'"),
        ("PatientID,weight_kg\n,70\n", "line 2"),
        ("PatientID,weight_kg\nP1,70,5\n", "line 2"),
        ("PatientID,weight_kg\nP1,heavy\n", "weight_kg = 'heavy' in line 2"),
        ("PatientID,weight_kg\nP1,-70\n", "weight_kg = '-70'"),
        (
            "PatientID,weight_kg\nP1,70000\n",
            "weight_kg = 70000 in line 2.*expected 2 to 400 kg. The column .* is in kg",
        ),
        ("PatientID,height_m\nP1,175\n", "height_m = 175 in line 2.*expected 0.4 to 2.5 m"),
        ("PatientID,half_life_s\nP1,1\n", "half_life_s = 1 in line 2.*is in s"),
        (
            "PatientID,dose_mbq\nP1,588802304\n",
            "dose_mbq = 588802304 in line 2 .*expected 1 to 20000 MBq. The column dose_mbq is in MBq",
        ),
        ("PatientID,sex\nP1,x\n", "sex = 'x'"),
        ("PatientID,injected_at\nP1,10:00\n", "injected_at = '10:00'"),
        ("PatientID,injected_at\nP1,2020-01-31\n", "injected_at = '2020-01-31'"),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_line(tmp_path, text, sentence):
    with pytest.raises(DicomError, match=sentence):
        read_given(table(tmp_path, text))


def test_a_table_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(DicomError, match="cannot be read"):
        read_given(tmp_path / "none.csv")


def test_a_row_of_a_study_goes_before_one_of_a_case_and_that_before_the_patients():
    rows = {"P": GivenValues(weight_kg=70), "P-2020": GivenValues(weight_kg=71), "1.2.3": GivenValues(weight_kg=72)}
    given = Given(rows)
    weights = [
        given.of(*key).weight_kg for key in (("P-2020", "P", "1.2.3", 2), ("P-2020", "P", "9", 2), ("P", "P", "9", 2))
    ]
    assert weights == [72, 71, 70]
    assert given.of("Q", "Q", "9", 1) is None
    assert given.unused({"P", "1.2.3"}) == ["P-2020"]


def test_one_dose_is_not_given_to_two_studies():
    given = Given({"P": GivenValues(dose_bq=350e6)})
    assert given.of("P", "P", "1", 1).dose_bq == 350e6
    with pytest.raises(DicomError, match="2 PET studies"):
        given.of("P", "P", "1", 2)
