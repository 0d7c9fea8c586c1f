import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring import adaptive_threshold, fixed_threshold, relative_threshold
from hyoid.imaging.contouring.region import region_in_box
from hyoid.imaging.contouring.threshold import suv_peak
from support.hot_balls import ball_pet

ROW = np.array([[[0.5, 3.0, 4.0, 10.0, 4.1, 1.0, 5.0, 0.0]]])
"""Two lesions along x: 10 and 5 at their hottest."""


def row(values: np.ndarray = ROW) -> tuple[Volume, Block]:
    z, y, x = values.shape
    return Volume(values, Grid((x, y, z), (1.0, 1.0, 1.0))), Block((0, 0, 0), (x, y, z))


def test_by_hand() -> None:
    pet, box = row()
    assert fixed_threshold(pet, box, 3.0).mask.array.tolist() == [[[0, 1, 1, 1, 1, 0, 0, 0]]]  # 3.0 is reached
    assert fixed_threshold(pet, box, 3.0, connected=False).mask.array.tolist() == [[[0, 1, 1, 1, 1, 0, 1, 0]]]
    assert relative_threshold(pet, box, 0.41).mask.array.tolist() == [[[0, 0, 0, 1, 1, 0, 0, 0]]]  # 4.1 is reached
    assert relative_threshold(pet, box, 0.5).threshold_suv == 5.0
    assert relative_threshold(pet, box, 0.5, connected=False).mask.array.tolist() == [[[0, 0, 0, 1, 0, 0, 1, 0]]]
    assert "0.00 mL in the box that are not connected" in fixed_threshold(pet, box, 3.0).notes[0]


def test_only_the_box_is_looked_at() -> None:
    pet, _ = row()
    box = Block((4, 0, 0), (4, 1, 1))
    assert relative_threshold(pet, box, 0.5).mask.array.tolist() == [[[0, 0, 0, 0, 0, 0, 1, 0]]]


def test_thresholds_that_part_nothing_are_refused() -> None:
    pet, box = row()
    with pytest.raises(ImageError, match=r"a maximum of 10.00 in the box.*at least the threshold, 11.00"):
        fixed_threshold(pet, box, 11.0)
    with pytest.raises(ImageError, match=r"a minimum of 0.00 in the box.*a background below"):
        fixed_threshold(pet, box, -1.0)
    with pytest.raises(ImageError, match="a finite number"):
        fixed_threshold(pet, box, float("nan"))
    for fraction in (0.0, 1.0, 41.0):
        with pytest.raises(ImageError, match="a number between 0 and 1"):
            relative_threshold(pet, box, fraction)
        with pytest.raises(ImageError, match="a number between 0 and 1"):
            adaptive_threshold(pet, box, fraction)
    cold, box = row(ROW - 20)
    for method in (relative_threshold, adaptive_threshold):
        with pytest.raises(ImageError, match="a positive one"):
            method(cold, box)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.2, 0.9), st.floats(0.2, 0.9))
def test_equal_labelling_by_scipy_and_smaller_by_higher_thresholds(seed: int, one: float, other: float) -> None:
    rng = np.random.default_rng(seed)
    values = ndimage.gaussian_filter(rng.random((9, 8, 7)), 1.0)
    values = (values - values.min()) / np.ptp(values) * 8
    values[1, 1, 1] = 0.0
    pet = Volume(values, Grid((7, 8, 9), (2, 3, 4)))
    box = Block((1, 1, 1), (5, 6, 7))
    masks = []
    for fraction in sorted((one, other)):
        masks.append(relative_threshold(pet, box, fraction).mask.array > 0)
        cut = values[1:8, 1:7, 1:6]
        above = cut >= fraction * cut.max()
        numbered, _ = ndimage.label(above, np.ones((3, 3, 3)))
        expected = np.zeros(values.shape, bool)
        expected[1:8, 1:7, 1:6] = numbered == numbered[np.unravel_index(cut.argmax(), cut.shape)]
        np.testing.assert_array_equal(masks[-1], expected)
    assert not (masks[1] & ~masks[0]).any()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_peak_is_the_greatest_mean_over_whole_spheres_by_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.random((6, 8, 9))
    values[0], values[:, :, -1], values[:, 0] = (
        50.0,
        30.0,
        40.0,
    )  # hot at the sides, where no whole sphere has its middle
    spacing = (3.0, 3.5, 5.0)  # x, y, z
    region = region_in_box(Volume(values, Grid((9, 8, 6), spacing)), Block((0, 0, 0), (9, 8, 6)))
    radius = (3000 / (4 * np.pi)) ** (1 / 3)
    greatest = -np.inf
    z, y, x = np.meshgrid(*(np.arange(-9, 10),) * 3, indexing="ij")
    ball = np.stack([z, y, x], -1)[(z * 5.0) ** 2 + (y * 3.5) ** 2 + (x * 3.0) ** 2 <= radius**2]
    for centre in np.ndindex(values.shape):
        at = ball + centre
        if (at >= 0).all() and (at < values.shape).all():
            greatest = max(greatest, values[tuple(at.T)].mean())
    assert suv_peak(region) == pytest.approx(greatest, rel=1e-12)
    with pytest.raises(ImageError, match=r"room for the sphere of SUVpeak, 12.4 mm across"):
        suv_peak(region_in_box(region.image, Block((0, 0, 0), (9, 8, 2))))


