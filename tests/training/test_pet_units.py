"""From a stored case to the SUV of its PET on the device, and what augmentation makes of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hyoid.cohort import Case, read_cohort
from hyoid.errors import ImageError
from hyoid.recipe import Recipe
from hyoid.training.batch import Loading, to_device
from hyoid.training.patches import PatchSettings, epoch_batches
from hyoid.training.patients import Patients
from hyoid.training.pet_units import units_for
from hyoid.training.store import Store
from hyoid.training.stored_case import StoredCase
from hyoid.training.wholes import whole_batches
from support.balls import ball_cohort
from support.recipes import small_recipe

LABELS = {"background": (0,), "gtvp": (1,), "gtvn": (2,)}
PARTS = (
    "stages.0.training.augment=[{name: pet_resolution, fwhm_mm: [9, 9], probability: 1}, "
    "{name: pet_noise, scale: [0.1, 0.1], probability: 1}]"
)


def recipe_with(parts: str = PARTS) -> Recipe:
    return small_recipe("baseline-unet", parts, "inputs.missing=fill")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> list[StoredCase]:
    """Three cases, the last without a PET."""
    root = tmp_path_factory.mktemp("units")
    cohort = ball_cohort(root / "cohort", 3)
    (cohort / "ACEN-002__PT.nii.gz").unlink()
    recipe, cases = recipe_with(), read_cohort(cohort).cases
    store = Store(root / "store", recipe.imaging, recipe.inputs.images)
    store.prepare(cases)
    return [store.open(case.id) for case in cases]


def test_units_are_voxel_size_and_line_of_each_case(stored: list[StoredCase]) -> None:
    augment = recipe_with().network_stage.training.augment
    units = units_for(augment, stored)
    assert units is not None
    assert [one is None for one in units] == [False, True, False]
    for case, one in zip(stored, units, strict=True):
        if one is not None:
            assert one.spacing_mm == tuple(reversed(case.way_back.grid.spacing))
            suv = one.to_suv(torch.from_numpy(case.images()[1]))
            np.testing.assert_allclose(suv, case.framed().suv(), atol=1e-4)
            assert 8 < float(suv.max()) < 14
    assert units_for(small_recipe().network_stage.training.augment, stored) is None


def test_a_case_whose_suv_is_lost_is_named(stored: list[StoredCase]) -> None:
    lost = StoredCase(next(case.folder for case in stored if case.present[1]))
    lost.way_back = replace(lost.way_back, pet=None)
    with pytest.raises(ImageError, match=f"the PET of {lost.id}, whose intensity chain cannot be turned back"):
        units_for(recipe_with().network_stage.training.augment, [lost])


def test_a_training_batch_sees_the_other_scanner_on_its_pet_alone(stored: list[StoredCase]) -> None:
    recipe = recipe_with()
    settings = PatchSettings((16, 16, 16), LABELS, recipe.network_stage.training, 0)
    keys = [(None, case.id[0]) for case in stored]
    augment = recipe.network_stage.training.augment
    seen = {True: 0, False: 0}
    for drawn in epoch_batches(stored, keys, settings, 0):
        loading = Loading(("ct", "pet"), (0.0, 0.0), augment, False, "seg")
        batch, targets = to_device(drawn, loading, torch.device("cpu"))
        assert batch.images is not None
        assert drawn.images is not None
        assert drawn.masks is not None
        np.testing.assert_array_equal(batch.images[:, 0], drawn.images[:, 0])
        np.testing.assert_array_equal(targets["seg"].values, drawn.masks[0])
        for before, after, there in zip(drawn.images[:, 1], batch.images[:, 1], drawn.present[:, 1], strict=True):
            assert np.array_equal(before, after) == (not there)
            seen[bool(there)] += 1
    assert seen == {True: 6, False: 3}


def test_whole_frames_carry_the_units_of_their_own_case(stored: list[StoredCase]) -> None:
    training = recipe_with().network_stage.training.model_copy(update={"batch_size": 3})
    cases = [Case(case.id, center="CEN", hpv=place == 0) for place, case in enumerate(stored)]
    (drawn,) = whole_batches(Patients(cases, stored, None), {"hpv": "hpv"}, training, 0, 0)
    assert drawn.images is not None
    units = units_for(training.augment, stored) or ()
    by_image = {case.images().tobytes(): one for case, one in zip(stored, units, strict=True)}
    assert drawn.pet == tuple(by_image[image.tobytes()] for image in drawn.images)
    assert len({one.scale.slope for one in drawn.pet or () if one is not None}) == 2
