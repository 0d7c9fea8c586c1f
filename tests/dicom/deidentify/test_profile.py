import re
from collections import Counter

import pytest
from pydicom.datadict import tag_for_keyword

from hyoid.dicom.deidentify.options import Action, DeidentifyOptions
from hyoid.dicom.deidentify.profile import Rule, profile

PLAIN = DeidentifyOptions()
KEYWORDS = (
    "kept_text",
    "kept_uids",
    "removed_besides",
    "structure_names",
    "identifying",
    "kept_meanings",
    "identifying_dates",
)


def rule(keyword: str) -> Rule:
    found = profile().rule(tag_for_keyword(keyword) or 0)
    assert found is not None, keyword
    return found


def test_the_whole_table_is_there() -> None:
    """Counts of Table E.1-1 and E.3.4-1, edition 2026d."""
    attributes = profile().attributes.values()
    assert profile().edition == "2026d"
    assert len(attributes) == 656  # and the row of private attributes
    assert len(profile().content_items) == 214
    assert Counter(one.basic for one in attributes) == {
        "X": 416, "D": 93, "U": 55, "Z": 42, "X/D": 23, "X/Z": 11, "X/Z/D": 8, "Z/D": 6, "X/Z/U": 2,
    }  # fmt: skip
    options = Counter(f"{name}={action}" for one in attributes for name, action in one.options.items())
    assert options == {
        "full_dates=K": 169, "modified_dates=C": 169, "descriptors=C": 141, "uids=K": 60, "device=K": 48,
        "patient=K": 14,
        "device=C": 11, "institution=K": 10, "patient=C": 5, "content=C": 4, "graphics=C": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("keyword", "basic", "options"),
    [
        ("PatientName", "Z", {}),
        ("PatientID", "Z/D", {}),
        ("PatientBirthDate", "Z", {}),
        ("PatientSex", "Z", {"patient": "K"}),
        ("PatientWeight", "X", {"patient": "K"}),
        ("StudyDate", "Z", {"full_dates": "K", "modified_dates": "C"}),
        ("SOPInstanceUID", "U", {"uids": "K"}),
        ("StationName", "X/Z/D", {"device": "K"}),
        ("SeriesDescription", "X", {"descriptors": "C"}),
        ("ContentSequence", "D", {"content": "C"}),
        ("ROIName", "Z", {"descriptors": "C"}),
        ("ReferencedImageSequence", "X/Z/U", {"uids": "K"}),
    ],
)
def test_rows_as_the_standard_prints_them(keyword: str, basic: str, options: dict[str, str]) -> None:
    assert (rule(keyword).basic, dict(rule(keyword).options)) == (basic, options)


@pytest.mark.parametrize("tag", [0x60003000, 0x60043000, 0x601E4000, 0x50003000, 0x501E0005])
def test_groups_that_repeat(tag: int) -> None:
    found = profile().rule(tag)
    assert found is not None
    assert found.basic == "X"


def test_nothing_beside_the_table_has_a_rule() -> None:
    for keyword in ("RadionuclideTotalDose", "RadionuclideHalfLife", "RescaleSlope", "Units", "PixelData"):
        assert profile().rule(tag_for_keyword(keyword) or 0) is None


@pytest.mark.parametrize("kind", KEYWORDS)
def test_keywords_of_the_rules_exist(kind: str) -> None:
    unknown = {keyword for keyword in profile().words[kind] if tag_for_keyword(keyword) is None}
    # attributes that came with later editions than pydicom's dictionary
    assert unknown <= {"PatientAlternativeCalendar"}


def test_rules_do_not_contradict_the_table() -> None:
    for kind in ("kept_text", "kept_uids", "removed_besides"):
        for keyword in profile().words[kind]:
            found = profile().rule(tag_for_keyword(keyword) or 0)
            assert found is None, f"{keyword} is in the table already: {found}"


def test_safe_private_have_what_suv_needs() -> None:
    safe = profile().safe_private
    assert not safe[0x7053, "PHILIPS PET PRIVATE GROUP", 0x00].shifted
    assert not safe[0x7053, "PHILIPS PET PRIVATE GROUP", 0x09].shifted
    assert safe[0x0009, "GEMS_PETD_01", 0x0D].shifted
    assert all(one.vr in {"DS", "FL", "DT", "CS"} for one in safe.values())
    assert all(one.shifted == (one.vr == "DT") for one in safe.values())


def test_words_are_small_letters() -> None:
    for kind in ("descriptor_words", "structure_words"):
        assert all(re.fullmatch(r"[a-z0-9]+", word) for word in profile().words[kind])


@pytest.mark.parametrize(
    ("keyword", "plain", "more", "changed"),
    [
        ("StudyDate", Action.CLEAN, {}, Action.CLEAN),
        ("PatientWeight", Action.KEEP, {}, Action.KEEP),
        ("PatientName", Action.EMPTY, {}, Action.EMPTY),
        ("StationName", Action.DUMMY, {"keep_device": True}, Action.KEEP),
        ("DeviceSerialNumber", Action.DUMMY, {"keep_device": True}, Action.KEEP),
        ("DateOfLastCalibration", Action.CLEAN, {"keep_device": True}, Action.CLEAN),
        ("SeriesDescription", Action.REMOVE, {"clean_descriptors": True}, Action.CLEAN),
        ("InstitutionName", Action.DUMMY, {"keep_device": True, "clean_descriptors": True}, Action.DUMMY),
        ("SeriesDate", Action.CLEAN, {}, Action.CLEAN),
        ("AcquisitionContextSequence", Action.CLEAN, {}, Action.CLEAN),
        ("ReferencedImageSequence", Action.UID, {}, Action.UID),
    ],
)
def test_options(keyword: str, plain: Action, more: dict[str, bool], changed: Action) -> None:
    assert PLAIN.action(rule(keyword)) == plain
    assert DeidentifyOptions(**more).action(rule(keyword)) == changed


def test_codes_of_the_options() -> None:
    assert [code for code, _ in PLAIN.method_codes] == ["113100", "113104", "113107", "113108", "113111"]
    every = DeidentifyOptions(keep_device=True, clean_descriptors=True)
    assert [code for code, _ in every.method_codes] == [
        "113100", "113104", "113105", "113107", "113108", "113109", "113111",
    ]  # fmt: skip
