import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates
from scipy.spatial.distance import cdist

from hyoid.errors import ImageError
from hyoid.features import LESIONS, MEASURES, lesion_measures
from hyoid.features import lesion as lesion_module
from hyoid.features.names import image_of
from hyoid.geometry import Grid, Volume

FINE = Grid((60, 60, 40), (1.0, 1.0, 1.5), (-30.0, -30.0, -30.0))
COARSE = Grid((40, 40, 40), (4.0, 4.0, 3.0), (-80.0, -80.0, -60.0))


def _ball(grid: Grid, centre: tuple[float, float, float], radius_mm: float) -> np.ndarray:
    index = np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")
    away = grid.to_world(np.stack(index[::-1], axis=-1)) - np.asarray(centre)
    return (away**2).sum(axis=-1) < radius_mm**2


def _two_balls(grid: Grid = FINE) -> np.ndarray:
    """A primary of radius 10 mm and two nodes of radius 5 mm."""
    labels = np.zeros(grid.shape, np.uint8)
    labels[_ball(grid, (0, 0, 0), 10)] = 1
    for x in (-20, 20):
        labels[_ball(grid, (x, 10, 5), 5)] = 2
    return labels


def test_balls_of_known_uptake() -> None:
    labels = _two_balls()
    suv = np.where(labels == 1, 8.0, np.where(labels == 2, 3.0, 1.0)).astype(np.float32)
    found = lesion_measures(Volume(labels, FINE), Volume(suv, FINE))
    ball_ml, nodes_ml = (count * 1.5 / 1000 for count in ((labels == 1).sum(), (labels == 2).sum()))
    assert ball_ml == pytest.approx(4 / 3 * math.pi * 10**3 / 1000, rel=0.02)
    expected = {
        "gtvp_volume_ml": ball_ml, "gtvp_count": 1, "gtvp_pet_coverage": 1, "gtvp_mtv_ml": ball_ml,
        "gtvp_tlg_g": 8 * ball_ml, "gtvp_suv_max": 8, "gtvp_suv_mean": 8, "gtvp_suv_peak": 8,
        "gtvn_volume_ml": nodes_ml, "gtvn_count": 2, "gtvn_tlg_g": 3 * nodes_ml, "gtvn_suv_mean": 3,
        "total_volume_ml": ball_ml + nodes_ml, "total_count": 3, "total_tlg_g": 8 * ball_ml + 3 * nodes_ml,
        "total_suv_max": 8, "total_suv_peak": 8,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-9)
    assert 1.5 < found["gtvn_suv_peak"] < 2.5  # a node of 0.5 mL does not fill the sphere of 1 mL
    assert set(found) == {f"{lesion}_{measure}" for lesion in LESIONS for measure in MEASURES}


def _peak_by_hand(labels: np.ndarray, suv: np.ndarray, grid: Grid) -> float:
    radius = (3 / (4 * math.pi)) ** (1 / 3) * 10
    points = np.argwhere(np.ones(grid.shape, bool)) * grid.spacing[::-1]
    near = cdist(points[labels.reshape(-1) > 0], points) <= radius
    return float((near @ suv.reshape(-1).astype(float) / near.sum(axis=1)).max())


