import numpy as np
import pytest

from hyoid.geometry import Grid, Volume
from hyoid.imaging import Head, find_head, resample
from imaging.manikin import BRAIN_CENTRE, VERTEX_Z, field, manikin

WHOLE_BODY = field(-130, 840, half_width=190)


@pytest.fixture(scope="module")
def whole_body() -> tuple[Volume, Volume]:
    return manikin(WHOLE_BODY)


def check(head: Head | None, source: str = "pet") -> None:
    assert head is not None
    assert (head.source, head.cranial) == (source, 1)
    np.testing.assert_allclose(head.centre_mm, BRAIN_CENTRE, atol=8)
    assert not head.cut
    assert abs(head.top_mm - VERTEX_Z) <= 12
    np.testing.assert_allclose(head.axis_mm, (0, 5), atol=10)


def turned(volume: Volume, direction: tuple[float, ...], spacing: tuple[float, float, float]) -> Volume:
    """The same patient in the same world, stored along other axes."""
    matrix = np.asarray(direction, float).reshape(3, 3)
    extent = np.abs(matrix.T) @ volume.grid.extent_mm
    size = np.maximum(1, np.rint(extent / spacing)).astype(int)
    origin = volume.grid.centre - matrix @ ((size - 1) / 2 * spacing)
    return resample(volume, Grid(tuple(size), spacing, tuple(origin), direction), outside=float(volume.array.min()))


def test_whole_body_by_pet_and_ct(whole_body: tuple[Volume, Volume]) -> None:
    ct, pet = whole_body
    check(find_head(pet, ct))
    check(find_head(pet))
    check(find_head(None, ct), source="ct")


@pytest.mark.parametrize(
    "direction",
    [
        (1, 0, 0, 0, 1, 0, 0, 0, -1),  # slices from head to feet: the head comes first in the array
        (-1, 0, 0, 0, -1, 0, 0, 0, 1),
        (-1, 0, 0, 0, 1, 0, 0, 0, 1),  # left-handed
        (0, 0, 1, 1, 0, 0, 0, 1, 0),  # sagittal
        (0.96, -0.28, 0, 0.28, 0.96, 0, 0, 0, 1),  # oblique
        (1, 0, 0, 0, 0.96, 0.28, 0, -0.28, 0.96),  # gantry-like tilt
    ],
)
def test_order_and_direction_of_the_array_do_not_matter(
    whole_body: tuple[Volume, Volume], direction: tuple[float, ...]
) -> None:
    ct, pet = whole_body
    check(find_head(turned(pet, direction, (5.0, 4.0, 6.0)), turned(ct, direction, (5.0, 5.0, 5.0))))


@pytest.mark.parametrize(("brain_suv", "arms_up"), [(2.5, True), (4.0, False), (14.0, True)])
def test_weak_and_strong_brains_with_arms_up_or_down(brain_suv: float, arms_up: bool) -> None:
    ct, pet = manikin(field(400, 900), brain_suv=brain_suv, arms_up=arms_up)
    check(find_head(pet, ct))
    check(find_head(pet))


def test_cold_brain_is_found_by_the_skull() -> None:
    ct, pet = manikin(field(400, 900), brain_suv=0.9)
    assert find_head(pet) is None
    check(find_head(pet, ct), source="ct")


def test_unit_of_the_pet_does_not_matter(whole_body: tuple[Volume, Volume]) -> None:
    _, pet = whole_body
    check(find_head(pet.with_array(pet.array * 5000)))


def test_noise_does_not_matter(whole_body: tuple[Volume, Volume]) -> None:
    _, pet = whole_body
    noise = np.random.default_rng(0).normal(1, 0.25, pet.array.shape) * pet.array
    check(find_head(pet.with_array(np.maximum(noise, 0).astype(np.float32))))


@pytest.mark.parametrize(
    ("low", "high"),
    [(100, 560), (200, 560), (-200, 300), (-80, 300), (-200, 560), (-60, 220), (300, 620)],
    ids=["chest", "cut in the liver", "pelvis", "cut in the bladder", "trunk", "cut at both", "chest and neck"],
)
def test_no_head_in_view(low: float, high: float) -> None:
    ct, pet = manikin(field(low, high))
    assert find_head(pet, ct) is None
    assert find_head(pet) is None
    assert find_head(None, ct) is None


def test_brain_cut_by_the_field_of_view() -> None:
    ct, pet = manikin(field(400, 740))
    for head in (find_head(pet, ct), find_head(None, ct)):
        assert head is not None
        assert head.cut
        assert head.top_mm == pytest.approx(740)
        assert head.cranial == 1


def test_patient_upside_down_in_the_world(whole_body: tuple[Volume, Volume]) -> None:
    ct, pet = (volume.with_array(np.ascontiguousarray(volume.array[::-1])) for volume in whole_body)
    middle = WHOLE_BODY.centre[2]
    for head in (find_head(pet, ct), find_head(pet), find_head(None, ct)):
        assert head is not None
        assert head.cranial == -1
        assert head.top_mm == pytest.approx(2 * middle - VERTEX_Z, abs=12)


def test_tilted_neck_moves_the_axis() -> None:
    ct, pet = manikin(field(450, 830))
    tilted = (0.966, 0, -0.259, 0, 1, 0, 0.259, 0, 0.966)
    grid = Grid(pet.grid.size, pet.grid.spacing, pet.grid.origin, tilted)
    head = find_head(Volume(pet.array, grid), Volume(ct.array, grid))
    assert head is not None
    neck_in_world = np.asarray(tilted).reshape(3, 3) @ (np.array([0, 10, 560]) - pet.grid.origin) + pet.grid.origin
    between = (head.centre_mm[0] + neck_in_world[0]) / 2
    assert abs(head.axis_mm[0] - between) < 12
    assert abs(head.axis_mm[0] - head.centre_mm[0]) > 10


def test_ct_that_shows_no_bone_around_the_blob_rules_it_out() -> None:
    ct, pet = manikin(field(400, 900))
    soft = ct.with_array(np.where(ct.array > 100, 40, ct.array).astype(np.float32))
    assert find_head(pet, soft) is None
    elsewhere = manikin(field(300, 560))[0]
    check(find_head(pet, elsewhere))


def test_empty_pet() -> None:
    assert find_head(Volume(np.zeros((10, 10, 10), np.float32), Grid((10, 10, 10), (20, 20, 40)))) is None
    assert find_head(None) is None
