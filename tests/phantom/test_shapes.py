import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt

from hyoid.phantom.shapes import Profile, capsule, ellipsoid, within
from hyoid.phantom.tissue import Shape, Tissue, waves

AXIS = np.arange(-40, 41, dtype=np.float32)
X, Y, Z = AXIS[None, None, :], AXIS[None, :, None], AXIS[:, None, None]


def _brute_distance(inside: np.ndarray) -> np.ndarray:
    """Signed distance by the transform, good to about half a voxel."""
    return distance_transform_edt(~inside) - distance_transform_edt(inside)


def _near_surface(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    distance = shape.distance(X, Y, Z)
    near = np.abs(distance) < 4
    return distance[near], _brute_distance(distance < 0)[near]


@pytest.mark.parametrize(
    "shape",
    [
        ellipsoid(Tissue.FAT, (3, -2, 1), (14, 10, 20), 0.0, 0.0),
        capsule(Tissue.FAT, (-10, 0, -15), (12, 5, 14), 7, 0.0, 0.0),
    ],
    ids=["ellipsoid", "capsule"],
)
def test_distance_is_near_the_true_one_at_the_surface(shape: Shape) -> None:
    ours, brute = _near_surface(shape)
    assert np.abs(ours - brute).max() < 1.8
    assert np.abs(ours - brute).mean() < 0.6


@given(st.tuples(*[st.floats(-15, 15)] * 3), st.tuples(*[st.floats(4, 15)] * 3))
def test_the_box_holds_the_ellipsoid(centre: tuple, radii: tuple) -> None:
    shape = ellipsoid(Tissue.FAT, centre, radii, 0.0, 0.0)
    z, y, x = np.nonzero(shape.distance(X, Y, Z) < 0)
    for k, index in enumerate((x, y, z)):
        assert AXIS[index].min() >= shape.lower[k]
        assert AXIS[index].max() <= shape.upper[k]


def test_ellipsoid_has_its_volume() -> None:
    inside = ellipsoid(Tissue.FAT, (0, 0, 0), (12, 15, 18), 0.0, 0.0).distance(X, Y, Z) < 0
    assert inside.sum() == pytest.approx(4 / 3 * np.pi * 12 * 15 * 18, rel=0.01)


def test_profile_is_its_outline() -> None:
    profile = Profile([(-30, 20, -10, 15), (0, 30, -12, 18), (30, 10, -5, 5)])
    inside = profile.distance()(X, Y, Z) < 0
    assert AXIS[inside[40].any(axis=0)].max() == 29
    assert AXIS[inside[40].any(axis=1)].min() == -11
    assert AXIS[inside[40].any(axis=1)].max() == 17
    smaller = profile.distance(inset_mm=5)(X, Y, Z) < 0
    assert smaller.sum() < 0.7 * inside.sum()
    assert not (smaller & ~inside).any()


def test_within_is_the_intersection() -> None:
    ball = ellipsoid(Tissue.FAT, (10, 0, 0), (12, 12, 12), 0.0, 0.0)
    other = ellipsoid(Tissue.FAT, (0, 0, 0), (15, 15, 15), 0.0, 0.0)
    both = within(ball, other.distance).distance(X, Y, Z) < 0
    np.testing.assert_array_equal(both, (ball.distance(X, Y, Z) < 0) & (other.distance(X, Y, Z) < 0))


def test_waves_are_standardised_smooth_and_the_same_on_every_grid() -> None:
    field = waves(np.random.default_rng(0), 12.0, 8)
    values = field(X, Y, Z)
    assert values.mean() == pytest.approx(0, abs=0.1)
    assert values.std() == pytest.approx(1, abs=0.15)
    np.testing.assert_allclose(field(X[..., ::3], Y[:, ::2], Z), values[:, ::2, ::3], atol=1e-5)
    assert np.abs(np.diff(values, axis=2)).max() < 2.5