def _entropy_by_hand(values: np.ndarray) -> float:
    counts: dict[int, int] = {}
    for value in values:
        counts[int(value // 0.5)] = counts.get(int(value // 0.5), 0) + 1
    return -sum(n / len(values) * math.log2(n / len(values)) for n in counts.values())


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    spacing=st.sampled_from([(2.0, 2.0, 2.0), (0.98, 0.98, 3.27), (4.0, 4.0, 5.0), (1.0, 3.0, 7.0)]),
)
def test_random_lesions_equal_brute_force(seed: int, spacing: tuple[float, float, float]) -> None:
    rng = np.random.default_rng(seed)
    grid = Grid((9, 8, 7), spacing, (5.0, -3.0, 100.0))
    labels = rng.choice([0, 1, 2], size=grid.shape, p=[0.9, 0.05, 0.05]).astype(np.uint8)
    labels[3, 3, 3] = 1
    labels[2, 2, 0] = 2  # at the border: the sphere counts what lies in the PET
    suv = rng.gamma(2, 2, grid.shape).astype(np.float32)
    hu = rng.integers(-200, 300, grid.shape).astype(np.int16)
    gray = rng.uniform(0, 75, grid.shape).astype(np.float32)
    images = [Volume(array, grid) for array in (suv, hu, gray)]
    found = lesion_measures(Volume(labels, grid), *images, active_suv=2.0)
    for name, lesion in (("gtvp", labels == 1), ("gtvn", labels == 2), ("total", labels > 0)):
        values = suv[lesion].astype(float)
        active = values[values >= 2.0]
        expected = {
            "volume_ml": lesion.sum() * math.prod(spacing) / 1000,
            "mtv_ml": len(active) * math.prod(spacing) / 1000,
            "tlg_g": active.sum() * math.prod(spacing) / 1000,
            "suv_max": values.max(),
            "suv_mean": values.mean(),
            "suv_peak": _peak_by_hand(lesion, suv, grid),
            "suv_cov": values.std() / values.mean(),
            "suv_entropy": _entropy_by_hand(values),
            "ct_mean_hu": hu[lesion].mean(),
            "ct_sd_hu": hu[lesion].std(),
            "dose_mean_gy": gray[lesion].mean(),
            "dose_d95_gy": np.quantile(-gray[lesion].astype(float), 0.95, method="inverted_cdf") * -1,
            "dose_v60": (gray[lesion] >= 60).mean(),
        }
        assert {key: found[f"{name}_{key}"] for key in expected} == pytest.approx(expected, rel=1e-5)


def test_pet_on_its_own_grid_is_interpolated_at_the_mask() -> None:
    rng = np.random.default_rng(0)
    suv = rng.gamma(2, 2, COARSE.shape).astype(np.float32)
    labels = _two_balls()
    found = lesion_measures(Volume(labels, FINE), Volume(suv, COARSE))
    at = COARSE.to_index(FINE.to_world(np.column_stack(np.nonzero(labels == 1))[:, ::-1]))
    values = map_coordinates(suv.astype(float), at[:, ::-1].T, order=1)
    assert found["gtvp_suv_max"] == pytest.approx(values.max(), rel=1e-5)
    assert found["gtvp_suv_mean"] == pytest.approx(values.mean(), rel=1e-5)
    assert found["gtvp_tlg_g"] == pytest.approx(values.sum() * 1.5 / 1000, rel=1e-5)
    assert found["gtvp_suv_max"] <= suv.max()


def test_a_contour_that_reaches_beyond_the_pet_counts_what_lies_in_it() -> None:
    labels = _two_balls()
    half = Grid((40, 40, 20), (4.0, 4.0, 3.0), (-80.0, -80.0, -60.0))  # ends at z = -1.5 mm
    suv = np.full(half.shape, 5.0, np.float32)
    found = lesion_measures(Volume(labels, FINE), Volume(suv, half))
    planes = np.nonzero(labels == 1)[0] * 1.5 - 30
    assert found["gtvp_pet_coverage"] == pytest.approx((planes < -1.6).mean())
    assert [found["gtvp_suv_mean"], found["gtvp_suv_peak"]] == pytest.approx([5.0, 5.0])
    assert found["gtvp_mtv_ml"] == pytest.approx(found["gtvp_pet_coverage"] * found["gtvp_volume_ml"])
    assert found["gtvp_tlg_g"] == pytest.approx(5 * found["gtvp_mtv_ml"])
    assert found["gtvn_pet_coverage"] == 0
    for name in ("mtv_ml", "tlg_g", "suv_max", "suv_mean", "suv_peak"):
        assert math.isnan(found[f"gtvn_{name}"])


def test_peak_looks_beyond_the_field_of_the_mask() -> None:
    mask = Volume(np.ones((2, 2, 2), np.uint8), Grid((2, 2, 2), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0)))
    suv = np.full(COARSE.shape, 2.0, np.float32)
    found = lesion_measures(mask, Volume(suv, COARSE))
    assert found["gtvp_suv_peak"] == pytest.approx(2.0)


