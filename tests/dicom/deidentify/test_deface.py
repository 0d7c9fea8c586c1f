import numpy as np
import pytest
from scipy.spatial import cKDTree

from hyoid.dicom.deidentify.deface import CHIN_BELOW_BRAIN_MM, Defaced, deface
from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import find_head, resample
from imaging.manikin import field, manikin

FIELD = field(480, 840, (4.0, 4.0, 4.0), half_width=132)
NOSE = (0.0, -110.0, 660.0)
"""A nose of 20 mm before the manikin's face, which is 100 mm before its middle."""


@pytest.fixture(scope="module")
def patient() -> tuple[Volume, Volume]:
    ct, pet = manikin(FIELD)
    near = distance_to(ct.grid, NOSE) < 20
    ct.array[near], pet.array[near] = 40, 0.9
    return ct, pet


@pytest.fixture(scope="module")
def done(patient: tuple[Volume, Volume]) -> Defaced:
    return deface(*patient)


def world(grid: Grid) -> np.ndarray:
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")[::-1], axis=-1)
    return grid.to_world(index)


def distance_to(grid: Grid, place: tuple[float, float, float]) -> np.ndarray:
    return np.linalg.norm(world(grid) - place, axis=-1)


def labels_at(grid: Grid, place: tuple[float, float, float], radius: float, value: int = 1) -> Volume:
    return Volume(np.where(distance_to(grid, place) < radius, value, 0).astype(np.uint8), grid)


def before_the_plane(volume: Volume, defaced: Defaced) -> np.ndarray:
    return world(volume.grid)[..., 1] < defaced.face.plane_y_mm


def test_the_face_is_gone(patient: tuple[Volume, Volume], done: Defaced) -> None:
    ct, _ = patient
    assert done.ct is not None
    assert done.pet is not None
    surface = (distance_to(ct.grid, NOSE) < 20) & before_the_plane(ct, done)
    assert surface.sum() > 300
    assert (ct.array[surface] > -100).all()
    assert (done.ct.array[surface] == -1024).all()
    assert (done.pet.array[surface] == 0).all()
    heights = world(ct.grid)[..., 2]
    head = before_the_plane(ct, done) & (heights >= done.face.lower_z_mm) & (np.abs(world(ct.grid)[..., 0]) < 80)
    assert (done.ct.array[head] <= -1000).all()


def test_a_plane_and_no_skin_is_left_to_see(patient: tuple[Volume, Volume], done: Defaced) -> None:
    """The front of what is left is flat, wherever the face stood further forward."""
    ct, _ = patient
    assert done.ct is not None
    y = world(ct.grid)[..., 1]
    chin_up = world(ct.grid)[..., 2] >= done.face.lower_z_mm
    first = np.where((done.ct.array > -500) & chin_up, y, np.inf).min(axis=1)
    cut = np.where((ct.array > -500) & chin_up, y, np.inf).min(axis=1) < done.face.plane_y_mm
    assert cut.sum() > 200
    assert np.ptp(first[cut]) <= ct.grid.spacing[1]


def test_everything_behind_the_plane_and_below_the_chin_stays(patient: tuple[Volume, Volume], done: Defaced) -> None:
    for image, new in zip(patient, (done.ct, done.pet), strict=True):
        assert new is not None
        assert new.grid == image.grid
        assert new.array.dtype == image.array.dtype
        behind = ~before_the_plane(image, done) | (world(image.grid)[..., 2] < done.face.lower_z_mm)
        np.testing.assert_array_equal(new.array[behind], image.array[behind])
    brain = find_head(patient[1], patient[0])
    again = find_head(done.pet, done.ct)
    assert brain is not None
    assert again is not None
    np.testing.assert_allclose(again.centre_mm, brain.centre_mm, atol=4)


def test_what_was_changed_is_reported(patient: tuple[Volume, Volume], done: Defaced) -> None:
    for name, image, new in zip(("ct", "pet"), patient, (done.ct, done.pet), strict=True):
        assert new is not None
        changed = int((new.array != image.array).sum())
        cut = done.cuts[name]
        assert (cut.voxels, cut.volume_mm3) == (changed, changed * 64)
        if name == "ct":
            assert cut.body_voxels == int(((new.array != image.array) & (image.array > -500)).sum()) > 200
        assert (cut.protected_voxels, cut.limited_by_labels) == (0, False)
    assert done.to_dict()["images"]["ct"]["voxels"] == done.cuts["ct"].voxels


