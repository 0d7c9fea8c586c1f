import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.errors import GeometryError
from hyoid.geometry import Box, Grid, Volume


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Random grids, oblique and left-handed ones included."""
    size = tuple(draw(st.integers(1, 20)) for _ in range(3))
    spacing = tuple(draw(st.floats(0.4, 6.0)) for _ in range(3))
    origin = tuple(draw(st.floats(-500, 500)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    return Grid(size, spacing, origin, tuple(rotation.ravel()))  # type: ignore[arg-type]


@given(grids(), st.integers(0, 2**32 - 1))
def test_index_and_world_are_inverse(grid: Grid, seed: int) -> None:
    index = np.random.default_rng(seed).uniform(-5, 25, size=(7, 3))
    np.testing.assert_allclose(grid.to_index(grid.to_world(index)), index, atol=1e-6)
    homogeneous = np.c_[index, np.ones(7)] @ grid.affine.T
    np.testing.assert_allclose(grid.to_world(index), homogeneous[:, :3], atol=1e-9)


@given(grids())
def test_dictionary_keeps_every_bit(grid: Grid) -> None:
    assert Grid.from_dict(grid.to_dict()) == grid


@given(grids())
def test_box_holds_every_corner(grid: Grid) -> None:
    box = Box.of_grid(grid)
    assert (grid.corners() >= np.asarray(box.lower) - 1e-9).all()
    assert (grid.corners() <= np.asarray(box.upper) + 1e-9).all()
    assert box.intersection(box) == box == box.union(box)


def test_left_handed_grid_is_valid() -> None:
    grid = Grid((4, 5, 6), (1, 2, 3), (0, 0, 0), (-1, 0, 0, 0, 1, 0, 0, 0, 1))
    np.testing.assert_allclose(grid.to_world([1, 1, 1]), [-1, 2, 3])


def test_sheared_direction_is_refused_with_its_numbers() -> None:
    with pytest.raises(GeometryError, match=r"0\.2.*orthonormal"):
        Grid((4, 4, 4), (1, 1, 1), (0, 0, 0), (1, 0.2, 0, 0, 1, 0, 0, 0, 1))


@pytest.mark.parametrize(
    ("size", "spacing", "origin"),
    [((0, 1, 1), (1, 1, 1), (0, 0, 0)), ((1, 1, 1), (0, 1, 1), (0, 0, 0)), ((1, 1, 1), (1, 1, 1), (np.nan, 0, 0))],
)
def test_impossible_numbers_are_refused(size: tuple, spacing: tuple, origin: tuple) -> None:
    with pytest.raises(GeometryError, match=r"Found .*expected"):
        Grid(size, spacing, origin)


def test_cropped_grid_lies_where_the_block_was() -> None:
    grid = Grid((10, 10, 10), (1, 2, 3), (5, 6, 7))
    block = grid.cropped((-2, 3, 1), (4, 4, 4))
    np.testing.assert_allclose(block.origin, grid.to_world((-2, 3, 1)))


def test_box_grid_covers_its_box() -> None:
    grid = Box.around((10.0, -5.0, 3.0), (200.0, 200.0, 310.0)).grid((1.0, 1.0, 1.0))
    assert grid.size == (200, 200, 310)
    np.testing.assert_allclose(grid.centre, (10, -5, 3))
    assert Box.of_grid(grid).lower == (-90.0, -105.0, -152.0)


def test_volume_refuses_swapped_axes() -> None:
    with pytest.raises(GeometryError, match="Axes may be swapped"):
        Volume(np.zeros((2, 3, 4)), Grid((2, 3, 4), (1, 1, 1)))


def test_volume_ml_counts_a_label() -> None:
    volume = Volume(np.array([[[0, 1, 2, 2]]], dtype=np.uint8), Grid((4, 1, 1), (10, 10, 10)))
    assert volume.volume_ml() == 3.0
    assert volume.volume_ml(2) == 2.0
