import pytest
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

from hyoid.dicom.suv.nuclides import NUCLIDES, is_fdg, nuclide_of_code, nuclide_with_half_life, nuclides_in_name


@pytest.mark.parametrize("nuclide", NUCLIDES, ids=lambda n: n.name)
def test_codes_are_those_of_the_standards_context_group(nuclide) -> None:  # type: ignore[no-untyped-def]
    """pydicom's own copy of PS3.16, CID 4020."""
    entry = concepts["SCT"][f"_{nuclide.mass}{nuclide.element.capitalize()}"]
    assert list(entry) == [nuclide.codes[0]]
    assert mapping["SCT"][nuclide.codes[0]] == nuclide.codes[1]
    assert nuclide_of_code(nuclide.codes[0]) is nuclide_of_code(nuclide.codes[1].lower() + " ") is nuclide


@pytest.mark.parametrize(
    ("half_life", "name"),
    [
        *[(6588, "F-18"), (6586.2, "F-18"), (1224, "C-11"), (598, "N-13"), (122, "O-15"), (4080, "Ga-68")],
        *[(76.4, "Rb-82"), (45720, "Cu-64"), (282240, "Zr-89"), (361152, "I-124")],
    ],
)
def test_half_lives_that_scanners_write(half_life: float, name: str) -> None:
    found = nuclide_with_half_life(half_life, 0.02)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("^18^Fluorine", {"F-18"}),
        ("18F", {"F-18"}),
        ("F-18", {"F-18"}),
        ("Fluorodeoxyglucose F^18^", {"F-18"}),
        ("[18F]FDG", {"F-18"}),
        ("PSMA-1007 F^18^", {"F-18"}),
        ("68Ga-DOTATATE", {"Ga-68"}),
        ("Ga-68 PSMA-11", {"Ga-68"}),
        ("Choline C^11^", {"C-11"}),
        ("11C-methionine", {"C-11"}),
        ("N-13 ammonia", {"N-13"}),
        ("Water O^15^", {"O-15"}),
        ("Rb-82", {"Rb-82"}),
        ("Zirconium 89", {"Zr-89"}),
        ("iodine-124", {"I-124"}),
        ("Copper^64^ acetate", {"Cu-64"}),
        ("64Cu-DOTATATE", {"Cu-64"}),
        ("FDG -- fluorodeoxyglucose", set()),
        ("MK-6240", set()),
        ("PSMA-11", set()),
        ("Solution", set()),
        ("", set()),
    ],
)
def test_names(text: str, names: set[str]) -> None:
    assert {nuclide.name for nuclide in nuclides_in_name(text)} == names


def test_fdg() -> None:
    assert is_fdg("FDG -- fluorodeoxyglucose")
    assert is_fdg("Fludeoxyglucose")
    assert not is_fdg("Choline")