@pytest.mark.parametrize("spacing", [(4.0, 4.0, 4.0), (1.0, 1.5, 3.0), (6.0, 5.0, 7.0)])
def test_no_labelled_voxel_is_touched(
    patient: tuple[Volume, Volume], done: Defaced, spacing: tuple[float, ...]
) -> None:
    """A tumour of the lip, on a grid of its own that ends near it."""
    ct, pet = patient
    grid = Grid(tuple(int(60 / s) for s in spacing), spacing, (-30.0, -130.0, 640.0))  # type: ignore[arg-type]
    labels = labels_at(grid, (0.0, -108.0, 662.0), 9, value=2)
    assert labels.array.any()
    new = deface(ct, pet, [labels])
    labelled = cKDTree(world(grid)[labels.array > 0])
    distance = labelled.query(world(ct.grid).reshape(-1, 3))[0].reshape(ct.grid.shape)
    near = distance < 10
    for image, defaced, full in ((ct, new.ct, done.ct), (pet, new.pet, done.pet)):
        assert defaced is not None
        assert full is not None
        np.testing.assert_array_equal(defaced.array[near], image.array[near])
        assert (full.array[near] != image.array[near]).any()
        reach = 10 + 2 * (np.linalg.norm(spacing) + np.linalg.norm(ct.grid.spacing))
        np.testing.assert_array_equal(defaced.array[distance > reach], full.array[distance > reach])
    cut = new.cuts["ct"]
    assert cut.limited_by_labels
    assert cut.voxels + cut.protected_voxels == done.cuts["ct"].voxels


def test_an_empty_label_map_and_one_far_away_limit_nothing(patient: tuple[Volume, Volume], done: Defaced) -> None:
    ct, pet = patient
    empty = ct.with_array(np.zeros(ct.grid.shape, np.uint8))
    far = labels_at(ct.grid, (30.0, -20.0, 600.0), 16)
    new = deface(ct, pet, [empty, far])
    assert new.cuts == done.cuts
    assert new.empty_labels == (0,)
    assert done.empty_labels == ()


def test_labels_beside_the_images_are_refused(patient: tuple[Volume, Volume]) -> None:
    """Another patient's, or a dose grid in another frame: they would protect nothing, silently."""
    ct, pet = patient
    here = labels_at(ct.grid, NOSE, 16)
    elsewhere = Grid(ct.grid.size, ct.grid.spacing, (ct.grid.origin[0], ct.grid.origin[1], ct.grid.origin[2] + 900))
    for images in ((ct, pet), (ct, None), (None, pet)):
        with pytest.raises(ImageError, match="label map 2 of 2"):
            deface(*images, [here, Volume(here.array, elsewhere)])
    overlapping = Grid(ct.grid.size, ct.grid.spacing, (ct.grid.origin[0] - 200, *ct.grid.origin[1:]))
    outer = np.zeros(ct.grid.shape, np.uint8)
    outer[:, :, :20] = 1
    with pytest.raises(ImageError, match="label map 1 of 1"):
        deface(ct, pet, [Volume(outer, overlapping)])


def test_tissue_is_counted_in_the_ct_alone(done: Defaced) -> None:
    assert done.cuts["pet"].body_voxels is None
    tissue = done.cuts["ct"].body_voxels
    assert tissue is not None
    assert 0 < tissue <= done.cuts["ct"].voxels


def test_a_wider_margin_protects_more(patient: tuple[Volume, Volume]) -> None:
    labels = labels_at(patient[0].grid, (0.0, -100.0, 660.0), 9)
    protected = [deface(*patient, [labels], margin_mm=m).cuts["ct"].protected_voxels for m in (0.0, 5.0, 20.0)]
    assert 0 < protected[0] < protected[1] < protected[2]


def test_one_image_alone_and_other_directions(patient: tuple[Volume, Volume], done: Defaced) -> None:
    ct, pet = patient
    alone = deface(None, pet)
    assert alone.ct is None
    assert alone.cuts["pet"].voxels > 200
    turned = Grid(pet.grid.size, pet.grid.spacing, (130.0, 130.0, FIELD.origin[2]), (-1, 0, 0, 0, -1, 0, 0, 0, 1))
    other = deface(resample(ct, turned, outside=-1000.0), resample(pet, turned))
    assert other.ct is not None
    assert done.ct is not None
    back = resample(other.ct, ct.grid, interpolation="nearest", outside=-1000.0)
    differing = (back.array > -500) != (done.ct.array > -500)
    assert differing.sum() < 0.002 * (done.ct.array > -500).sum()


def test_no_head_no_defacing() -> None:
    ct, pet = manikin(field(100, 560))
    with pytest.raises(ImageError, match="no head"):
        deface(ct, pet)
    with pytest.raises(ImageError, match="neither"):
        deface(None, None)


def test_a_head_against_the_axes_is_refused(patient: tuple[Volume, Volume]) -> None:
    flipped = [image.with_array(np.ascontiguousarray(image.array[::-1])) for image in patient]
    with pytest.raises(ImageError, match="front from back"):
        deface(*flipped)


def test_the_chin_is_within_reach(done: Defaced, patient: tuple[Volume, Volume]) -> None:
    head = find_head(patient[1], patient[0])
    assert head is not None
    assert done.face.lower_z_mm == pytest.approx(head.brain.lower[2] - CHIN_BELOW_BRAIN_MM)
    assert done.face.plane_y_mm == pytest.approx(-84, abs=10)  # the front of the manikin's brain
