import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.cohort.check.lesions import _least_width, find_lesions
from hyoid.geometry import Grid, Volume

GRID = Grid((60, 60, 20), (0.9, 0.9, 3.0), (-20.0, 5.0, 100.0))


def _ellipse(a_mm: float, b_mm: float, angle: float, label: int = 2) -> Volume:
    y, x = np.meshgrid(np.arange(60) * 0.9 - 26.55, np.arange(60) * 0.9 - 26.55, indexing="ij")
    u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
    array = np.zeros(GRID.shape, np.uint8)
    array[5:9] = ((u / a_mm) ** 2 + (v / b_mm) ** 2 <= 1) * label
    return Volume(array, GRID)


@settings(max_examples=25, deadline=None)
@given(st.floats(8, 24), st.floats(0.3, 1.0), st.floats(0, np.pi))
def test_short_axis_of_an_ellipse(a_mm: float, ratio: float, angle: float) -> None:
    """Twice the minor half axis; a digitised ellipse is at most a voxel's diagonal off."""
    (lesion,) = find_lesions(_ellipse(a_mm, ratio * a_mm, angle))
    assert lesion.short_axis_mm(0) == pytest.approx(2 * ratio * a_mm, abs=0.9 * np.sqrt(2))


def test_short_axis_of_boxes() -> None:
    array = np.zeros(GRID.shape, np.uint8)
    array[2:4, 10:15, 10:30] = 1
    array[10, 40, 40] = 2
    box, voxel = find_lesions(Volume(array, GRID))
    assert box.short_axis_mm(0) == pytest.approx(5 * 0.9)
    assert box.short_axis_mm(1) == pytest.approx(2 * 3.0)
    assert voxel.short_axis_mm(0) == pytest.approx(0.9)
    assert (box.name, voxel.name, voxel.volume_ml) == ("GTVp 1", "GTVn 1", pytest.approx(0.9 * 0.9 * 3 / 1000))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31))
def test_least_width_against_all_directions(seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(12, 2)) * [3, 1]
    angles = np.linspace(0, np.pi, 20001)
    widths = np.ptp(points @ np.stack([np.cos(angles), np.sin(angles)]), axis=0)
    assert _least_width(points) == pytest.approx(widths.min(), rel=1e-3)
    assert _least_width(points) <= widths.min() + 1e-12


def test_lesions_are_the_components_of_each_label() -> None:
    array = np.zeros(GRID.shape, np.uint8)
    array[3:5, 3:5, 3:5] = 1
    array[5, 5, 5] = 1  # joined by a corner
    array[5, 6, 6] = 2
    array[12:14, 30, 30] = 2
    lesions = find_lesions(Volume(array, GRID))
    assert [(lesion.name, len(lesion.voxels)) for lesion in lesions] == [("GTVp 1", 9), ("GTVn 1", 1), ("GTVn 2", 2)]
    for lesion in lesions:
        assert (array[tuple(lesion.voxels.T)] == lesion.label).all()
    np.testing.assert_allclose(lesions[2].points_mm.mean(axis=0), (-20 + 27, 5 + 27, 100 + 37.5))


def test_no_lesion() -> None:
    assert find_lesions(Volume(np.zeros(GRID.shape, np.uint8), GRID)) == ()
