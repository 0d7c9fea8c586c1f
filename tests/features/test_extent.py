import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from hyoid.features.component import Component, block_of, find_components
from hyoid.features.extent import centroid, extent_measures, greatest_distance, surface_points
from hyoid.geometry import Grid, Volume
from oracles.digital_phantom import CONSENSUS, digital_phantom

TURNED = (0.6, -0.8, 0.0, 0.8, 0.6, 0.0, 0.0, 0.0, 1.0)


def _mesh(inside: np.ndarray, spacing: tuple[float, float, float]) -> np.ndarray:
    """All vertices (z, y, x) of the marching-cubes mesh, mm: half-way from each voxel to each outer neighbour."""
    padded = np.pad(inside, 1)
    found = []
    for at in np.argwhere(padded):
        for axis, side in itertools.product(range(3), (-1, 1)):
            step = np.eye(3, dtype=int)[axis] * side
            if not padded[tuple(at + step)]:
                found.append(at + step / 2)
    return np.array(found) * spacing[::-1]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.01, 0.7), turned=st.booleans())
def test_greatest_distance_is_that_of_all_mesh_vertices(seed: int, share: float, turned: bool) -> None:
    rng = np.random.default_rng(seed)
    inside = rng.random((5, 6, 7)) < share
    inside[2, 3, 3] = True
    spacing = (0.98, 0.98, 3.27)
    grid = Grid((7, 6, 5), spacing, (3.0, 4.0, 5.0), TURNED if turned else Grid((1, 1, 1), spacing).direction)
    vertices = _mesh(inside, spacing)
    expected = cdist(vertices, vertices).max()
    assert greatest_distance(surface_points(block_of(inside, grid))) == pytest.approx(expected, rel=1e-9)
    components = find_components(Volume(inside.astype(np.uint8), grid))["gtvp"]
    assert extent_measures(components)["dmax_mm"] == pytest.approx(expected, rel=1e-9)


def test_the_digital_phantom_has_the_agreed_diameter() -> None:
    roi, _ = digital_phantom()
    value, tolerance = CONSENSUS["morphology"]["maximum_3d_diameter"]
    assert extent_measures([block_of(roi.array != 0, roi.grid)])["dmax_mm"] == pytest.approx(value, abs=tolerance)


def _box(start: tuple[int, int, int], size: tuple[int, int, int]) -> Component:
    inside = np.zeros((40, 40, 40), bool)
    inside[tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))] = True
    return block_of(inside, Grid((40, 40, 40), (1.0, 2.0, 3.0)))


def test_one_voxel_reaches_across_itself() -> None:
    one = _box((3, 3, 3), (1, 1, 1))
    assert extent_measures([one]) == {"dmax_mm": pytest.approx(3.0), "dmax_centroid_mm": 0.0, "spread_mm": 0.0}


def test_three_lesions_by_hand() -> None:
    lesions = [_box((0, 0, 0), (1, 1, 1)), _box((0, 0, 30), (1, 1, 1)), _box((0, 20, 0), (1, 1, 1))]
    found = extent_measures(lesions)  # 30 mm along x, 40 mm along y, 50 mm across
    assert found["dmax_centroid_mm"] == pytest.approx(50.0)
    assert found["spread_mm"] == pytest.approx(30 + 40 + 50)
    faces = [math.hypot(30, 42), math.hypot(31, 40)]  # from one outer face to another's
    assert found["dmax_mm"] == pytest.approx(max(*faces, math.hypot(30.5, 41)))
    assert extent_measures(lesions[::-1]) == pytest.approx(found)


def test_centroid_is_the_mean_of_the_voxels() -> None:
    lesion = _box((1, 2, 3), (2, 4, 5))
    assert centroid(lesion).tolist() == pytest.approx([5.0, 7.0, 4.5])


def test_what_is_not_there_reaches_nowhere() -> None:
    assert extent_measures([]) == {"dmax_mm": 0.0, "dmax_centroid_mm": 0.0, "spread_mm": 0.0}
