"""One reading of values, two policies: what is damaged is missing, or a sentence."""

import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from hyoid.dicom import checked_values, elements
from hyoid.errors import DicomError


def raw(keyword: str, vr: str, content: bytes) -> Dataset:
    """Return a data set as a file has it: one element, not yet converted."""
    tag = Tag(keyword)
    dataset = Dataset()
    dataset._dict[tag] = RawDataElement(tag, vr, len(content), content, 0, False, True)
    return dataset


GOOD = [
    ("SliceThickness", "DS", b"2.5 ", (2.5,)),
    ("PixelSpacing", "DS", b"1.5\\1.25", (1.5, 1.25)),
    ("PixelSpacing", "UN", b"1.5\\1.25", (1.5, 1.25)),
    ("PixelSpacing", "LO", b"1.5\\1.25", (1.5, 1.25)),
    ("Rows", "US", b"\x08\x00", (8.0,)),
]
DAMAGED = [
    ("SliceThickness", "DS", b"wide"),
    ("SliceThickness", "DS", b"nan "),
    ("SliceThickness", "DS", b"1e999"),
    ("Rows", "US", b"\x08"),
    ("SliceThickness", "FD", b"\x00\x00\x00\x00\x00\x00\xf0\x7f"),
]


@pytest.mark.parametrize(("keyword", "vr", "content", "expected"), GOOD)
def test_numbers_are_read_alike_under_both_policies(keyword, vr, content, expected):
    assert elements.numbers(raw(keyword, vr, content), keyword, len(expected)) == expected
    assert checked_values.numbers_of(raw(keyword, vr, content), keyword) == expected


@pytest.mark.parametrize(("keyword", "vr", "content"), DAMAGED)
def test_what_is_no_number_is_missing_or_a_sentence(keyword, vr, content):
    with elements.tolerant():
        assert elements.number(raw(keyword, vr, content), keyword) is None
    with pytest.raises(DicomError, match=rf"{keyword} \([0-9A-F]{{4}},[0-9A-F]{{4}}\) .*expected 1 finite numbers"):
        checked_values.number_of(raw(keyword, vr, content), keyword)


def test_what_is_absent_or_blank_is_missing_and_refused_only_where_it_is_needed():
    for dataset in (Dataset(), raw("SliceThickness", "DS", b""), raw("SliceThickness", "DS", b"  ")):
        assert elements.value(dataset, "SliceThickness") is None
        assert checked_values.value_of(dataset, "SliceThickness") is None
        assert checked_values.numbers_of(dataset, "SliceThickness") == ()
        with pytest.raises(DicomError, match="absent"):
            checked_values.number_of(dataset, "SliceThickness")


def test_texts_lose_controls_and_blanks_and_what_is_beyond_measure():
    dataset = raw("SeriesDescription", "LO", b" a\x07[2Jb " + b"c" * 400)
    with elements.tolerant():
        both = elements.text(dataset, "SeriesDescription"), checked_values.text_of(dataset, "SeriesDescription")
    for found in both:
        assert found.startswith("a [2Jb c")
        assert len(found) < 257


def test_a_value_in_the_place_of_a_sequence():
    dataset = raw("ReferencedImageSequence", "LO", b"none")
    assert elements.items(dataset, "ReferencedImageSequence") == []
    with pytest.raises(DicomError, match="a sequence of items"):
        checked_values.items_of(dataset, "ReferencedImageSequence")
