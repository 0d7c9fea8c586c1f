import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from hyoid.geometry import Grid, Volume
from hyoid.inference.lesions import lesion_summary, list_lesions
from imaging.worlds import DIRECTIONS, SEEDS, grid_around, voxel_centres

NAMES = {1: "gtvp", 2: "gtvn"}


@settings(max_examples=20, deadline=None)
@given(SEEDS, DIRECTIONS)
def test_every_lesion_is_listed_with_place_volume_and_uptake(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    grid = grid_around(rng, rng.normal(0, 50, 3), np.array([20, 24, 30]), (2.0, 2.0, 3.0), kind)
    labels = np.where(rng.random(grid.shape) < 0.12, rng.integers(1, 3, grid.shape), 0).astype(np.uint8)
    centres = voxel_centres(grid)
    step = rng.normal(size=3)
    pet = Grid((40, 40, 40), (2.0, 2.0, 2.0), tuple(grid.centre - 39.0))
    suv = (voxel_centres(pet) @ step + 3.0).astype(np.float32)  # linear: interpolated without error
    found = list_lesions(NAMES, Volume(labels, grid), suv=Volume(suv, pet))
    lesions = 0
    for value, name in NAMES.items():
        numbered, count = ndimage.label(labels == value, np.ones((3, 3, 3)))
        lesions += count
        for k in range(1, count + 1):
            inside = centres[numbered == k]
            assert any(
                one["label"] == name
                and one["volume_ml"] == pytest.approx(len(inside) * 0.012, abs=1e-3)
                and np.abs(one["centroid_mm"] - inside.mean(axis=0)).max() < 0.051
                and one["suv_max"] == pytest.approx((inside @ step + 3.0).max(), abs=0.01)
                for one in found
            )
    assert len(found) == lesions
    for name in NAMES.values():
        volumes = [one["volume_ml"] for one in found if one["label"] == name]
        assert volumes == sorted(volumes, reverse=True)
        summary = lesion_summary(NAMES, Volume(labels, grid))[name]
        assert summary["count"] == len(volumes)
        assert summary["volume_ml"] == pytest.approx(sum(volumes), abs=1e-3)


def test_outside_the_pet_no_uptake_is_told() -> None:
    grid = Grid((4, 4, 4), (1, 1, 1))
    labels = np.zeros(grid.shape, np.uint8)
    labels[0, 0, 0] = 1
    far = Volume(np.ones((2, 2, 2), np.float32), Grid((2, 2, 2), (1, 1, 1), (50, 0, 0)))
    assert list_lesions({1: "tumour"}, Volume(labels, grid), suv=far) == [
        {"label": "tumour", "volume_ml": 0.001, "centroid_mm": [0.0, 0.0, 0.0]}
    ]
    assert list_lesions({1: "tumour"}, Volume(np.zeros_like(labels), grid)) == []
