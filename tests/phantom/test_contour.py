import numpy as np
import pytest
from scipy.ndimage import binary_dilation, label

from hyoid.geometry import Volume
from hyoid.imaging import resample
from hyoid.phantom import PhantomPatient, Tissue, draw_patient, make_patient
from hyoid.phantom.centers import ContourStyle, allocate
from hyoid.phantom.contour import GTVN, GTVP, View, draw_contours
from hyoid.phantom.render import Canvas


def _view(made: PhantomPatient) -> View:
    truth = made.truth
    canvas = Canvas.of(made.ct.grid, truth.build)
    spoilt = np.zeros(made.ct.grid.shape[0], bool)
    return View(canvas, made.ct, made.pet, truth.hu.array, truth.ct_tissue.array, spoilt)


def _drawn(made: PhantomPatient, style: ContourStyle) -> Volume:
    pixels = draw_contours(np.random.default_rng(0), style, made.truth.lesions, _view(made))
    return Volume(pixels, made.ct.grid)


def _with_both(tiny: list[PhantomPatient]) -> list[PhantomPatient]:
    return [made for made in tiny if made.patient.disease.primary and made.patient.disease.nodes]


def test_masks_agree_with_the_planned_disease(tiny: list[PhantomPatient]) -> None:
    for made in tiny:
        assert made.mask is not None
        assert set(np.unique(made.mask.array)) <= {0, GTVP, GTVN}
        assert (made.mask.volume_ml(GTVP) > 0) == (made.patient.disease.primary is not None)
        assert (made.mask.volume_ml(GTVN) > 0) == bool(made.patient.disease.nodes)


def test_primary_and_nodes_never_touch(tiny: list[PhantomPatient]) -> None:
    for made in tiny:
        assert made.mask is not None
        around = binary_dilation(made.mask.array == GTVP, np.ones((3, 3, 3)))
        assert not (around & (made.mask.array == GTVN)).any()


def test_contours_keep_out_of_air_and_bone(tiny: list[PhantomPatient]) -> None:
    for made in tiny:
        assert made.mask is not None
        tissue = made.truth.ct_tissue.array[made.mask.array > 0]
        assert not np.isin(tissue, [Tissue.OUTSIDE, Tissue.AIRWAY, Tissue.BONE, Tissue.TEETH, Tissue.BRAIN]).any()


def test_radiotherapy_contours_are_more_generous_than_ct_and_network_ones(tiny: list[PhantomPatient]) -> None:
    volumes = {
        style: sum(_drawn(made, style).volume_ml() for made in tiny) for style in ("radiotherapy", "ct", "network")
    }
    planned = sum(lesion.plan.volume_ml for made in tiny for lesion in made.truth.lesions)
    assert volumes["radiotherapy"] > volumes["ct"] > 0.9 * volumes["network"]
    assert 0.9 * planned < volumes["ct"] < 1.5 * planned


def test_pet_contours_follow_the_uptake(tiny: list[PhantomPatient]) -> None:
    for made in _with_both(tiny):
        by_pet, by_ct = _drawn(made, "pet_flab"), _drawn(made, "ct")
        uptake = resample(made.pet, made.ct.grid, "linear").array
        cold_in_pet = uptake[by_pet.array == GTVP].min()
        assert cold_in_pet >= uptake[by_ct.array == GTVP].min()
        assert by_pet.volume_ml(GTVN) == pytest.approx(by_ct.volume_ml(GTVN), rel=0.25)


def test_zurich_cuts_voxels_by_hu_and_slices_with_metal(tiny: list[PhantomPatient]) -> None:
    made = max(_with_both(tiny), key=lambda made: made.patient.disease.primary.volume_ml)  # type: ignore[union-attr]
    view = _view(made)
    full = _drawn(made, "slices_removed")
    hu = made.ct.array[full.array == GTVP]
    assert hu.min() >= 20
    assert hu.max() <= 180
    slices = np.flatnonzero((full.array == GTVP).any(axis=(1, 2)))
    view.spoilt[slices[0]] = True
    cut = draw_contours(np.random.default_rng(0), "slices_removed", made.truth.lesions, view)
    assert not (cut[slices[0]] > 0).any()
    assert (cut[slices[1]] > 0).any()


def test_lesions_of_the_plan_are_components_of_the_mask(tiny: list[PhantomPatient]) -> None:
    planned = sum(len(made.patient.disease.nodes) for made in tiny)
    drawn = sum(label(made.mask.array == GTVN, np.ones((3, 3, 3)))[1] for made in tiny if made.mask)
    assert 0.7 * planned <= drawn <= 1.1 * planned


def test_unseen_centres_and_their_masks(unseen: list[PhantomPatient]) -> None:
    names = {center.name for center, _ in allocate("unseen", 20)}
    assert names == {"CHB", "CHUN", "CHUB"}
    for made in unseen:
        assert (made.mask is None) == (made.patient.center.name == "CHUB")


def test_unknown_primary_has_nodes_and_no_gtvp_in_its_mask() -> None:
    index = next(i for i in range(200) if draw_patient(0, i).disease.primary is None)
    made = make_patient(0, index)
    assert made.mask is not None
    assert made.mask.volume_ml(GTVP) == 0
    assert made.mask.volume_ml(GTVN) > 0
