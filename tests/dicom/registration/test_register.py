"""Known transforms of head-like CTs recovered; what does not match is doubtful."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from hyoid.dicom.registration import RegisteredCt, RegistrationSettings, assess_registration, register_ct
from hyoid.dicom.registration.folding import jacobian
from hyoid.geometry import Box, Volume
from hyoid.imaging import read_volume
from support.moved_ct import body_points, head_ct, lower_end, miss_mm, on_grid, rigid, seen_through

FAST = RegistrationSettings(spacing_mm=4.0, samples=8000)


def turned_by(found: sitk.Transform, true: sitk.Euler3DTransform, points: np.ndarray) -> float:
    """Angle (degrees) between the rotations of two rigid transforms, from what they do to directions."""
    middle = points.mean(axis=0)
    corners = [middle, *(middle + axis for axis in np.eye(3))]
    places = [np.array([t.TransformPoint(corner.tolist()) for corner in corners]) for t in (found, true)]
    axes = [place[1:] - place[0] for place in places]
    return float(np.rad2deg(np.arccos(np.clip((np.trace(axes[0].T @ axes[1]) - 1) / 2, -1, 1))))


@pytest.mark.parametrize(
    ("degrees", "shift", "keep"),
    [((11.0, 3.0, -6.0), (25.0, -60.0, 900.0), None), ((-9.0, -4.0, 2.0), (-30.0, 20.0, -45.0), 150.0)],
    ids=["another table, noise", "a cropped field"],
)
def test_a_known_transform_is_recovered(degrees: tuple, shift: tuple, keep: float | None) -> None:
    """Within 1 mm everywhere in the common body, and half a degree."""
    planning = head_ct()
    true = rigid(planning, degrees, shift)
    fixed = seen_through(planning, true, (3.5, 3.5, 3.3), noise=20)
    moving = planning if keep is None else lower_end(planning, keep)
    points = np.array([true.GetInverse().TransformPoint(p) for p in body_points(moving).tolist()])
    found = register_ct(fixed, moving, FAST)
    assert miss_mm(found.transform, true, points).max() < 1.0
    assert turned_by(found.transform, true, points) < 0.5
    assert (found.verdict, found.reasons, found.source) == ("usable", (), "computed")
    assert found.after.ncc > 0.85
    assert not found.before.ncc > 0.6
    assert not found.before.mutual_information > found.after.mutual_information
    assert found.after.bone_distance_mm < 1.5
    assert found.after == found.rigid
    assert found.jacobian is None


def test_the_same_input_gives_the_same_transform() -> None:
    planning = lower_end(head_ct(), 130)
    fixed = seen_through(planning, rigid(planning, (4.0, 2.0, 1.0), (9.0, 5.0, 30.0)), (4.0, 4.0, 4.0))
    settings = RegistrationSettings(spacing_mm=5.0, samples=3000)
    one, other = register_ct(fixed, planning, settings), register_ct(fixed, planning, settings)
    assert one.transform.GetParameters() == other.transform.GetParameters()
    assert one.to_dict() == other.to_dict()


@pytest.fixture(scope="module")
def deformed() -> tuple[sitk.Transform, np.ndarray, RegisteredCt]:
    """A smooth deformation of up to 14 mm: what it truly is, and what a deformable registration finds."""
    planning = head_ct()
    true = sitk.BSplineTransform(3, 3)
    box = Box.of_grid(planning.grid)
    true.SetTransformDomainOrigin(box.lower)
    true.SetTransformDomainPhysicalDimensions(box.size_mm)
    true.SetTransformDomainMeshSize((3, 3, 2))
    true.SetParameters(np.random.default_rng(2).uniform(-14, 14, len(true.GetParameters())).tolist())
    fixed = on_grid(planning, true, planning.grid)
    settings = RegistrationSettings(spacing_mm=5.0, samples=8000, deformable=True, mesh_mm=60)
    return true, body_points(fixed, 200), register_ct(fixed, planning, settings)


def test_a_smooth_deformation_is_recovered_better_than_rigidly(deformed: tuple) -> None:
    true, points, found = deformed
    rigid_part = found.transform.GetNthTransform(0)
    by_rigid, by_all = miss_mm(rigid_part, true, points), miss_mm(found.transform, true, points)
    assert by_all.mean() < 0.6 * by_rigid.mean()
    assert by_all.mean() < 1.2
    assert found.after.ncc > found.rigid.ncc
    assert found.after.bone_distance_mm < found.rigid.bone_distance_mm


def test_the_range_of_the_determinant_is_that_of_the_known_deformation(deformed: tuple) -> None:
    true, _, found = deformed
    fixed = on_grid(head_ct(), true, head_ct().grid)
    known = jacobian(true, fixed.grid, fixed.array > -200)
    assert found.jacobian.least == pytest.approx(known.least, abs=0.1)
    assert found.jacobian.greatest == pytest.approx(known.greatest, abs=0.1)
    assert found.jacobian.folded == 0
    assert found.verdict == "usable", found.reasons


def blank(ct: Volume) -> Volume:
    return ct.with_array(np.full(ct.array.shape, -1000, np.float32))


def pelvis() -> Volume:
    """A bony ring in a wide body: another part than a head."""
    ct = head_ct()
    z, y, x = np.meshgrid(*(np.arange(n) for n in ct.array.shape), indexing="ij")
    x, y, _ = np.moveaxis(ct.grid.to_world(np.stack([x, y, z], -1)) - ct.grid.centre, -1, 0)
    radius = np.hypot(x / 170, y / 110)
    hu = np.where(radius < 1, 30.0, -1000.0)
    hu[(radius > 0.6) & (radius < 0.75) & (np.abs(x) > 60)] = 700
    return ct.with_array(hu.astype(np.float32))


@pytest.mark.parametrize("case", ["blank", "both blank", "another part", "another patient", "in the wrong unit"])
def test_what_does_not_match_is_doubtful(case: str) -> None:
    mine = head_ct()
    other = {
        "blank": blank(mine),
        "both blank": blank(mine),
        "another part": pelvis(),
        "another patient": head_ct(1),
        "in the wrong unit": mine.with_array((mine.array + 1024) * 1e-3 - 1000),
    }[case]
    fixed = blank(mine) if case == "both blank" else mine
    found = register_ct(fixed, other, RegistrationSettings(spacing_mm=5.0, samples=4000))
    assert found.verdict == "doubtful"
    assert found.reasons
    if case in {"blank", "both blank", "in the wrong unit"}:
        assert "body" in found.reasons[0]
        np.testing.assert_allclose(found.transform.TransformPoint((1.0, 2, 3)), (1, 2, 3))


def test_a_given_transform_is_measured_and_judged() -> None:
    planning = lower_end(head_ct(), 160)
    true = rigid(planning, (6.0, 0.0, 3.0), (15.0, -20.0, 300.0))
    fixed = seen_through(planning, true, (3.5, 3.5, 3.5))
    good = assess_registration(fixed, planning, true, 4.0)
    assert (good.verdict, good.source) == ("usable", "given")
    assert good.jacobian is not None
    assert good.jacobian.least == pytest.approx(1, abs=1e-3)
    inverted = assess_registration(fixed, planning, true.GetInverse(), 4.0)
    assert inverted.verdict == "doubtful"
    aside = sitk.CompositeTransform([true, sitk.TranslationTransform(3, (0.0, 9.0, 0.0))])
    assert any("mm apart" in reason for reason in assess_registration(fixed, planning, aside, 4.0).reasons)
    assert assess_registration(blank(fixed), planning, true, 4.0).verdict == "doubtful"


def test_a_real_planning_ct_is_recovered() -> None:
    root = os.environ.get("HYOID_TEST_DATA")
    if root is None:
        pytest.skip("HYOID_TEST_DATA is not set: the real planning CT is not there")
    planning = read_volume(Path(root) / "openkbp-dose" / "pt_1__CTPlanning.nii.gz")
    true = rigid(planning, (8.0, 2.0, -5.0), (30.0, -40.0, 500.0))
    fixed = seen_through(planning, true, (2.8, 2.8, 3.27), noise=25)
    found = register_ct(fixed, planning, RegistrationSettings(spacing_mm=4.0, samples=8000))
    points = np.array([true.GetInverse().TransformPoint(p) for p in body_points(planning).tolist()])
    assert found.verdict == "usable"
    assert miss_mm(found.transform, true, points).max() < 1.0
