import math
import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from hyoid.errors import HyoidError, ImageError
from hyoid.features import DOSE_MEASURES, dose_measures, dvh, structure_dose
from hyoid.geometry import Grid, Volume

FINE = Grid((30, 24, 20), (1.0, 1.5, 2.0), (3.0, -8.0, 40.0), (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0))
COARSE = Grid((20, 20, 20), (4.0, 4.0, 5.0), (-50.0, -40.0, 20.0))


def _dose(grid: Grid, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 75, grid.shape).astype(np.float32)


def test_dose_is_interpolated_at_the_structures_voxels() -> None:
    dose, inside = _dose(COARSE), np.random.default_rng(1).random(FINE.shape) < 0.1
    at = COARSE.to_index(FINE.to_world(np.argwhere(inside)[:, ::-1]))
    expected = map_coordinates(dose.astype(float), at[:, ::-1].T, order=1)
    found = structure_dose(Volume(inside, FINE), Volume(dose, COARSE))
    assert found == pytest.approx(expected, abs=1e-3)


def test_what_the_dose_grid_does_not_reach_is_unknown_and_never_zero() -> None:
    short = Grid((30, 24, 10), FINE.spacing, FINE.origin, FINE.direction)
    whole = Volume(np.ones(FINE.shape, np.uint8), FINE)
    doses = structure_dose(whole, Volume(np.full(short.shape, 60.0, np.float32), short))
    found = dose_measures(doses)
    assert np.isnan(doses).mean() == 0.5
    assert found["dose_coverage"] == 0.5
    assert [found[name] for name in DOSE_MEASURES[1:7]] == [60.0] * 6
    assert [found["dose_v60"], found["dose_v66"]] == [1.0, 0.0]
    far = Grid(short.size, short.spacing, (900.0, 900.0, 900.0))
    nothing = dose_measures(structure_dose(whole, Volume(np.full(short.shape, 60.0, np.float32), far)))
    assert nothing.pop("dose_coverage") == 0
    assert all(math.isnan(value) for value in nothing.values())
    assert set(nothing) | {"dose_coverage"} == set(DOSE_MEASURES)


@given(st.lists(st.floats(0, 80, width=32), min_size=1, max_size=300))
def test_measures_equal_numpy_and_the_histogram(values: list[float]) -> None:
    doses = np.array(values, float)
    found = dose_measures(doses)
    assert found["dose_mean_gy"] == pytest.approx(doses.mean())
    assert found["dose_max_gy"] == doses.max()
    for percent in (98, 95, 50, 2):  # the greatest dose that so much of the volume still receives
        least = max(d for d in doses if (doses >= d).mean() * 100 >= percent - 1e-9)
        assert found[f"dose_d{percent}_gy"] == least
    for gray in (20, 50, 60, 66, 70):
        assert found[f"dose_v{gray}"] == pytest.approx((doses >= gray).mean())
    curve = dvh(doses)
    assert curve.volume[0] == 1
    assert curve.volume[-1] == 0
    assert np.all(np.diff(curve.volume) <= 0)
    share = [(doses >= at).mean() for at in curve.dose_gy]
    assert curve.volume == pytest.approx(share)


def test_measures_by_hand() -> None:
    doses = np.array([70.0, 66.0, 60.0, 50.0, 20.0, 10.0, 10.0, 10.0, 10.0, 0.0])
    found = dose_measures(doses)
    expected = {"coverage": 1, "mean_gy": 30.6, "max_gy": 70, "d98_gy": 0, "d95_gy": 0, "d50_gy": 20, "d2_gy": 70}
    shares = {"v20": 0.5, "v50": 0.4, "v60": 0.3, "v66": 0.2, "v70": 0.1}
    assert found == pytest.approx({f"dose_{name}": value for name, value in (expected | shares).items()})
    assert dose_measures(np.arange(1.0, 101.0))["dose_d95_gy"] == 6  # 95 of 100 voxels have 6 Gy or more
    assert all(math.isnan(value) for value in dose_measures(np.empty(0)).values())


def test_histogram_at_given_doses() -> None:
    curve = dvh(np.array([10.0, 20.0, math.nan]), up_to_gy=30.0, step_gy=10.0)
    assert curve.dose_gy.tolist() == [0, 10, 20, 30, 40]
    assert curve.volume.tolist() == [1, 1, 0.5, 0, 0]
    with pytest.raises(HyoidError, match="a step of 0"):
        dvh(np.array([1.0]), step_gy=0)
    with pytest.raises(HyoidError, match="no voxel with a known dose"):
        dvh(np.array([math.nan]))


@pytest.mark.parametrize(("low", "high"), [(0, 7000), (0, 1.05), (-3, 70)])
def test_what_is_no_dose_in_gray_is_refused(low: float, high: float) -> None:
    dose = np.linspace(low, high, math.prod(COARSE.shape), dtype=np.float32).reshape(COARSE.shape)
    with pytest.raises(ImageError, match="nothing below 0, the greatest from 2 to 200"):
        structure_dose(Volume(np.ones(COARSE.shape, np.uint8), COARSE), Volume(dose, COARSE))


def test_an_empty_structure_is_refused() -> None:
    with pytest.raises(ImageError, match="a structure without a voxel"):
        structure_dose(Volume(np.zeros(FINE.shape, np.uint8), FINE), Volume(_dose(COARSE), COARSE))


def test_a_real_plan() -> None:
    root = os.environ.get("HYOID_TEST_DATA")
    if root is None:
        pytest.skip("HYOID_TEST_DATA is not set: the real dose is not there")
    from hyoid.imaging import read_volume

    def array(name: str) -> np.ndarray:
        return sitk.GetArrayFromImage(sitk.ReadImage(str(folder / f"pt_1__{name}.nii.gz")))

    folder = Path(root) / "openkbp-dose"
    dose = read_volume(folder / "pt_1__RTDOSE.nii.gz")
    for name in ("PTV70", "SpinalCord"):
        found = dose_measures(structure_dose(read_volume(folder / f"pt_1__{name}.nii.gz"), dose))
        values = array("RTDOSE").astype(float)[array(name) > 0]
        assert found["dose_coverage"] == 1
        assert found["dose_mean_gy"] == pytest.approx(values.mean(), rel=1e-6)
        assert found["dose_max_gy"] == pytest.approx(values.max(), rel=1e-6)
        assert found["dose_d95_gy"] == pytest.approx(-np.quantile(-values, 0.95, method="inverted_cdf"), rel=1e-6)
        assert found["dose_v60"] == pytest.approx((values >= 60).mean())
    target = structure_dose(read_volume(folder / "pt_1__PTV70.nii.gz"), dose)
    assert dose_measures(target)["dose_d95_gy"] == pytest.approx(68.649, abs=1e-3)  # prescribed 70 Gy
