import itertools

import numpy as np
import pytest

from hyoid.metrics import surfel_areas_mm2, surfels
from oracles.segmentation import deepmind_surfel_areas

SPACINGS = [(1.0, 1.0, 1.0), (0.98, 0.98, 3.27), (4.0, 3.0, 2.0), (0.7, 1.3, 2.9)]


@pytest.mark.parametrize("spacing", SPACINGS)
def test_all_256_areas_equal_deepminds_table(spacing: tuple[float, float, float]) -> None:
    theirs = deepmind_surfel_areas(spacing[::-1])
    ours = surfel_areas_mm2(spacing)
    for code in range(256):
        inside = frozenset(
            (z, y, x) for z, y, x in itertools.product((0, 1), repeat=3) if code >> (4 * z + 2 * y + x) & 1
        )
        assert ours[code] == pytest.approx(theirs[inside], abs=1e-12), (code, inside)


def test_area_of_a_box_nears_its_true_surface() -> None:
    mask = np.ones((30, 40, 50), bool)
    _, areas = surfels(mask, (1.0, 2.0, 0.5))
    x, y, z = 50 * 1.0, 40 * 2.0, 30 * 0.5
    assert areas.sum() == pytest.approx(2 * (x * y + x * z + y * z), rel=0.03)  # its edges are bevelled


def test_positions_are_in_mm_from_the_outer_corner() -> None:
    mask = np.zeros((3, 3, 3), bool)
    mask[1, 1, 1] = True
    positions, areas = surfels(mask, (2.0, 3.0, 4.0))
    assert len(positions) == len(areas) == 8
    np.testing.assert_array_equal(positions.min(axis=0), [4, 3, 2])
    np.testing.assert_array_equal(positions.max(axis=0), [8, 6, 4])
