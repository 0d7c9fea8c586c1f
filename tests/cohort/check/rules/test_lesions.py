from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cohort.check.dummy import CT_GRID, GTVN_MM, PET_GRID, Dummy, inside
from hyoid.cohort import Case
from hyoid.cohort.check.lesions import find_lesions
from hyoid.cohort.check.rules.lesions import suv_max, touching_voxels
from hyoid.geometry import Grid, Volume

Codes = Callable[[Case], list[str]]


def test_stray_component(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    """Voxels of 6 mm are 0.2 mL each, so the stray voxel is put on a finer grid: every voxel divided by eight."""

    def finer(volume: Volume) -> Volume:
        array = volume.array.repeat(2, 0).repeat(2, 1).repeat(2, 2)
        x, y, z = (o - 1.5 for o in volume.grid.origin)
        return Volume(array, Grid(array.shape[::-1], (3.0, 3.0, 3.0), (x, y, z)))

    assert dummy.mask is not None
    noise = np.random.default_rng(0).integers(-5, 5, finer(dummy.ct).array.shape)
    ct = finer(dummy.ct)
    fine = replace(dummy, ct=ct.with_array((ct.array + noise).astype(np.int16)), mask=finer(dummy.mask))
    assert codes(fine.write(tmp_path, "CHUM-001")) == []

    def add(array: np.ndarray) -> None:
        array[60, 45, 60] = 2

    assert codes(fine.with_mask(add).write(tmp_path, "CHUM-002")) == ["stray-component"]


def test_gtvp_touching_gtvn(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    def split(array: np.ndarray) -> None:
        z, y, x = np.nonzero(array == 1)
        right = x > np.median(x)
        array[z[right], y[right], x[right]] = 2

    assert codes(dummy.with_mask(split).write(tmp_path)) == ["gtvp-touches-gtvn"]


def test_touching_counts_the_26_neighbours() -> None:
    labels = np.zeros((4, 4, 4), np.uint8)
    labels[1, 1, 1] = 1
    labels[3, 3, 3] = 2
    assert touching_voxels(labels) == 0
    labels[2, 2, 2] = 2
    assert touching_voxels(labels) == 1
    labels[0, 0, 0] = 1
    assert touching_voxels(labels) == 1


def _node(dummy: Dummy, suv: float, radii: tuple[float, float, float]) -> Dummy:
    """Replace the node by an ellipsoid with an uptake."""

    def warm(array: np.ndarray) -> None:
        array[inside(PET_GRID, GTVN_MM, (20.0,) * 3)] = suv

    def draw(array: np.ndarray) -> None:
        array[array == 2] = 0
        array[inside(CT_GRID, GTVN_MM, radii)] = 2

    return dummy.with_pet(warm).with_mask(draw)


def test_node_neither_hot_nor_large(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    """One column of voxels of 6 mm: a short axis of 6 mm."""
    column = (3.5, 3.5, 14.0)
    assert codes(_node(dummy, 2.0, column).write(tmp_path)) == ["node-not-suspicious"]
    assert codes(_node(dummy, 4.0, column).write(tmp_path, "hot")) == []
    assert codes(_node(dummy, 2.0, (13.0,) * 3).write(tmp_path, "large")) == []


def test_suv_of_a_lesion_against_brute_force() -> None:
    rng = np.random.default_rng(0)
    grid = Grid((9, 8, 7), (2.0, 2.5, 3.0), (-5.0, 3.0, 1.0))
    pet = Volume(rng.random(grid.shape, dtype=np.float32), grid)
    mask = np.zeros(grid.shape, np.uint8)
    mask[2:5, 1:4, 3:7] = 2
    (lesion,) = find_lesions(Volume(mask, grid))
    assert suv_max(lesion, pet) == pytest.approx(pet.array[2:5, 1:4, 3:7].max())
    half = find_lesions(Volume(mask, Grid(grid.size, grid.spacing, (-4.0, 3.0, 1.0))))[0]
    between = (pet.array[2:5, 1:4, 3:7] + pet.array[2:5, 1:4, 4:8]) / 2
    assert suv_max(half, pet) == pytest.approx(between.max(), rel=1e-5)
    away = find_lesions(Volume(mask, Grid(grid.size, grid.spacing, (-4.0, 3.0, 20.0))))[0]
    assert suv_max(away, pet) is None


@pytest.mark.parametrize("index", [np.s_[:4, 30, 30], np.s_[25:30, 20, -6:]])
def test_lesion_at_the_border(dummy: Dummy, tmp_path: Path, codes: Codes, index: tuple[slice | int, ...]) -> None:
    def add(array: np.ndarray) -> None:
        array[index] = 1

    found = codes(dummy.with_mask(add).write(tmp_path))
    assert [code for code in found if code not in ("lesion-cut-by-frame", "mask-in-air")] == ["lesion-at-border"]


def test_lesion_cut_by_the_frame(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    """A node above the shoulder, 135 mm beside the midline: the frame ends at 100 mm."""

    def add(array: np.ndarray) -> None:
        array[inside(CT_GRID, (130.0, 10.0, -140.0), (15.0,) * 3)] = 2

    case = dummy.with_mask(add).with_pet(
        lambda a: np.copyto(a, 8.0, where=inside(PET_GRID, (130.0, 10.0, -140.0), (15.0,) * 3))
    )
    assert codes(case.write(tmp_path)) == ["lesion-cut-by-frame"]
