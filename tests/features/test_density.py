import math

import numpy as np
import pytest

from hyoid.features.component import block_of
from hyoid.features.density import density_measures, sample_density
from hyoid.geometry import Grid, Volume

GRID = Grid((10, 10, 10), (1.0, 1.0, 3.0), (-5.0, 2.0, 40.0))


def _lesion(grid: Grid = GRID) -> np.ndarray:
    inside = np.zeros(grid.shape, bool)
    inside[2:6, 3:8, 3:8] = True
    return inside


def test_on_the_cts_own_grid_its_own_voxels_count() -> None:
    rng = np.random.default_rng(0)
    ct = rng.integers(-100, 200, GRID.shape).astype(np.int16)
    inside = _lesion()
    inside &= rng.random(GRID.shape) < 0.8
    found = density_measures([sample_density(block_of(inside, GRID), Volume(ct, GRID))])
    assert found == {
        "ct_coverage": 1.0,
        "ct_mean_hu": pytest.approx(ct[inside].mean()),
        "ct_sd_hu": pytest.approx(ct[inside].std()),
    }


def test_finer_contours_weigh_the_cts_voxels_and_smooth_nothing() -> None:
    rng = np.random.default_rng(1)
    ct = rng.normal(50, 20, GRID.shape).astype(np.float32)
    fine = Grid((20, 20, 20), (0.5, 0.5, 1.5), tuple(GRID.to_world((-0.25, -0.25, -0.25))))
    inside = _lesion()
    each_split = inside.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    found = density_measures([sample_density(block_of(each_split, fine), Volume(ct, GRID))])
    assert found["ct_mean_hu"] == pytest.approx(ct[inside].mean(), rel=1e-6)
    assert found["ct_sd_hu"] == pytest.approx(ct[inside].std(), rel=1e-6)


def test_outside_the_field_and_in_the_padding_nothing_is_known() -> None:
    ct = np.full(GRID.shape, 40, np.int16)
    ct[4] = -3024  # one of the lesion's four slices is padding, another lies beyond the CT
    short = Grid((10, 10, 5), GRID.spacing, GRID.origin)
    found = density_measures([sample_density(block_of(_lesion(), GRID), Volume(ct[:5], short))])
    assert found == {"ct_coverage": 0.5, "ct_mean_hu": 40.0, "ct_sd_hu": 0.0}
    far = Grid((10, 10, 10), (1.0, 1.0, 3.0), (500.0, 500.0, 500.0))
    nothing = density_measures([sample_density(block_of(_lesion(), GRID), Volume(ct, far))])
    assert nothing.pop("ct_coverage") == 0.0
    assert all(math.isnan(value) for value in nothing.values())
