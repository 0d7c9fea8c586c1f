"""The lesion table, against measures taken another way."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.lesions import LISTED, count_lesions, lesion_rows
from hyoid.app.cases.library import CaseLibrary
from hyoid.cohort import read_cohort
from hyoid.features import lesion_measures
from hyoid.geometry import Grid, Volume
from support.viewed import CT_GRID, NODE, PRIMARY, labels_of, pet_volume


def test_by_hand() -> None:
    labels = labels_of((PRIMARY, 1), (NODE, 2))
    pet = pet_volume(CT_GRID)
    canonical = Canonical.of(CT_GRID)
    primary, node = lesion_rows(labels, pet, canonical)
    assert (primary["label"], primary["index"], node["label"], node["index"]) == ("GTVp", 1, "GTVn", 1)
    voxel_ml = 2 * 2 * 3 / 1000
    assert primary["volume_ml"] == pytest.approx(48 * voxel_ml)
    inside = pet.array[PRIMARY]
    assert primary["suv_max"] == pytest.approx(inside.max())
    assert primary["tlg_g"] == pytest.approx(inside.sum() * voxel_ml, rel=1e-4)
    assert node["suv_max"] == pytest.approx(0.5)
    np.testing.assert_allclose(primary["center_mm"], CT_GRID.to_world((6.5, 5.5, 4.0)), atol=0.01)
    i, j, k = primary["center_voxel"]
    assert canonical.forward(labels.array)[k, j, i] == 1
    assert primary["uncertainty"] is None


def test_suv_max_is_of_the_pet_s_own_voxels() -> None:
    grid = Grid((12, 10, 8), (4.0, 4.0, 4.0), (-20.0, -16.0, 3.0))
    turn = np.deg2rad(15)
    direction = (np.cos(turn), -np.sin(turn), 0.0, np.sin(turn), np.cos(turn), 0.0, 0.0, 0.0, 1.0)
    pet_grid = Grid((14, 16, 9), (3.1, 2.7, 3.3), (-19.0, -20.0, 5.0), tuple(map(float, direction)))
    rng = np.random.default_rng(7)
    pet = Volume(rng.gamma(2, 3, pet_grid.shape).astype(np.float32), pet_grid)
    array = np.zeros(grid.shape, np.uint8)
    array[2:5, 3:6, 4:8], array[5, 8, 1:3], array[2:5, 4, 4] = 1, 2, 0
    # By brute force: a PET voxel lies in the voxel of the map whose center is nearest to its own.
    columns = np.array(direction).reshape(3, 3)
    centers = [np.add(grid.origin, np.multiply(grid.spacing, at[::-1])) for at in np.ndindex(grid.shape)]
    held: dict[int, list[float]] = {1: [], 2: []}
    for z, y, x in np.ndindex(pet_grid.shape):
        point = pet_grid.origin + columns @ np.multiply(pet_grid.spacing, (x, y, z))
        away = ((np.array(centers) - point) ** 2).sum(axis=1)
        at = np.unravel_index(away.argmin(), grid.shape)
        near = np.abs(centers[int(away.argmin())] - point).max() <= 2
        if near and array[at]:
            held[int(array[at])].append(float(pet.array[z, y, x]))
    rows = lesion_rows(Volume(array, grid), pet, Canonical.of(grid))
    assert [row["suv_max"] for row in rows] == pytest.approx([max(held[1]), max(held[2])], abs=1e-4)
    interpolated = lesion_measures(Volume((array == 1).astype(np.uint8), grid), pet)["total_suv_max"]
    assert rows[0]["suv_max"] > interpolated + 0.5  # a maximum is lowered by interpolation


def test_suv_max_of_a_lesion_between_the_centers_of_the_pet_is_of_the_voxel_that_it_lies_in() -> None:
    grid, pet_grid = Grid((8, 8, 8), (1.0, 1.0, 1.0)), Grid((2, 2, 2), (6.0, 6.0, 6.0))
    array = np.zeros(grid.shape, np.uint8)
    array[4, 4, 4] = 2  # nearest to the PET voxel at 6, 6, 6 mm, and does not hold its center
    suv = np.ones(pet_grid.shape, np.float32)
    suv[1, 1, 1] = 9.0
    (row,) = lesion_rows(Volume(array, grid), Volume(suv, pet_grid), Canonical.of(grid))
    assert row["suv_max"] == 9.0
    far = Volume(suv, Grid((2, 2, 2), (6.0, 6.0, 6.0), (100.0, 0.0, 0.0)))
    assert lesion_rows(Volume(array, grid), far, Canonical.of(grid))[0]["suv_max"] is None


def test_without_a_pet() -> None:
    (row,) = lesion_rows(labels_of((NODE, 2)), None, Canonical.of(CT_GRID))
    assert (row["suv_max"], row["suv_peak"], row["tlg_g"]) == (None, None, None)


def test_an_empty_map() -> None:
    assert lesion_rows(labels_of(), None, Canonical.of(CT_GRID)) == []
    assert count_lesions(labels_of()) == 0


def test_the_largest_first_and_not_all_crumbs() -> None:
    grid = Grid((40, 40, 4), (1, 1, 1))
    array = np.zeros(grid.shape, np.uint8)
    array[0, ::2, ::2] = 2  # 400 voxels that do not touch
    array[2, 10:20, 10:30] = 2
    rows = lesion_rows(Volume(array, grid), None, Canonical.of(grid))
    assert len(rows) == LISTED
    assert rows[0]["volume_ml"] > rows[1]["volume_ml"]
    assert count_lesions(Volume(array, grid)) == 401


def test_a_prediction_speaks_of_the_lesion_that_it_made(viewed: Path) -> None:
    library = CaseLibrary(read_cohort(viewed / "cohort"), viewed / "predictions")
    told = (library.prediction("MDA-001") or {})["components"]
    labels, canonical = library.layer("MDA-001", "predicted"), library.canonical("MDA-001")
    assert labels is not None
    primary, node = lesion_rows(labels, None, canonical, told)
    assert (primary["uncertainty"], primary["mean_probability"], primary["found_by"]) == (0.07, 0.8, 1.0)
    assert node["uncertainty"] is None
    corrected = labels.array.copy()
    corrected[3, 4, 5] = 0  # one voxel less: the model never said this
    assert lesion_rows(labels.with_array(corrected), None, canonical, told)[0]["uncertainty"] is None


maps = hnp.arrays(np.uint8, (4, 5, 6), elements=st.sampled_from([0, 0, 0, 1, 2]))


@given(maps)
def test_all_components_are_there(array: np.ndarray) -> None:
    grid = Grid((6, 5, 4), (1.0, 1.5, 2.0), (0, 0, 0), (-1, 0, 0, 0, 1, 0, 0, 0, -1))
    canonical = Canonical.of(grid)
    rows = lesion_rows(Volume(array, grid), None, canonical)
    moved = canonical.forward(array)
    for label, name in ((1, "GTVp"), (2, "GTVn")):
        numbered, count = ndimage.label(moved == label, np.ones((3, 3, 3)))
        own = [row for row in rows if row["label"] == name]
        sizes = sorted((float(np.sum(numbered == n)) * 3 / 1000 for n in range(1, count + 1)), reverse=True)
        assert [row["volume_ml"] for row in own] == pytest.approx(sizes, abs=1e-4)
        hit = {int(numbered[tuple(reversed(row["center_voxel"]))]) for row in own}
        assert hit == set(range(1, count + 1))
