import numpy as np
import pytest

from hyoid.phantom import draw_patients
from hyoid.phantom.build import Build, draw_build
from hyoid.phantom.disease import Disease
from hyoid.phantom.lesions import PlacedLesion, place_lesions

CORE_HU = {"necrotic": 24.0, "cystic": 11.0}


def _placed(seed: int) -> tuple[Disease, Build, list[PlacedLesion]]:
    disease = draw_patients(seed + 1, 9)[seed].disease
    build = draw_build(np.random.default_rng(seed), male=True)
    return disease, build, place_lesions(np.random.default_rng(seed), disease, build)


def _grid_around(lesion: PlacedLesion) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    steps = np.linspace(-2.2, 2.2, 50, dtype=np.float32) * np.float32(lesion.radius_mm)
    x, y, z = (steps + np.float32(c) for c in lesion.centre)
    return x[None, None, :], y[None, :, None], z[:, None, None]


@pytest.mark.parametrize("seed", range(12))
def test_every_surface_encloses_the_planned_volume(seed: int) -> None:
    _, build, placed = _placed(seed)
    for lesion in placed:
        x, y, z = _grid_around(lesion)
        inside = lesion.distance(x, y, z) < 0
        volume = inside.sum() * float(x[0, 0, 1] - x[0, 0, 0]) ** 3 * build.volume_scale / 1000
        assert volume == pytest.approx(lesion.plan.volume_ml, rel=0.06)


def test_nodes_keep_apart_from_the_primary_and_lie_in_the_neck() -> None:
    for seed in range(40):
        _, _, placed = _placed(seed)
        primary = next((lesion for lesion in placed if lesion.plan.kind == "gtvp"), None)
        for lesion in placed:
            x, y, z = lesion.centre
            if lesion.plan.kind == "gtvn":
                assert lesion.plan.side * x > 10
                assert -30 <= y <= 34
                assert -305 <= z <= -168
                if primary is not None:
                    gap = np.linalg.norm(np.subtract(lesion.centre, primary.centre))
                    assert gap > 0.75 * (lesion.radius_mm + primary.radius_mm)


def test_dead_cores_take_up_nothing_and_have_their_share() -> None:
    checked = 0
    for seed in range(30):
        for lesion in _placed(seed)[2]:
            if lesion.plan.texture == "solid":
                continue
            at = _grid_around(lesion)
            hu, suv = lesion.shape.hu, lesion.shape.suv
            assert callable(hu)
            assert callable(suv)
            inside = lesion.distance(*at) < 0
            attenuation, values = hu(*at)[inside], suv(*at)[inside]
            dead = attenuation < (lesion.plan.hu + CORE_HU[lesion.plan.texture]) / 2
            assert dead.mean() == pytest.approx(lesion.plan.core_share, abs=0.05)
            assert np.median(values[dead]) < 1.5
            assert values[~dead].max() > lesion.plan.peak_suv * 0.5
            checked += 1
    assert checked >= 10
