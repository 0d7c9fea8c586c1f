"""The order of voxels in the browser, against SimpleITK's own reorientation."""

import math
from itertools import permutations, product

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hyoid.app.cases.canonical import Canonical
from hyoid.geometry import Grid, Volume
from hyoid.imaging.itk import from_sitk, to_sitk

SIZE, SPACING, ORIGIN = (5, 4, 3), (0.9, 1.1, 3.0), (-12.0, 7.0, 100.0)

ORIENTATIONS = [
    tuple((np.eye(3)[:, list(order)] * signs).ravel())
    for order in permutations(range(3))
    for signs in product((1.0, -1.0), repeat=3)
]


def tilted(direction: tuple[float, ...], degrees: tuple[float, float, float]) -> tuple[float, ...]:
    turn = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    return tuple((turn @ np.reshape(direction, (3, 3))).ravel())


def image(direction: tuple[float, ...]) -> Volume:
    grid = Grid(SIZE, SPACING, ORIGIN, direction)
    return Volume(np.arange(math.prod(SIZE), dtype=np.int16).reshape(grid.shape), grid)


tilts = st.tuples(*[st.floats(-18, 18)] * 3)
orientations = st.sampled_from(ORIENTATIONS)


@given(orientations, tilts)
def test_as_simpleitk_does(direction: tuple[float, ...], degrees: tuple[float, float, float]) -> None:
    volume = image(tilted(direction, degrees))
    expected = from_sitk(sitk.DICOMOrient(to_sitk(volume), "RAS"))
    found = Canonical.of(volume.grid).volume(volume)
    assert found.grid.same_as(expected.grid, 1e-6)
    np.testing.assert_array_equal(found.array, expected.array)


@given(orientations, st.tuples(*[st.floats(-180, 180)] * 3))
def test_back_undoes_forward(direction: tuple[float, ...], degrees: tuple[float, float, float]) -> None:
    volume = image(tilted(direction, degrees))
    canonical = Canonical.of(volume.grid)
    moved = canonical.forward(volume.array)
    assert moved.shape == canonical.canonical_grid.shape
    np.testing.assert_array_equal(canonical.back(moved), volume.array)
    np.testing.assert_array_equal(canonical.forward(canonical.back(moved)), moved)


@given(orientations, st.tuples(*[st.floats(-180, 180)] * 3))
def test_each_voxel_keeps_its_place_in_the_patient(
    direction: tuple[float, ...], degrees: tuple[float, float, float]
) -> None:
    volume = image(tilted(direction, degrees))
    canonical = Canonical.of(volume.grid)
    moved = canonical.volume(volume)
    for native in product(*map(range, SIZE)):
        i, j, k = canonical.voxel(native)
        assert canonical.native_voxel((i, j, k)) == native
        assert moved.array[k, j, i] == volume.array[native[::-1]]
        np.testing.assert_allclose(moved.grid.to_world((i, j, k)), volume.grid.to_world(native), atol=1e-9)


@given(orientations, st.tuples(*[st.floats(-180, 180)] * 3))
def test_no_other_order_is_closer(direction: tuple[float, ...], degrees: tuple[float, float, float]) -> None:
    grid = image(tilted(direction, degrees)).grid
    cosines = Canonical.of(grid).canonical_grid.matrix * np.array([-1.0, -1.0, 1.0])[:, None]
    assert (np.diag(cosines) >= -1e-9).all()
    best = max(sum(cosines[i, order[i]] ** 2 for i in range(3)) for order in permutations(range(3)))
    assert sum(np.diag(cosines) ** 2) == pytest.approx(best, abs=1e-6)


def niivue_order(matrix: np.ndarray) -> list[int]:
    """The viewer's rule (NiiVue 0.69, calculateRAS): which voxel axis it shows as x, y and z."""
    a = np.abs(matrix)
    world = [0, 0, 0]
    world[0] = 1
    if a[1, 0] > a[0, 0]:
        world[0] = 2
    if a[2, 0] > a[0, 0] and a[2, 0] > a[1, 0]:
        world[0] = 3
    rest = [axis for axis in (1, 2, 3) if axis != world[0]]
    world[1] = rest[0] if a[rest[0] - 1, 1] > a[rest[1] - 1, 1] else rest[1]
    world[2] = 6 - world[0] - world[1]
    return [world.index(axis) for axis in (1, 2, 3)]


@given(orientations, st.tuples(*[st.floats(-180, 180)] * 3))
def test_the_viewer_keeps_the_order_where_it_is_said_to(
    direction: tuple[float, ...], degrees: tuple[float, float, float]
) -> None:
    canonical = Canonical.of(image(tilted(direction, degrees)).grid)
    affine = (canonical.canonical_grid.matrix * canonical.canonical_grid.spacing).astype(np.float32)
    if canonical.is_kept:
        assert niivue_order(affine) == [0, 1, 2]


@given(orientations, tilts)
def test_what_is_little_oblique_is_kept(direction: tuple[float, ...], degrees: tuple[float, float, float]) -> None:
    assert Canonical.of(image(tilted(direction, degrees)).grid).is_kept


def test_what_no_order_suits_is_not_kept() -> None:
    """One world axis that no voxel axis is closest to."""
    rows = np.array([[1, 1, 1] / np.sqrt(3), [2, -1, -1] / np.sqrt(6), [0, 1, -1] / np.sqrt(2)])
    assert not Canonical.of(Grid(SIZE, SPACING, ORIGIN, tuple(rows.ravel()))).is_kept


def test_a_grid_in_ras_is_left_alone() -> None:
    grid = Grid(SIZE, SPACING, ORIGIN, (-1, 0, 0, 0, -1, 0, 0, 0, 1))
    canonical = Canonical.of(grid)
    assert (canonical.axes, canonical.flipped) == ((0, 1, 2), (False, False, False))
    assert canonical.canonical_grid == grid