def test_what_is_not_there() -> None:
    labels = np.where(_two_balls() == 1, 1, 0).astype(np.uint8)
    suv = np.ones(FINE.shape, np.float32)
    with_pet, without = (lesion_measures(Volume(labels, FINE), pet) for pet in (Volume(suv, FINE), None))
    zero = {"volume_ml", "count", "mtv_ml", "tlg_g", "dmax_mm", "dmax_centroid_mm", "spread_mm"}
    for found in (with_pet, without):
        assert [found[f"gtvn_{name}"] for name in zero] == [0] * len(zero)
        assert all(math.isnan(found[f"gtvn_{name}"]) for name in set(MEASURES) - zero)
    assert without["gtvp_volume_ml"] == with_pet["gtvp_volume_ml"]
    of_contour = {name for name in MEASURES if image_of(name) is None}
    assert of_contour == zero - {"mtv_ml", "tlg_g"}
    assert {name for name in MEASURES if math.isnan(without[f"gtvp_{name}"])} == set(MEASURES) - of_contour
    of_pet = {name for name in MEASURES if image_of(name) in {None, "pet"}}
    assert {name for name in MEASURES if math.isnan(with_pet[f"gtvp_{name}"])} == set(MEASURES) - of_pet


def test_total_takes_both_kinds_together() -> None:
    rng = np.random.default_rng(3)
    suv, hu, gray = (rng.uniform(1, 70, FINE.shape).astype(np.float32) for _ in range(3))
    labels = _two_balls()
    found = lesion_measures(Volume(labels, FINE), *(Volume(each, FINE) for each in (suv, hu, gray)))
    merged = lesion_measures(
        Volume((labels > 0).astype(np.uint8), FINE), *(Volume(each, FINE) for each in (suv, hu, gray))
    )
    assert {n: found[f"total_{n}"] for n in MEASURES} == pytest.approx({n: merged[f"gtvp_{n}"] for n in MEASURES})
    assert found["total_dmax_centroid_mm"] == pytest.approx(40.0, abs=0.1)
    assert found["gtvp_dmax_centroid_mm"] == 0


def test_a_dose_that_is_not_in_gray_is_refused() -> None:
    labels = Volume(_two_balls(), FINE)
    with pytest.raises(ImageError, match="a dose from 0 to 7000; expected Gy"):
        lesion_measures(labels, None, None, Volume(np.linspace(0, 7000, labels.array.size).reshape(FINE.shape), FINE))


def test_other_labels_are_refused() -> None:
    with pytest.raises(ImageError, match="label values 5"):
        lesion_measures(Volume(np.full((2, 2, 2), 5), Grid((2, 2, 2), (1, 1, 1))), None)


def test_a_label_in_crumbs_is_measured_as_its_lesions_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    grid = Grid((40, 40, 30), (2.0, 2.0, 3.0), (-40.0, -40.0, -45.0))
    crumbs = (rng.random(grid.shape) < 0.004).astype(np.uint8) * 2
    crumbs[3:6, 3:6, 3:6] = 1
    mask = Volume(crumbs, grid)
    pet = Volume(rng.uniform(0, 9, grid.shape).astype(np.float32), grid)
    ct = Volume(rng.normal(30, 20, grid.shape).astype(np.float32), grid)
    together = lesion_measures(mask, pet, ct)
    assert together["gtvn_count"] > lesion_module.MOST_BLOCKS
    monkeypatch.setattr(lesion_module, "MOST_BLOCKS", 10_000)
    assert together == pytest.approx(lesion_measures(mask, pet, ct), rel=1e-6, nan_ok=True)
