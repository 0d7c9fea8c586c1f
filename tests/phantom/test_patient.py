import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from hyoid.geometry import Box
from hyoid.imaging import find_head
from hyoid.phantom import PhantomPatient, Tissue, make_patient

CT_RANGES = {
    Tissue.MUSCLE: (40, 70),
    Tissue.BRAIN: (25, 42),
    Tissue.FAT: (-115, -75),
    Tissue.LUNG: (-900, -750),
    Tissue.LIVER: (50, 66),
    Tissue.AIRWAY: (-1010, -880),
    Tissue.BLADDER: (0, 15),
    Tissue.KIDNEY: (15, 40),
}
"""HU of organs large enough to measure."""

PET_RANGES = {
    Tissue.BRAIN: (6, 12),
    Tissue.MUSCLE: (0.6, 0.9),
    Tissue.LIVER: (1.9, 2.5),
    Tissue.HEART: (1, 8),
    Tissue.BLADDER: (10, 60),
}
"""SUV as the scanner shows it, its factor apart."""

SMALL_ORGANS = {
    Tissue.TONSIL: (2, 6),
    Tissue.SALIVARY: (1.5, 4),
    Tissue.SWALLOWING: (1.5, 4),
    Tissue.TONGUE: (1.5, 3),
    Tissue.MARROW: (0.5, 1.5),
    Tissue.KIDNEY: (4, 13),
    Tissue.INFLAMED_NODE: (2.5, 6.6),
}
"""SUV of what the blur of the scanner makes paler: measured before it."""


@pytest.fixture(scope="module")
def whole_body() -> PhantomPatient:
    made = make_patient(3, 3)
    assert made.patient.center.name == "CHUP"
    return made


def _inside(tissue: np.ndarray, kind: Tissue, depth: int) -> np.ndarray:
    where = tissue == kind
    return binary_erosion(where, np.ones((3, 3, 3)), depth) if depth else where


@pytest.mark.parametrize("kind", CT_RANGES, ids=lambda kind: kind.name)
def test_hu_of_each_tissue(whole_body: PhantomPatient, kind: Tissue) -> None:
    where = _inside(whole_body.truth.ct_tissue.array, kind, 1)
    low, high = CT_RANGES[kind]
    assert where.sum() >= 5
    assert low <= np.median(whole_body.ct.array[where]) <= high


@pytest.mark.parametrize("kind", PET_RANGES, ids=lambda kind: kind.name)
def test_suv_of_large_organs_in_the_image(whole_body: PhantomPatient, kind: Tissue) -> None:
    where = _inside(whole_body.truth.pet_tissue.array, kind, 1 if kind is Tissue.HEART else 2)
    low, high = PET_RANGES[kind]
    assert where.sum() >= 5
    assert low <= np.median(whole_body.pet.array[where]) / whole_body.truth.scan.suv_factor <= high


def test_suv_of_small_organs_before_blur(tiny: list[PhantomPatient]) -> None:
    seen = set()
    for made in tiny:
        for kind, (low, high) in SMALL_ORGANS.items():
            values = made.truth.suv.array[_inside(made.truth.pet_tissue.array, kind, 0)]
            if values.size >= 20:
                seen.add(kind)
                assert low <= np.percentile(values, 75) <= high, (made.patient.id, kind.name)
    assert seen >= {Tissue.TONSIL, Tissue.SALIVARY, Tissue.SWALLOWING, Tissue.TONGUE, Tissue.MARROW}


def test_every_patient_has_a_head_that_the_frame_finds(tiny: list[PhantomPatient]) -> None:
    for made in tiny:
        head = find_head(made.pet, made.ct)
        assert head is not None
        x, _, z = made.truth.build.to_world((0.0, 6.0, -78.0))
        assert head.brain.lower[2] < z < head.brain.upper[2]
        assert head.brain.lower[0] < x < head.brain.upper[0]


def test_images_have_their_types_and_values(tiny: list[PhantomPatient]) -> None:
    for made in tiny:
        assert made.ct.array.dtype == np.int16
        assert made.pet.array.dtype == np.float32
        assert made.pet.array.min() == 0
        assert made.ct.array.min() >= -1024
        assert made.ct.array.max() <= 3071
        assert not made.ct.grid.same_as(made.pet.grid)
        assert made.mask is not None
        assert made.mask.grid == made.ct.grid


def test_same_numbers_same_patient_and_others_differ() -> None:
    first, again, other = make_patient(4, 2), make_patient(4, 2), make_patient(5, 2)
    assert first.patient == again.patient
    np.testing.assert_array_equal(first.ct.array, again.ct.array)
    np.testing.assert_array_equal(first.pet.array, again.pet.array)
    assert first.ct.grid != other.ct.grid


def test_lesions_are_hot_and_where_the_truth_says(tiny: list[PhantomPatient]) -> None:
    for made in tiny:
        offset = np.array(made.truth.scan.offset_mm)
        for lesion in made.truth.lesions:
            place = np.array(made.truth.build.to_world(lesion.centre))
            x, y, z = np.rint(made.ct.grid.to_index(place)).astype(int)
            assert made.truth.ct_tissue.array[z, y, x] in (Tissue.GTVP, Tissue.GTVN)
            if lesion.plan.texture == "solid" and lesion.plan.volume_ml > 3:
                x, y, z = np.rint(made.pet.grid.to_index(place + offset)).astype(int)
                around = made.pet.array[z - 2 : z + 3, y - 2 : y + 3, x - 2 : x + 3]
                assert around.max() > 0.35 * lesion.plan.peak_suv


def test_disease_lies_in_the_ct_also_where_it_is_short(tiny: list[PhantomPatient]) -> None:
    for made in tiny:
        box = Box.of_grid(made.ct.grid)
        for lesion in made.truth.lesions:
            place = np.array(made.truth.build.to_world(lesion.centre))
            assert (place > box.lower).all()
            assert (place < box.upper).all()


def test_bladder_is_only_in_whole_body_scans(tiny: list[PhantomPatient]) -> None:
    for made in tiny:
        has_bladder = bool((made.truth.pet_tissue.array == Tissue.BLADDER).any())
        assert has_bladder == made.truth.scan.whole_body


def test_metal_throws_streaks_over_its_slices() -> None:
    made = next(made for made in (make_patient(0, i) for i in range(20)) if made.truth.build.metal)
    noise = made.ct.array - made.truth.hu.array
    soft = made.truth.ct_tissue.array == Tissue.MUSCLE
    spread = np.array([noise[k][soft[k]].std() if soft[k].sum() > 50 else 0.0 for k in range(len(noise))])
    assert spread.max() > 2 * np.median(spread[spread > 0])


@pytest.mark.slow
def test_native_size_of_a_case_has_the_centres_matrix() -> None:
    made = make_patient(3, 4, "full")
    assert made.patient.center.name == "CHUS"
    assert made.ct.grid.size[:2] == (512, 512)
    assert made.mask is not None
    assert made.mask.volume_ml() > 0
