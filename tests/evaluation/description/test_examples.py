from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case, read_cohort
from hyoid.evaluation.description.examples import draw_planes, find_example, find_examples
from hyoid.evaluation.description.grids import Unreadable
from hyoid.imaging import read_volume, write_volume
from support.balls import ball_cohort


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, ...]:
    return read_cohort(ball_cohort(tmp_path_factory.mktemp("examples"), 4)).cases


def test_planes_go_through_the_primary_tumour(cases: tuple[Case, ...]) -> None:
    example = draw_planes(cases[0])
    assert example.through == "GTVp"
    for images in example.planes.values():
        assert set(images) == {"ct", "pet", "mask"}
        assert (images["mask"] == 1).any()
        assert len({image.shape for image in images.values()}) == 1
        assert images["pet"][images["mask"] == 1].mean() > 5  # the ball is hot where the mask has it
    # the field of 128 mm at 2 mm along z, the body of 112 mm and a margin along x
    assert example.planes["coronal"]["ct"].shape[0] == 64
    assert 56 <= example.planes["coronal"]["ct"].shape[1] <= 64


def test_without_a_mask_or_a_ct_the_middle_is_shown(cases: tuple[Case, ...]) -> None:
    pet_alone = Case("P", images={"pet": cases[0].images["pet"]})
    example = draw_planes(pet_alone)
    assert example.through == "the middle of the image"
    assert set(example.planes["axial"]) == {"pet"}


def test_who_is_shown(cases: tuple[Case, ...], tmp_path: Path) -> None:
    ct = read_volume(cases[0].images["ct"])
    write_volume(tmp_path / "dose.nii.gz", ct.with_array(np.full(ct.array.shape, 60, np.float32)))
    with_dose = Case("Z", "ACEN", {**cases[0].images, "dose": tmp_path / "dose.nii.gz"}, cases[0].mask)
    bequerel = tmp_path / "pet.nii.gz"
    pet = read_volume(cases[1].images["pet"])
    write_volume(bequerel, pet.with_array(pet.array * 5000))
    wrong_unit = Case(
        "A", "BCEN", {**cases[1].images, "pet": bequerel, "dose": tmp_path / "dose.nii.gz"}, cases[1].mask
    )
    everyone = [*cases, with_dose, wrong_unit, Case("no-image", "CCEN")]
    found = find_examples(everyone)
    assert found.richest is not None
    assert found.richest.case.id == "Z"  # most images; A has as many, but cannot be believed
    assert [one.case for one in found.unreadable] == ["A"]
    assert "Bq/mL" in found.unreadable[0].reason
    assert [example.case.id for example in found.by_center] == ["Z", "BCEN-001"]
    known = find_example(everyone, [Unreadable("Z", "ct", ""), Unreadable("A", "pet", "")])
    assert known[0] is not None
    assert (known[0].case.id, known[1]) == ("ACEN-000", [])


def test_nobody_can_be_shown() -> None:
    found = find_examples([Case("A"), Case("B", images={"dose": Path("nowhere")})])
    assert (found.richest, found.by_center, found.unreadable) == (None, (), ())
