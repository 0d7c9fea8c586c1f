"""Dose and contours on another grid: known fields, round trips, and what is lost."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings

from hyoid.dicom.registration import carry_dose, carry_labels
from hyoid.dicom.registration.carry import VOLUME_CHANGE
from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_volume
from imaging.worlds import DIRECTIONS, SEEDS, grid_around, voxel_centres


def rigid(
    rng: np.random.Generator, angle: float = 0.4, shift: float = 60.0, centre: object = (0, 0, 0)
) -> sitk.Euler3DTransform:
    transform = sitk.Euler3DTransform()
    transform.SetCenter([float(v) for v in np.asarray(centre)])
    transform.SetRotation(*rng.uniform(-angle, angle, 3).tolist())
    transform.SetTranslation(rng.uniform(-shift, shift, 3).tolist())
    return transform


def moved(transform: sitk.Transform, points: np.ndarray) -> np.ndarray:
    return np.array([transform.TransformPoint(p) for p in points.reshape(-1, 3).tolist()]).reshape(points.shape)


@settings(max_examples=30, deadline=None)
@given(SEEDS, DIRECTIONS, DIRECTIONS)
def test_a_linear_dose_is_carried_exactly(seed: int, of_source: str, of_target: str) -> None:
    """Linear interpolation reproduces a dose that is linear in space, through any rigid transform and grids."""
    rng = np.random.default_rng(seed)
    source = grid_around(rng, rng.normal(0, 50, 3), np.array([80.0, 90, 100]), (3.0, 4.0, 5.0), of_source)
    transform = rigid(rng, centre=source.centre)
    target = grid_around(
        rng, np.array(transform.GetInverse().TransformPoint(source.centre.tolist())), np.array([20.0, 20, 20]),
        (2.0, 2.0, 3.0), of_target,
    )  # fmt: skip
    slope, level = rng.uniform(-0.2, 0.2, 3), 40.0
    dose = Volume((level + (voxel_centres(source) - source.centre) @ slope).astype(np.float32), source)
    carried = carry_dose(dose, transform, target)
    expected = level + (moved(transform, voxel_centres(target)) - source.centre) @ slope
    np.testing.assert_allclose(carried.volume.array, expected, atol=1e-3)
    assert carried.covered == 1
    assert carried.notes == ()


def bump(grid: Grid, centre: np.ndarray, width: float = 15.0, gray: float = 70.0) -> Volume:
    away = np.linalg.norm(voxel_centres(grid) - centre, axis=-1)
    return Volume((gray * np.exp(-0.5 * (away / width) ** 2)).astype(np.float32), grid)


@settings(max_examples=15, deadline=None)
@given(SEEDS, DIRECTIONS)
def test_dose_there_and_back_and_its_integral(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    source = grid_around(rng, np.zeros(3), np.full(3, 120.0), (2.5, 2.5, 2.5), kind)
    dose = bump(source, source.centre)
    transform = rigid(rng, centre=source.centre)
    back = transform.GetInverse()
    target = grid_around(
        rng, np.array(back.TransformPoint(source.centre.tolist())), np.full(3, 130.0), (2.0, 2.0, 3.0), "any"
    )
    there = carry_dose(dose, transform, target).volume
    again = carry_dose(there, back, source).volume
    inside = dose.array > 1
    assert np.abs(again.array - dose.array)[inside].mean() < 0.7
    integral = [float(v.array.sum(dtype=np.float64)) * v.grid.voxel_volume_mm3 for v in (dose, there)]
    assert integral[1] == pytest.approx(integral[0], rel=0.005)
    assert there.array.max() == pytest.approx(70, abs=1.5)


def test_what_the_dose_does_not_reach_is_0_and_said() -> None:
    dose = Volume(np.full((10, 10, 10), 5.0, np.float32), Grid((10, 10, 10), (2, 2, 2)))
    grid = Grid((20, 10, 10), (2, 2, 2))
    carried = carry_dose(dose, sitk.Transform(), grid)
    assert carried.covered == pytest.approx(0.5)
    assert (carried.volume.array[:, :, 10:] == 0).all()
    assert (carried.volume.array[:, :, :10] == 5).all()
    assert "50.0% of the CT's grid" in carried.notes[0]
    assert "still up to 5.0 Gy" in carried.notes[1]
    with pytest.raises(ImageError, match="no voxel of the grid"):
        carry_dose(dose, sitk.TranslationTransform(3, (500.0, 0, 0)), grid)


def ball(grid: Grid, centre: np.ndarray, radius: float) -> np.ndarray:
    return np.linalg.norm(voxel_centres(grid) - centre, axis=-1) <= radius


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b)))


@settings(max_examples=6, deadline=None)
@given(SEEDS, DIRECTIONS)
def test_contours_come_back_and_keep_their_volume(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    source = grid_around(rng, np.zeros(3), np.array([110.0, 110, 110]), (1.5, 1.5, 3.0), kind)
    primary, node = source.centre + np.array([-12.0, 4, 5]), source.centre + np.array([15.0, -5, -8])
    labels = np.zeros(source.shape, np.uint8)
    labels[ball(source, primary, 14)] = 1
    labels[ball(source, node, 9)] = 2
    transform = rigid(rng, centre=source.centre)
    back = transform.GetInverse()
    target = grid_around(
        rng, np.array(back.TransformPoint(source.centre.tolist())), np.full(3, 120.0), (1.2, 1.2, 2.0), "any"
    )
    there = carry_labels(Volume(labels, source), transform, target)
    assert there.notes == ()
    for label, centre, radius, loss in ((1, primary, 14, 0.03), (2, node, 9, VOLUME_CHANGE)):
        before, after = there.volumes_ml[label]
        assert before == pytest.approx(4 / 3 * math.pi * radius**3 / 1000, rel=0.05)
        assert after == pytest.approx(before, rel=loss)
        true = ball(target, np.array(back.TransformPoint(centre.tolist())), radius)
        assert dice(there.volume.array == label, true) > 0.93
    again = carry_labels(there.volume, back, source)
    assert dice(again.volume.array == 1, labels == 1) > 0.96
    assert dice(again.volume.array == 2, labels == 2) > 0.96


@pytest.mark.parametrize("method", ["signed_distance", "nearest"])
def test_labels_on_their_own_grid_stay_as_they_are(method: str) -> None:
    rng = np.random.default_rng(3)
    grid = Grid((20, 22, 24), (1, 2, 3), (5, -6, 7))
    labels = np.zeros(grid.shape, np.uint8)
    labels[ball(grid, grid.centre, 8)] = 3
    labels[0, 0, 0] = 255  # one voxel, in the corner
    labels[rng.integers(0, 24, 4), 0, 18] = 7
    carried = carry_labels(Volume(labels, grid), sitk.Transform(), grid, method)  # type: ignore[arg-type]
    assert (carried.volume.array == labels).all()
    assert carried.notes == ()


def test_labels_that_are_lost_or_cut_are_said() -> None:
    grid = Grid((20, 20, 20), (2, 2, 2))
    labels = np.zeros(grid.shape, np.uint8)
    labels[8:12, 8:12, 0:4] = 1
    labels[8:12, 8:12, 14:18] = 2
    carried = carry_labels(Volume(labels, grid), sitk.TranslationTransform(3, (6.0, 0, 0)), grid)
    assert carried.volumes_ml[1][1] == pytest.approx(carried.volumes_ml[1][0] / 4)
    assert any("Label 1 changed from 0.51 to 0.13 mL (-75%)" in note for note in carried.notes)
    gone = carry_labels(Volume(labels, grid), sitk.TranslationTransform(3, (500.0, 0, 0)), grid)
    assert [note for note in gone.notes if "nothing is left" in note] == list(gone.notes)
    with pytest.raises(ImageError, match="whole numbers"):
        carry_labels(Volume(labels + 0.5, grid), sitk.Transform(), grid)


def test_a_deformation_changes_volume_as_its_determinant_says() -> None:
    grid = Grid((40, 40, 40), (1, 1, 1), (-19.5, -19.5, -19.5))
    labels = ball(grid, np.zeros(3), 8)
    stretch = sitk.AffineTransform(3)
    stretch.Scale((1 / 1.3, 1.0, 1.0))
    carried = carry_labels(Volume(labels, grid), stretch, grid)
    assert carried.volumes_ml[1][1] / carried.volumes_ml[1][0] == pytest.approx(1.3, rel=0.02)
    assert "+30%" in carried.notes[0] or "+29%" in carried.notes[0] or "+31%" in carried.notes[0]


def test_a_real_dose_keeps_its_mean_in_a_target() -> None:
    root = os.environ.get("HYOID_TEST_DATA")
    if root is None:
        pytest.skip("HYOID_TEST_DATA is not set: the real dose is not there")
    folder = Path(root) / "openkbp-dose"
    dose, target = (read_volume(folder / f"pt_1__{name}.nii.gz") for name in ("RTDOSE", "PTV70"))
    rng = np.random.default_rng(1)
    transform = rigid(rng, 0.15, 25, dose.grid.centre)
    origin = transform.GetInverse().TransformPoint(dose.grid.origin)
    grid = Grid(tuple(n + 30 for n in dose.grid.size), dose.grid.spacing, tuple(o - 60 for o in origin))  # type: ignore[arg-type]
    carried, contour = carry_dose(dose, transform, grid), carry_labels(target, transform, grid)
    before, after = contour.volumes_ml[1]
    assert after == pytest.approx(before, rel=0.02)
    mean = float(dose.array[target.array > 0].mean())
    assert float(carried.volume.array[contour.volume.array > 0].mean()) == pytest.approx(mean, rel=0.01)
