import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.dicom.structures.lattice import checked_labels, on_lattice
from hyoid.errors import DicomError, GeometryError
from hyoid.geometry import Grid, Volume
from support.ct_series import GRID, oblique


def renumbered(volume: Volume, order: tuple[int, int, int], flips: tuple[bool, bool, bool]) -> Volume:
    """The same voxels with index axes in another order and direction, built from positions alone."""
    grid = volume.grid
    size = tuple(grid.size[axis] for axis in order)
    steps = grid.affine[:3, :3][:, list(order)] * np.where(flips, -1, 1)
    first = np.zeros(3)
    for new, axis in enumerate(order):
        first[axis] = grid.size[axis] - 1 if flips[new] else 0
    spacing = np.linalg.norm(steps, axis=0)
    turned = Grid(size, tuple(spacing), tuple(grid.to_world(first)), tuple((steps / spacing).ravel()))
    index = np.stack(np.meshgrid(*(np.arange(n) for n in size), indexing="ij"), axis=-1)
    x, y, z = np.moveaxis(np.rint(grid.to_index(turned.to_world(index))).astype(int), -1, 0)
    return Volume(volume.array[z, y, x].transpose(2, 1, 0), turned)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(list(itertools.permutations(range(3)))),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_any_numbering_of_the_same_voxels_comes_back(order: tuple, flips: tuple, turned: bool, seed: int) -> None:
    grid = oblique() if turned else GRID
    labels = Volume(np.random.default_rng(seed).integers(0, 3, grid.shape).astype(np.uint8), grid)
    other = renumbered(labels, order, flips)
    back = on_lattice(other, grid)
    assert (back.array == labels.array).all()
    assert back.grid == grid


def test_a_part_is_put_where_it_lay() -> None:
    part = GRID.cropped((3, 4, 5), (6, 5, 4))
    placed = on_lattice(Volume(np.ones(part.shape, np.uint8), part), GRID)
    expected = np.zeros(GRID.shape, np.uint8)
    expected[5:9, 4:9, 3:9] = 1
    assert (placed.array == expected).all()


def test_labels_beyond_the_image_are_not_lost_in_silence() -> None:
    wider = GRID.cropped((-2, 0, 0), GRID.size)
    labels = np.zeros(wider.shape, np.uint8)
    labels[0, 0, 2] = 1
    assert on_lattice(Volume(labels, wider), GRID).array[0, 0, 0] == 1
    labels[3, 3, 1] = 1
    with pytest.raises(GeometryError, match="1 voxels of the label map outside the image"):
        on_lattice(Volume(labels, wider), GRID)


@pytest.mark.parametrize(
    "grid",
    [
        Grid(GRID.size, GRID.spacing, tuple(np.add(GRID.origin, (0.3, 0.0, 0.0)))),
        Grid(GRID.size, (1.0, 0.977, 3.0), GRID.origin),
        oblique((0.0, 0.0, 5.0)),
    ],
)
def test_other_voxels_are_refused(grid: Grid) -> None:
    with pytest.raises(GeometryError, match="voxels off"):
        on_lattice(Volume(np.zeros(grid.shape, np.uint8), grid), GRID)


def test_a_label_without_a_name_is_refused() -> None:
    labels = np.zeros(GRID.shape, np.uint8)
    labels[0, 0, 0] = 7
    with pytest.raises(DicomError, match=r"the labels \[7\]"):
        checked_labels(Volume(labels, GRID), {1: "gtvp", 2: "gtvn"}, GRID)
