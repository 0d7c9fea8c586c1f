"""The live check, and what a submission is refused for."""

import numpy as np
import pytest

from hyoid.app.annotation import AnnotationError
from hyoid.app.annotation.check import live_check
from hyoid.app.annotation.submission import check_submission, voxels_outside
from hyoid.app.cases.canonical import Canonical
from hyoid.geometry import Grid, Volume

GRID = Grid((30, 30, 20), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0))
PET = Grid((10, 12, 14), (3.0, 3.0, 3.0), (0.0, 0.0, 0.0))
"""Its field of view ends at 28.5, 34.5 and 40.5 mm."""


def scene() -> tuple[Volume, Volume]:
    """Two nodes, a small hot one and a thick cold one, and a primary."""
    array = np.zeros(GRID.shape, np.uint8)
    array[3:6, 3:6, 3:6] = 2  # 3 x 3 mm, hot
    array[10:13, 10:20, 10:24] = 2  # 14 x 10 mm, cold
    array[16, 3:6, 3:6] = 2  # 3 x 3 mm, cold
    array[16, 25:28, 10:13] = 1
    suv = np.full(PET.shape, 1.0, np.float32)
    suv[2:5, 0:4, 0:4] = 6.0
    return Volume(array, GRID), Volume(suv, PET)


def test_the_rule_for_nodes_is_told_for_each_node_as_the_table_numbers_them() -> None:
    labels, pet = scene()
    told = live_check(labels, pet, Canonical.of(GRID))
    assert [(one["label"], one["index"]) for one in told["lesions"]] == [
        ("GTVp", 1), ("GTVn", 1), ("GTVn", 2), ("GTVn", 3),
    ]  # fmt: skip
    volumes = [one["volume_ml"] for one in told["lesions"]]
    assert volumes == pytest.approx([0.018, 0.84, 0.054, 0.018])
    assert [(rule["lesion"], rule["ok"]) for rule in told["rules"]] == [
        ("GTVn 1", True), ("GTVn 2", True), ("GTVn 3", False),
    ]  # fmt: skip
    for rule, lesion in zip(told["rules"], told["lesions"][1:], strict=True):
        assert f"{lesion['volume_ml']:.2f} mL" in rule["text"]
    assert told["rules"][0]["short_axis_mm"] >= 10
    assert told["rules"][1]["suv_max"] > 2.5 > told["rules"][2]["suv_max"]
    assert (told["touching"], told["outside"]) == (False, 0)


def test_without_a_pet_the_short_axis_decides() -> None:
    told = live_check(scene()[0], None, Canonical.of(GRID))
    assert [rule["ok"] for rule in told["rules"]] == [True, False, False]
    assert [rule["suv_max"] for rule in told["rules"]] == [None, None, None]
    assert told["outside"] == 0


def test_an_empty_map_has_nothing_to_tell() -> None:
    told = live_check(Volume(np.zeros(GRID.shape, np.uint8), GRID), scene()[1], Canonical.of(GRID))
    assert told == {"lesions": [], "rules": [], "touching": False, "outside": 0}


@pytest.mark.parametrize("offset", [(0, 0, 1), (0, 1, 1), (1, 1, 1), (-1, 1, -1)])
def test_touching_by_face_edge_or_corner_is_refused(offset: tuple[int, int, int]) -> None:
    array = np.zeros(GRID.shape, np.uint8)
    array[10, 10, 10] = 1
    array[tuple(np.add((10, 10, 10), offset))] = 2
    labels = Volume(array, GRID)
    assert live_check(labels, None, Canonical.of(GRID))["touching"]
    with pytest.raises(AnnotationError, match="2 voxels where GTVp and GTVn touch"):
        check_submission(labels, None)
    array[tuple(np.add((10, 10, 10), offset))] = 0
    array[tuple(np.add((10, 10, 10), np.multiply(offset, 2)))] = 2
    check_submission(labels, None)


def test_voxels_beyond_the_pet_are_counted_and_refused() -> None:
    array = np.zeros(GRID.shape, np.uint8)
    array[0, 0, 28] = array[0, 29, 0] = array[19, 0, 0] = 1  # x 28 mm, y 29 mm, z 38 mm: all within
    pet = scene()[1]
    assert voxels_outside(Volume(array, GRID), pet) == 0
    check_submission(Volume(array, GRID), pet)
    array[3:5, 7, 29] = 2  # x 29 mm: beyond 28.5 mm
    assert voxels_outside(Volume(array, GRID), pet) == 2
    assert voxels_outside(Volume(array, GRID), None) == 0
    with pytest.raises(AnnotationError, match="2 labelled voxels outside the PET"):
        check_submission(Volume(array, GRID), pet)


def test_slices_that_are_not_axial_get_a_sentence_and_no_number() -> None:
    turn = np.deg2rad(40)
    direction = (1, 0, 0, 0, np.cos(turn), -np.sin(turn), 0, np.sin(turn), np.cos(turn))
    grid = Grid(GRID.size, GRID.spacing, GRID.origin, tuple(map(float, direction)))
    (rule,) = live_check(Volume(scene()[0].array, grid), None, Canonical.of(grid))["rules"]
    assert (rule["ok"], rule["lesion"]) == (False, "GTVn")
    assert "tilted by 40 degrees" in rule["text"]
