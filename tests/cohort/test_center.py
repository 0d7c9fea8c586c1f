import pytest

from hyoid.cohort.center import name_centers, prefix_of


@pytest.mark.parametrize(
    ("identifier", "prefix"),
    [
        ("CHUM-012", "CHUM"),
        ("MDA-123", "MDA"),
        ("HN_MDA_001", None),
        ("HN-CHUM-012", None),
        ("D-label3", None),
        ("A_ok_1", None),
        ("A-1", None),
        ("MDA_2", None),
        ("MDA-2-x", None),
        ("HGJ7", None),
        ("Chum-012", None),
        ("HOSPITAL-1", None),
        ("CASE-001", None),
        ("HN-1", None),
        ("0012", None),
        ("CHUM", None),
    ],
)
def test_prefix(identifier, prefix) -> None:
    assert prefix_of(identifier) == prefix


def test_a_number_is_only_a_code_and_a_word_is_the_name() -> None:
    problems = []
    declared = {"CHUM-1": 1, "CHUM-2": None, "p1": 7, "p2": None, "MDA-1": "Houston"}
    assert name_centers(declared, None, problems) == {
        "CHUM-1": "CHUM",
        "CHUM-2": "CHUM",
        "p1": "center-7",
        "p2": None,
        "MDA-1": "Houston",
    }
    assert problems == []


def test_contradictions_in_both_directions() -> None:
    problems = []
    name_centers({"CHUM-1": 1, "MDA-1": 1, "USZ-1": 2, "USZ-2": 3}, None, problems)
    assert [p.found for p in problems] == [
        "the CenterID 1 for ids that begin with CHUM and MDA",
        "the CenterIDs 2 and 3 for ids that begin with USZ",
    ]


def test_pattern() -> None:
    assert name_centers({"HN-CHUM-012": 4, "x": 4}, "HN-([A-Z]+)-", []) == {"HN-CHUM-012": "CHUM", "x": None}
