from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cohort.check.dummy import CT_GRID, GTVP_MM, Dummy, inside
from hyoid.cohort import Case
from hyoid.geometry import Grid, Volume

Codes = Callable[[Case], list[str]]


def test_unknown_labels(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    def relabel(array: np.ndarray) -> None:
        array[array == 2] = 3

    assert codes(dummy.with_mask(relabel).write(tmp_path)) == ["unknown-labels"]


def test_a_probability_map_is_no_label_map(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    assert dummy.mask is not None
    soft = Volume(dummy.mask.array.astype(np.float32) * 0.7, CT_GRID)
    assert codes(replace(dummy, mask=soft).write(tmp_path)) == ["unknown-labels"]


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_labels_of_another_type_are_labels(dummy: Dummy, tmp_path: Path, codes: Codes, dtype: type) -> None:
    assert dummy.mask is not None
    assert codes(replace(dummy, mask=Volume(dummy.mask.array.astype(dtype), CT_GRID)).write(tmp_path)) == []


@pytest.mark.parametrize("moved", [0.0, 0.4])
def test_mask_grid(dummy: Dummy, tmp_path: Path, codes: Codes, moved: float) -> None:
    assert dummy.mask is not None
    x, y, z = CT_GRID.origin
    size = CT_GRID.size if moved else (CT_GRID.size[0], CT_GRID.size[1], CT_GRID.size[2] - 1)
    grid = Grid(size, CT_GRID.spacing, (x + moved, y, z))
    mask = Volume(dummy.mask.array[: size[2]].copy(), grid)
    assert codes(replace(dummy, mask=mask).write(tmp_path)) == ["mask-grid"]


@pytest.mark.parametrize(("hu", "code"), [(-900, "mask-in-air"), (1500, "mask-in-bone")])
def test_mask_in_air_or_bone(dummy: Dummy, tmp_path: Path, codes: Codes, hu: int, code: str) -> None:
    """An eighth of the GTVp's ball is air, or bone; a spongy 400 HU all over is none."""

    def spoil(array: np.ndarray) -> None:
        octant = inside(CT_GRID, GTVP_MM, (16.0,) * 3)
        octant[:, :, : round((GTVP_MM[0] + 6 - CT_GRID.origin[0]) / 6)] = False
        array[octant] = hu

    assert codes(dummy.with_ct(spoil).write(tmp_path)) == [code]


def test_a_few_voxels_of_airway_are_no_fault(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    def spoil(array: np.ndarray) -> None:
        array[inside(CT_GRID, GTVP_MM, (6.5, 3, 3))] = -1000

    assert codes(dummy.with_ct(spoil).write(tmp_path)) == []


@pytest.mark.parametrize(("removed", "code"), [((1,), "empty-gtvp"), ((2,), "empty-gtvn"), ((1, 2), "empty-mask")])
def test_empty_labels(dummy: Dummy, tmp_path: Path, codes: Codes, removed: tuple[int, ...], code: str) -> None:
    def empty(array: np.ndarray) -> None:
        array[np.isin(array, removed)] = 0

    assert codes(dummy.with_mask(empty).write(tmp_path)) == [code]
