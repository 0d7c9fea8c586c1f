import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.dicom.deidentify.words import is_known_structure, known_words


@pytest.mark.parametrize(
    "name",
    ["GTV", "GTVp", "GTVn", "GTV-T1", "gtv_n2", "GTVp1", "CTV_High", "PTV70", "PTV_7000", "PTV 70 Gy", "Parotid_L",
     "Glnd_Submand_R", "SpinalCord+5mm", "Brainstem", "BODY", "Lymph node left level 2", "OpticNrv_L", "PRV Cord",
     "GTV 56.1Gy", "Tumour"],
)  # fmt: skip
def test_structures_that_are_kept(name: str) -> None:
    assert is_known_structure(name), name


@pytest.mark.parametrize(
    "name",
    ["", "GTV Meier", "Meier", "GTV_20240301", "PTV_4711x", "GTV 123", "Cord^Anna", "GTVp (Dr. Smith)",
     "7 Mrs L", "GTVмеier",
     "PTV_1957", "PTV_2024", "+49 30 1234", "-"],
)  # fmt: skip
def test_structures_that_are_renamed(name: str) -> None:
    assert not is_known_structure(name), name


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("PET WB corrected", "PET WB corrected"),
        ("CT Head/Neck 3.75mm Meier", "CT Head Neck 3.75mm"),
        ("Anna Meier 14.02.1957", ""),
        ("FDG_PET-CT (AC) 4711", "FDG PET CT AC"),
        ("3D TOF 12345678", "3D TOF"),
        ("Dr. House", ""),
    ],
)
def test_descriptions(text: str, kept: str) -> None:
    assert known_words(text) == kept


@settings(deadline=None)
@given(st.text(max_size=60))
def test_what_is_kept_is_kept_again_and_stood_there(text: str) -> None:
    kept = known_words(text)
    assert known_words(kept) == kept
    assert all(word in text for word in kept.split())


@settings(deadline=None)
@given(st.text(alphabet="bcdfghjkmqvwxyz", min_size=5), st.integers(10_000, 10**9))
def test_unknown_words_and_long_numbers_never_stay(word: str, number: int) -> None:
    assert known_words(f"PET {word} {number}") == "PET"
    assert not is_known_structure(f"GTV {word}")
    assert not is_known_structure(f"GTV {number}")
