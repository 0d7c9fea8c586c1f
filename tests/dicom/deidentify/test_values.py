import pytest
from pydicom import DataElement

from hyoid.dicom.deidentify.values import capped_age, dummy, is_of, same_kind, texts


@pytest.mark.parametrize(
    ("age", "kept"),
    [("061Y", "061Y"), ("089Y", "089Y"), ("090Y", "090Y"), ("104Y", "090Y"), ("999M", "999M"), ("018M", "018M"),
     ("", ""), ("061Y ", "061Y"), ("61", None), ("Meier", None), ("061y", None)],
)  # fmt: skip
def test_ages_over_89_are_one_category(age: str, kept: str | None) -> None:
    assert capped_age(age) == kept


@pytest.mark.parametrize(
    ("vr", "value"),
    [("DS", "70"), ("DS", b"70.5 "), ("DS", ["1.5e-3", "2"]),
      ("DS", ""), ("IS", "3"), ("IS", "+3"), ("IS", "3.0"), ("TM", b"101112"),
     ("AS", "061Y"), ("CS", "AX"), ("US", b"\1\2"), ("LO", "anything"), ("DS", None), ("DS", 70.5)],
)  # fmt: skip
def test_forms(vr: str, value: object) -> None:
    assert is_of(vr, value)


@pytest.mark.parametrize(
    ("vr", "value"),
    [("DS", "Meier"), ("DS", b"70\\Meier"), ("DS", "nan"), ("IS", "3.5"), ("IS", "x"), ("TM", "Meier"), ("AS", "61"),
     ("CS", "a whole sentence on the patient that stands where a code should stand")],
)  # fmt: skip
def test_what_has_not_its_form(vr: str, value: object) -> None:
    assert not is_of(vr, value)


TEXTS = ["AE", "UR", "SH", "LO", "ST", "LT", "UC", "UT", "PN"]


@pytest.mark.parametrize("vr", ["DA", "TM", "DT", "AS", "CS", "DS", "IS", "OB", "UN", *TEXTS])
def test_dummies_are_valid(vr: str) -> None:
    element = DataElement(0x00091001, vr, dummy(vr))  # a wrong value would warn, and warnings are errors
    assert not element.is_empty
    assert is_of(vr, element.value)


def test_kinds() -> None:
    assert same_kind("LO", "SH")
    assert same_kind("US", "DS")
    assert same_kind("OB", "OW")
    assert not same_kind("LO", "DS")
    assert not same_kind("SQ", "OB")
    assert not same_kind("DA", "LO")


def test_texts_of_any_value() -> None:
    assert texts(None) == []
    assert texts(b"a\\b ") == ["a", "b"]
    assert texts(["a", 1]) == ["a", "1"]
    assert texts("a") == ["a"]
