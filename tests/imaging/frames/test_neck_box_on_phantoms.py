import numpy as np
import pytest

from hyoid.geometry import Box
from hyoid.imaging import NeckBox, find_head
from hyoid.phantom import Tissue, make_patient

QUICK = (4, 8)
"""A CT shorter than its PET, and a whole-body scan."""


def check(index: int, centers: str) -> int:
    """Find one phantom's head and lesions; return the axial extent of its PET in mm."""
    patient = make_patient(11, index, "tiny", centers)  # type: ignore[arg-type]
    brain = np.argwhere(patient.truth.pet_tissue.array == Tissue.BRAIN)[:, ::-1]
    brain_mm = patient.pet.grid.to_world(brain)
    by_pet, by_ct = find_head(patient.pet), find_head(None, patient.ct)
    assert by_pet is not None
    assert by_ct is not None
    assert np.linalg.norm(by_pet.centre_mm - brain_mm.mean(axis=0)) < 8
    assert np.linalg.norm(by_ct.centre_mm - brain_mm.mean(axis=0)) < 30
    located = NeckBox().locate({"ct": patient.ct, "pet": patient.pet})
    assert not any("No head" in note for note in located.notes)
    if patient.mask is not None and patient.mask.array.any():
        box = Box.of_grid(located.grid)
        for label in np.unique(patient.mask.array[patient.mask.array > 0]):
            lesion_mm = patient.ct.grid.to_world(np.argwhere(patient.mask.array == label)[:, ::-1])
            inside = ((lesion_mm >= box.lower) & (lesion_mm <= box.upper)).all(axis=1)
            assert inside.mean() >= 0.99
    return round(patient.pet.grid.extent_mm[2])


def test_box_holds_the_lesions() -> None:
    extents = [check(index, "train") for index in QUICK]
    assert min(extents) < 550
    assert max(extents) > 900


@pytest.mark.slow
@pytest.mark.parametrize("index", range(40))
def test_box_holds_the_lesions_of_many(index: int) -> None:
    check(index, "train")


@pytest.mark.slow
@pytest.mark.parametrize("index", range(15))
def test_box_holds_the_lesions_of_unseen_centers(index: int) -> None:
    check(index, "unseen")