def adaptive_by_hand(values: np.ndarray, spacing: float) -> np.ndarray:
    """Threshold and median in turns, with distances to each voxel of the contour taken one by one."""
    hot = np.unravel_index(values.argmax(), values.shape)
    places = np.stack(np.meshgrid(*(np.arange(n) for n in values.shape), indexing="ij"), -1) * spacing
    rim = np.ones(values.shape, bool)
    rim[1:-1, 1:-1, 1:-1] = False
    background = float(np.median(values[rim]))
    masks: list[np.ndarray] = []
    thresholds: list[float] = []
    for _ in range(60):
        thresholds.append(0.5 * (background + values.max()))
        numbered, _ = ndimage.label(values >= thresholds[-1], np.ones((3, 3, 3)))
        mask = numbered == numbered[hot]
        for k, earlier in enumerate(masks):
            if (mask == earlier).all():  # one that stays, or the first of a circle
                return np.asarray(masks[k + int(np.argmax(thresholds[k:-1]))])
        masks.append(mask)
        away = np.full(values.shape, np.inf)
        for place in places[mask]:
            away = np.minimum(away, np.sqrt(((places - place) ** 2).sum(-1)))
        far = away > 6.0
        background = float(np.median(values[far if far.sum() >= 20 else ~mask]))
    raise AssertionError("no end")


@pytest.mark.parametrize("seed", range(4))
def test_adaptive_equals_turns_by_hand(seed: int) -> None:
    pet, _, box = ball_pet(8 + seed, 3 + seed, noise=0.1, seed=seed)
    values = pet.array.astype(float)[box.slices]
    contour = adaptive_threshold(pet, box)
    np.testing.assert_array_equal(contour.mask.array[box.slices] > 0, adaptive_by_hand(values, 4.0))
    assert contour.threshold_suv is not None
    assert any(note.startswith(f"Threshold SUV {contour.threshold_suv:.2f}") for note in contour.notes)


def test_adaptive_equals_turns_by_hand_in_noise_where_contours_may_go_in_circles() -> None:
    """In noise a larger contour may have a darker background around it, and that a larger contour."""
    circles = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        values = ndimage.gaussian_filter(rng.random((7, 7, 7)), 0.6) * 10
        box = Block((0, 0, 0), (7, 7, 7))
        contour = adaptive_threshold(Volume(values, Grid((7, 7, 7), (3, 3, 3))), box)
        np.testing.assert_array_equal(contour.mask.array > 0, adaptive_by_hand(values, 3.0))
        circles += any("did not settle" in note for note in contour.notes)
    assert circles >= 3


def test_adaptive_takes_the_background_off() -> None:
    """A step without blur: from 1 to 9 the threshold is 5, and 41 % of the maximum is 3.69."""
    values = np.ones((12, 12, 12))
    values[4:8, 4:8, 4:8] = 9.0
    values[4:8, 4:8, 8] = 4.0  # a warm neighbour, below half-way
    pet, box = row(values)
    pet = Volume(values, Grid((12, 12, 12), (4, 4, 4)))
    contour = adaptive_threshold(pet, box)
    assert contour.threshold_suv == 5.0
    assert contour.mask.array.sum() == 64
    assert relative_threshold(pet, box, 0.41).mask.array.sum() == 80
