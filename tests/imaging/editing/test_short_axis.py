import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.optimize import linprog

from hyoid.imaging.editing.short_axis import axes_mm


def corners_of(mask: np.ndarray, spacing: tuple[float, float]) -> np.ndarray:
    steps = ((-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5))
    return np.array([(np.array(at) + step) * spacing for at in np.argwhere(mask) for step in steps])


def extent_at(points: np.ndarray, along: np.ndarray, place: float) -> float:
    """Length of the chord of the points' convex hull at one place along an axis: two linear programs on the weights."""
    across = np.array([-along[1], along[0]])
    equal = np.stack([np.ones(len(points)), points @ along])
    ends = []
    for sign in (1, -1):
        solved = linprog(sign * (points @ across), A_eq=equal, b_eq=[1, place], bounds=(0, None), method="highs")
        ends.append(sign * solved.fun)
    return float(ends[1] - ends[0])


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_against_all_pairs_of_corners_and_chords_by_linear_programs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(2, 7, 2))
    mask = rng.random(shape) < 0.5
    mask[rng.integers(shape[0]), rng.integers(shape[1])] = True
    spacing = (float(rng.uniform(0.5, 3)), float(rng.uniform(0.5, 3)))
    points = np.unique(corners_of(mask, spacing), axis=0)
    longest = 0.0
    directions: list[np.ndarray] = []
    for i, first in enumerate(points):
        for second in points[i + 1 :]:
            length = float(np.linalg.norm(second - first))
            if length > longest * (1 + 1e-9):
                longest, directions = length, []
            if length >= longest * (1 - 1e-9):
                directions.append((second - first) / length)
    short = 0.0
    for along in directions:
        # The chord's length is concave along the axis, with bends at corners only: these places hold the greatest.
        short = max(short, *(extent_at(points, along, place) for place in points @ along))
    found = axes_mm(mask, spacing)
    assert found[0] == pytest.approx(longest, rel=1e-9)
    assert found[1] == pytest.approx(short, rel=1e-6)


def test_no_place_between_corners_has_a_longer_chord() -> None:
    rng = np.random.default_rng(4)
    mask = ndimage.gaussian_filter(rng.random((9, 12)), 1.5) > 0.5
    points = corners_of(mask, (1.0, 1.3))
    longest, short = axes_mm(mask, (1.0, 1.3))
    away = points[:, None] - points[None]
    lengths = np.linalg.norm(away, axis=-1)
    i, j = np.unravel_index(lengths.argmax(), lengths.shape)
    along = away[i, j] / lengths[i, j]
    places = np.linspace((points @ along).min(), (points @ along).max(), 200)[1:-1]
    assert max(extent_at(points, along, place) for place in places) <= short + 1e-9
    assert lengths[i, j] == pytest.approx(longest)


@pytest.mark.parametrize(
    ("mask", "spacing", "expected"),
    [
        ([[1]], (3.0, 4.0), (5.0, 3.75)),  # at a corner 2.4 mm off the diagonal, 1.8 mm along it: 2.4 + 2.4 * 1.8 / 3.2
        ([[1] * 10] * 10, (1.0, 1.0), (200**0.5, 200**0.5)),
        ([[1] * 8], (1.0, 2.0), ((256 + 1) ** 0.5, 0.0)),
    ],
)
def test_by_hand(mask: list[list[int]], spacing: tuple[float, float], expected: tuple[float, float]) -> None:
    found = axes_mm(np.array(mask, bool), spacing)
    assert found[0] == pytest.approx(expected[0])
    if expected[1]:
        assert found[1] == pytest.approx(expected[1])
    else:  # of a bar the chord is nearly its width
        assert 1.0 <= found[1] < 1.01


def test_of_several_longest_diameters_the_one_with_the_longest_chord_counts() -> None:
    """Three diagonals of 3 x 4 pixels are 5 mm; at a right angle to one of them there are 4.55 mm, to the others 5."""
    mask = np.array([[0, 1, 0, 1, 0], [1, 0, 0, 1, 0], [0, 1, 0, 0, 0], [0, 1, 0, 1, 0]], bool)
    assert axes_mm(mask, (1.0, 1.0)) == pytest.approx((5.0, 5.0))


def test_discs_and_ellipses() -> None:
    y, x = np.meshgrid(np.arange(80) - 40.0, np.arange(80) - 40.0, indexing="ij")
    for angle in (0.0, 0.4, 1.1):
        u, v = np.cos(angle) * x + np.sin(angle) * y, -np.sin(angle) * x + np.cos(angle) * y
        ellipse = (u / 30) ** 2 + (v / 12) ** 2 <= 1
        longest, short = axes_mm(ellipse, (0.5, 0.5))
        assert longest == pytest.approx(30.0, abs=0.8)
        assert short == pytest.approx(12.0, abs=0.9)
