"""Case ids are fit for a file name, one a case, and stay."""

from hypothesis import given
from hypothesis import strategies as st

from hyoid.dicom.naming import MAX_ID, assign_ids, safe_id


@given(st.text(max_size=100))
def test_any_patient_id_becomes_one_harmless_file_name(text):
    safe = safe_id(text, "1.2.3")
    assert 0 < len(safe) <= MAX_ID + len("patient-")
    assert all(c.isascii() and (c.isalnum() or c in "._-") for c in safe)
    assert safe[0].isalnum()
    assert ".." not in safe


def test_ids_that_are_fit_stay_as_they_are():
    for fit in ("CHUM-012", "ACRIN-NSCLC-FDG-PET-042", "p_1.a"):
        assert safe_id(fit, "1.2") == fit


def test_names_that_mean_something_else_are_changed():
    for reserved in ("Task 1", "CON", "nul", "task_2", "imagesTr", "com1.txt"):
        assert safe_id(reserved, "1.2").startswith("patient-")
    assert safe_id("a/../../b", "1.2") == "a-b"
    assert safe_id("/etc/passwd", "1.2") == "etc-passwd"


def test_ids_that_differ_in_capitals_or_signs_only_are_told_apart_and_said():
    keys = [("AB", "", "1.1", ""), ("ab", "", "1.2", ""), ("A B", "", "1.3", ""), ("A/B", "", "1.4", "")]
    ids, said = assign_ids(keys, {})
    assert len({one.lower() for one in ids.values()}) == 4
    assert ids["AB", "", "1.1"] == "AB"
    assert ("AB", "", "1.1") not in said
    assert "is another case" in said["ab", "", "1.2"]
    assert "A/B" in said["A/B", "", "1.4"]


def test_studies_of_one_patient_are_told_apart_by_date_and_then_by_uid():
    keys = [("P", "", "1.1", "20200101"), ("P", "", "1.2", "20210101"), ("P", "", "1.3", "20210101")]
    ids, _ = assign_ids(keys, {})
    assert list(ids.values())[:2] == ["P", "P-20210101"]
    assert list(ids.values())[2].startswith("P-")
    assert len(set(ids.values())) == 3


def test_a_case_keeps_its_id_when_more_studies_arrive():
    known = {("P", "", "1.2"): "P"}
    ids, _ = assign_ids([("P", "", "1.1", "20200101"), ("P", "", "1.2", "20210101")], known)
    assert ids == {("P", "", "1.1"): "P-20200101", ("P", "", "1.2"): "P"}
