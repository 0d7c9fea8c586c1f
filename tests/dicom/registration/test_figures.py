"""Figures, determinants and verdicts against tables worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from sklearn.metrics import mutual_info_score

from hyoid.dicom.registration.figures import Figures, measure
from hyoid.dicom.registration.folding import Jacobian, jacobian
from hyoid.dicom.registration.prepared import PreparedCt
from hyoid.dicom.registration.verdict import judge
from hyoid.geometry import Grid, Volume

GRID = Grid((12, 10, 8), (2.0, 2.0, 2.0))
IDENTITY = sitk.Transform(3, sitk.sitkIdentity)


def prepared(hu: np.ndarray, grid: Grid = GRID) -> PreparedCt:
    body = hu > -500
    return PreparedCt(Volume(hu.astype(np.float32), grid), body, hu > 250, np.ones(hu.shape, bool))


def slab(first: int, last: int) -> np.ndarray:
    """Soft tissue all over, with a slab of bone from plane `first` to `last` along x."""
    hu = np.full(GRID.shape, 40.0)
    hu[:, :, first : last + 1] = 800.0
    return hu


def test_bones_that_lie_one_voxel_apart() -> None:
    """Slabs 3 to 6 and 4 to 7: three of four planes are common; their surfaces lie 2 mm apart, or on each other."""
    found = measure(prepared(slab(3, 6)), prepared(slab(4, 7)), IDENTITY)
    assert found.bone_dice == pytest.approx(2 * 3 / 8)
    assert found.body_dice == 1
    assert found.overlap == 1
    aligned = measure(prepared(slab(3, 6)), prepared(slab(4, 7)), sitk.TranslationTransform(3, (2.0, 0, 0)))
    assert aligned.bone_dice == pytest.approx(1)
    assert aligned.bone_distance_mm == 0
    assert aligned.ncc == pytest.approx(1)
    assert 0 < found.bone_distance_mm < 2


def test_mutual_information_equals_an_independent_one() -> None:
    rng = np.random.default_rng(0)
    one = rng.uniform(-200, 900, GRID.shape)
    other = 0.5 * one + rng.uniform(-200, 300, GRID.shape)
    found = measure(prepared(one), prepared(other), IDENTITY)
    edges = np.linspace(-500, 1000, 33)
    binned = [np.digitize(a.astype(np.float32).ravel(), edges) for a in (one, other)]
    assert found.mutual_information == pytest.approx(mutual_info_score(*binned), rel=1e-6)
    assert found.ncc == pytest.approx(np.corrcoef(one.ravel(), other.ravel())[0, 1], rel=1e-5)


def test_fields_that_do_not_meet_have_no_figures() -> None:
    found = measure(prepared(slab(3, 6)), prepared(slab(3, 6)), sitk.TranslationTransform(3, (900.0, 0, 0)))
    assert found.overlap == 0
    assert all(map(math.isnan, (found.ncc, found.bone_dice, found.bone_distance_mm)))
    assert judge(found, found, None)[0] == "doubtful"


def test_only_what_both_have_in_view_counts() -> None:
    low = Grid((12, 10, 4), GRID.spacing)
    found = measure(prepared(slab(3, 6)), prepared(slab(3, 6)[:4], low), IDENTITY)
    assert (found.bone_dice, found.overlap) == (1, 1)


def test_the_determinant_of_a_stretch_and_of_a_fold() -> None:
    stretch = sitk.AffineTransform(3)
    stretch.Scale((1.5, 1.0, 0.8))
    found = jacobian(stretch, GRID, np.ones(GRID.shape, bool))
    assert (found.least, found.greatest) == (pytest.approx(1.2), pytest.approx(1.2))
    fold = sitk.AffineTransform(3)
    fold.Scale((-1.0, 1.0, 1.0))
    assert jacobian(fold, GRID, np.ones(GRID.shape, bool)).folded == 1
    turned = Grid(GRID.size, (1.0, 2.0, 3.0), (5.0, 6.0, 7.0), (0, -1, 0, 0.6, 0, -0.8, 0.8, 0, 0.6))
    assert jacobian(stretch, turned, np.ones(GRID.shape, bool)).least == pytest.approx(1.2)


GOOD = Figures(0.9, 0.9, 1.0, 0.97, 0.8, 1.0, 4.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"overlap": 0.2}, "only 20% of the body"),
        ({"ncc": 0.7}, "correlate by 0.70"),
        ({"ncc": math.nan}, "correlate by nothing"),
        ({"bone_dice": 0.5}, "Dice of 0.50"),
        ({"bone_distance_mm": 2.6}, "2.6 mm apart"),
        ({"bone_distance_mm": math.nan}, "no bone"),
    ],
)
def test_each_threshold_makes_a_registration_doubtful(changes: dict[str, float], said: str | None) -> None:
    figures = replace(GOOD, **changes)
    verdict, reasons = judge(figures, figures, None)
    assert verdict == ("usable" if said is None else "doubtful")
    assert said is None or (len(reasons) == 1 and said in reasons[0])


def test_a_deformation_answers_for_its_rigid_part_and_its_determinant() -> None:
    calm = Jacobian(0.7, 1.4, 0.0)
    assert judge(replace(GOOD, bone_distance_mm=3.5), GOOD, calm)[0] == "usable"
    verdict, reasons = judge(replace(GOOD, bone_distance_mm=5.0), GOOD, calm)
    assert (verdict, "before the deformation" in reasons[0]) == ("doubtful", True)
    assert "from -0.10 to 1.40" in judge(GOOD, GOOD, Jacobian(-0.1, 1.4, 0.01))[1][0]
    assert "to 6.00" in judge(GOOD, GOOD, Jacobian(0.5, 6.0, 0.0))[1][0]
