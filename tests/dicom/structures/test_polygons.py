import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Polygon

from hyoid.dicom.structures.polygons import ON_PATH_MM, area, contains, fill, partly_overlap, signed_distance


def centres(shape: tuple[int, int], spacing: tuple[float, float]) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.c_[x.ravel() * spacing[0], y.ravel() * spacing[1]]


def distance_by_hand(points: np.ndarray, polygons: list[np.ndarray]) -> np.ndarray:
    """Distance to the nearest edge, edge by edge: an oracle that shares nothing with what it judges."""
    nearest = np.full(len(points), np.inf)
    for polygon in polygons:
        for one, two in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            along = two - one
            share = np.clip((points - one) @ along / max(along @ along, 1e-300), 0, 1)
            nearest = np.minimum(nearest, np.linalg.norm(points - one - share[:, None] * along, axis=1))
    return nearest


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[np.ndarray], tuple[float, float], tuple[int, int]]:
    """Polygons that cross themselves and each other, vertices on pixel centres among them."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    polygons = [rng.uniform(-3, 20, (draw(st.integers(3, 9)), 2)) for _ in range(draw(st.integers(1, 4)))]
    spacing = (draw(st.floats(0.3, 2.0)), draw(st.floats(0.3, 2.0)))
    if draw(st.booleans()):
        polygons, spacing = [np.round(polygon) for polygon in polygons], (1.0, 1.0)
    return polygons, spacing, (draw(st.integers(1, 20)), draw(st.integers(1, 20)))


@settings(max_examples=150, deadline=None)
@given(scenes())
def test_a_pixel_is_inside_where_matplotlib_says_so_by_even_odd_or_where_an_edge_runs_through_it(scene: tuple) -> None:
    polygons, spacing, shape = scene
    points = centres(shape, spacing)
    expected = np.logical_xor.reduce([Polygon(polygon).contains_points(points) for polygon in polygons])
    away = distance_by_hand(points, polygons)
    found = fill(polygons, spacing, shape).ravel()
    clear = away > 2 * ON_PATH_MM
    assert (found == expected)[clear].all()
    assert found[away < ON_PATH_MM / 2].all()
    assert (contains(points, polygons) == found)[clear | (away < ON_PATH_MM / 2)].all()
    np.testing.assert_allclose(np.abs(signed_distance(points, polygons)), away, atol=1e-9)


def test_contours_through_pixel_centres_hold_those_pixels() -> None:
    corners = np.array([(2.0, 1.0), (5.0, 1.0), (5.0, 3.0), (2.0, 3.0)])  # as cv2.findContours gives them
    expected = np.zeros((6, 8), bool)
    expected[1:4, 2:6] = True
    assert (fill([corners], (1.0, 1.0), (6, 8)) == expected).all()
    assert fill([np.array([(3.0, 2.0)])], (1.0, 1.0), (6, 8)).sum() == 1  # one point, one pixel


def test_holes_islands_and_keyholes() -> None:
    outer, hole, island = (np.array([(a, a), (b, a), (b, b), (a, b)]) for a, b in ((0.6, 10.4), (2.6, 8.4), (4.6, 6.4)))
    found = fill([outer, hole, island], (1.0, 1.0), (12, 12))
    assert found.sum() == 10 * 10 - 6 * 6 + 2 * 2
    bridge = np.concatenate([outer[:1], hole[[0, 3, 2, 1]], hole[:1], outer[:1], outer[1:]])
    assert fill([bridge], (1.0, 1.0), (12, 12)).sum() == 100 - 36
    assert area(bridge) == pytest.approx(9.8**2 - 5.8**2)


def test_area_by_hand() -> None:
    assert area(np.array([(1000.0, 0.0), (1004.0, 0.0), (1004.0, 3.0)])) == pytest.approx(6.0)


def test_only_a_partial_overlap_is_one() -> None:
    one = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])
    assert partly_overlap([one, one + 4])
    assert not partly_overlap([one, one + np.array([10.0, 0.0])])  # neighbours
    assert not partly_overlap([one, 2 + one / 5])  # a hole
    assert not partly_overlap([one, one + 30])
    assert partly_overlap([one * [3.0, 0.2] + [0.0, 4.0], one * [0.2, 3.0] + [4.0, 0.0]])  # a cross, no vertex within


def test_nothing_drawn_is_nothing() -> None:
    assert not fill([], (1.0, 1.0), (3, 4)).any()
