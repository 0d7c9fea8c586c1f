"""Registration objects by points of known coordinates, worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian
from scipy.spatial.transform import Rotation

from hyoid.dicom.registration import read_registration, registration_frames
from hyoid.errors import DicomError
from support.dicom_dose import file_bytes, reread, rtdose
from support.dicom_registration import deformable_reg, reg

PET_CT, PLANNING, THIRD = "1.2.3.1", "1.2.3.2", "1.2.3.3"

QUARTER_TURN = np.array([[0, -1, 0, 100], [1, 0, 0, 20], [0, 0, 1, -5], [0, 0, 0, 1]], float)
"""Takes (10, 0, 0) to (100, 30, -5): x becomes y, then it is shifted."""


def homogeneous(turn: np.ndarray, shift: np.ndarray) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn, shift
    return matrix


def test_a_matrix_takes_points_of_the_source_to_the_registered_frame() -> None:
    source = reread(reg(PET_CT, {PLANNING: [("RIGID", QUARTER_TURN)]}))
    assert registration_frames(source) == (PET_CT, PLANNING)
    forward = read_registration(source, from_frame=PLANNING, to_frame=PET_CT)
    np.testing.assert_allclose(forward.TransformPoint((10, 0, 0)), (100, 30, -5), atol=1e-9)
    backward = read_registration(source, from_frame=PET_CT, to_frame=PLANNING)
    np.testing.assert_allclose(backward.TransformPoint((100, 30, -5)), (10, 0, 0), atol=1e-9)
    same = read_registration(source, PET_CT, PET_CT)
    np.testing.assert_allclose(same.TransformPoint((1, 2, 3)), (1, 2, 3))


def test_two_sources_meet_in_the_registered_frame() -> None:
    """THIRD lies 7 mm to the left of the registered frame; PLANNING is turned in it: by hand, through the middle."""
    shift = homogeneous(np.eye(3), np.array([7.0, 0, 0]))
    source = reg(
        PET_CT, {PET_CT: [("RIGID", np.eye(4))], PLANNING: [("RIGID", QUARTER_TURN)], THIRD: [("RIGID", shift)]}
    )
    found = read_registration(source, PLANNING, THIRD)
    np.testing.assert_allclose(found.TransformPoint((10, 0, 0)), (93, 30, -5), atol=1e-9)


def test_several_matrices_multiply_in_their_order() -> None:
    """M1 M2 x: the point is scaled by the second before the first turns and shifts it."""
    scale = np.diag([2.0, 1.5, 1, 1])
    source = reg(PET_CT, {PLANNING: [("RIGID", QUARTER_TURN), ("RIGID_SCALE", scale)]})
    found = read_registration(source, PLANNING, PET_CT).TransformPoint((1, 10, 100))
    np.testing.assert_allclose(found, (100 - 15, 20 + 2, -5 + 100), atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_there_and_back_is_the_same_point(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = Rotation.random(random_state=seed % 2**31).as_matrix()
    kind = str(rng.choice(["RIGID", "RIGID_SCALE", "AFFINE"]))
    if kind != "RIGID":
        turn = np.diag(rng.uniform(0.8, 1.2, 3)) @ turn
    if kind == "AFFINE":
        turn = turn @ (np.eye(3) + np.triu(rng.uniform(-0.2, 0.2, (3, 3)), 1))
    matrix = homogeneous(turn, rng.uniform(-500, 500, 3))
    source = reread(reg(PET_CT, {PLANNING: [(kind, matrix)]}))
    point = rng.uniform(-300, 300, 3)
    there = read_registration(source, PLANNING, PET_CT).TransformPoint(point.tolist())
    np.testing.assert_allclose(there, (matrix @ [*point, 1])[:3], atol=1e-4)
    back = read_registration(source, PET_CT, PLANNING).TransformPoint(there)
    np.testing.assert_allclose(back, point, atol=1e-4)


def smooth(shape: tuple[int, int, int], size: float = 6.0) -> np.ndarray:
    z, y, x = np.meshgrid(*(np.arange(n) / n for n in shape), indexing="ij")
    return size * np.stack([np.sin(3 * z) * np.cos(2 * x), np.cos(3 * y + x), np.sin(2 * x + 3 * z)], -1)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", ExplicitVRBigEndian])
def test_a_deformation_takes_points_of_the_registered_frame_to_the_source(syntax: str) -> None:
    """At node (i, j, k) = (1, 2, 0) of an oblique grid, the vector (1, 2, 3) is added after Pre, before Post."""
    vectors = np.zeros((2, 3, 2, 3), np.float32)
    vectors[0, 2, 1] = 1, 2, 3
    # rows along y, columns along z, so planes along x; nodes 10, 20 and 30 mm apart from (5, 6, 7):
    # node (1, 2, 0) lies at (5, 6 + 10, 7 + 40) = (5, 16, 47)
    before, after = homogeneous(np.diag([2.0, 1, 1]), np.array([1.0, 0, 0])), QUARTER_TURN
    source = reread(
        deformable_reg(
            PET_CT, PLANNING, vectors, origin=(5, 6, 7), spacing=(10, 20, 30), orientation=(0, 1, 0, 0, 0, 1),
            before=before, after=after, transfer_syntax=syntax,
        )
    )  # fmt: skip
    assert registration_frames(source) == (PET_CT, PLANNING)
    found = read_registration(source, PET_CT, PLANNING).TransformPoint((5, 16, 47))
    # Pre makes it (11, 16, 47), the vector (12, 18, 50), and Post turns and shifts that
    np.testing.assert_allclose(found, (82, 32, 45), atol=1e-5)
    halfway = read_registration(source, PET_CT, PLANNING).TransformPoint((5, 16, 37))
    np.testing.assert_allclose(halfway, (100 - 17, 20 + 11.5, 37 + 1.5 - 5), atol=1e-5)
    beyond = read_registration(source, PET_CT, PLANNING).TransformPoint((5, 16, 500))
    np.testing.assert_allclose(beyond, (100 - 16, 20 + 11, 495), atol=1e-5)


def test_a_deformation_is_inverted_for_the_other_direction() -> None:
    vectors = smooth((12, 14, 16))
    source = deformable_reg(PET_CT, PLANNING, vectors, spacing=(8, 8, 8), after=QUARTER_TURN)
    forward = read_registration(source, PET_CT, PLANNING)
    backward = read_registration(source, PLANNING, PET_CT)
    rng = np.random.default_rng(0)
    for point in rng.uniform(20, 70, (50, 3)).tolist():
        np.testing.assert_allclose(backward.TransformPoint(forward.TransformPoint(point)), point, atol=0.3)


def test_a_deformation_without_a_grid_is_its_matrices() -> None:
    source = deformable_reg(PET_CT, PLANNING, None, after=QUARTER_TURN)
    np.testing.assert_allclose(read_registration(source, PET_CT, PLANNING).TransformPoint((10, 0, 0)), (100, 30, -5))
    np.testing.assert_allclose(
        read_registration(source, PLANNING, PET_CT).TransformPoint((100, 30, -5)), (10, 0, 0), atol=1e-9
    )


def test_where_a_deformation_is_undefined_a_point_leaves_every_image() -> None:
    vectors = np.zeros((4, 4, 4, 3), np.float32)
    vectors[2, 2, 2] = np.nan
    source = deformable_reg(PET_CT, PLANNING, vectors)
    forward = read_registration(source, PET_CT, PLANNING)
    assert np.abs(forward.TransformPoint((2, 2, 2))).min() > 1e5
    np.testing.assert_allclose(forward.TransformPoint((0.5, 0.5, 0.5)), (0.5, 0.5, 0.5))
    with pytest.raises(DicomError, match="undefined in places"):
        read_registration(source, PLANNING, PET_CT)


def test_a_folding_deformation_has_no_inverse() -> None:
    vectors = np.zeros((10, 10, 10, 3), np.float32)
    vectors[..., 0] = -3 * np.abs(np.arange(10) - 5)
    with pytest.raises(DicomError, match="folds or tears"):
        read_registration(deformable_reg(PET_CT, PLANNING, vectors), PLANNING, PET_CT)


def rigid(matrix: np.ndarray, kind: str = "RIGID", **elements: Any) -> Dataset:
    return reg(PET_CT, {PLANNING: [(kind, matrix)]}, **elements)


SHEAR = homogeneous(np.eye(3) + 0.1 * np.eye(3, k=1), np.zeros(3))
ZERO = np.zeros((2, 2, 2, 3))

REFUSED: list[tuple[str, Dataset, str]] = [
    ("a dose", rtdose(np.ones((2, 2, 2), np.uint16)), "spatial registration"),
    ("another frame", reg(PET_CT, {THIRD: [("RIGID", np.eye(4))]}), "one that holds 1.2.3.2"),
    ("no registered frame", rigid(np.eye(4), FrameOfReferenceUID=None), "FrameOfReferenceUID"),
    ("no items", rigid(np.eye(4), RegistrationSequence=[]), "RegistrationSequence"),
    ("no matrix", reg(PET_CT, {PLANNING: []}), "MatrixSequence"),
    ("by columns", rigid(QUARTER_TURN.T), "stored by columns"),
    ("mirrored", rigid(np.diag([-1.0, 1, 1, 1])), "mirror"),
    ("singular", rigid(np.diag([0.0, 1, 1, 1]), "AFFINE"), "determinant"),
    ("rigid with a scale", rigid(np.diag([1.1, 1, 1, 1])), "type 'RIGID'"),
    ("scale with a shear", rigid(SHEAR, "RIGID_SCALE"), "RIGID_SCALE"),
    ("no type", rigid(np.eye(4), ""), "type ''"),
    ("15 bytes of vectors", deformable_reg(PET_CT, PLANNING, ZERO), "truncated"),
    ("a grid of one plane", deformable_reg(PET_CT, PLANNING, np.zeros((1, 2, 2, 3))), "vector grid"),
    ("no spacing", deformable_reg(PET_CT, PLANNING, ZERO, spacing=(0, 1, 1)), "vector grid"),
    ("sheared", deformable_reg(PET_CT, PLANNING, ZERO, orientation=(1, 0, 0, 1, 0, 0)), "perpendicular"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "said"), REFUSED, ids=[r[0] for r in REFUSED])
def test_damaged_registrations_are_refused_by_a_sentence(name: str, source: Dataset, said: str) -> None:
    if name == "15 bytes of vectors":
        source.DeformableRegistrationSequence[0].DeformableRegistrationGridSequence[0].VectorGridData = b"\0" * 15
    with pytest.raises(DicomError, match=said) as caught:
        read_registration(source, PET_CT, PLANNING)
    assert str(caught.value).startswith("Found ")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_damaged_bytes_give_a_transform_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sources = (rigid(QUARTER_TURN), deformable_reg(PET_CT, PLANNING, ZERO, after=QUARTER_TURN))
    stream = bytearray(file_bytes(sources[seed % 2]))
    if rng.random() < 0.3:
        stream = stream[: rng.integers(0, len(stream))]
    for _ in range(rng.integers(1, 6)):
        if stream:
            stream[rng.integers(0, len(stream))] = rng.integers(0, 256)
    path = tmp_path_factory.getbasetemp() / "fuzz.dcm"
    path.write_bytes(bytes(stream))
    try:
        found = read_registration(path, PET_CT, PLANNING)
    except DicomError:
        return
    assert len(found.TransformPoint((1.0, 2.0, 3.0))) == 3


def test_two_different_matrices_of_one_frame_are_refused() -> None:
    source = reg(PET_CT, {PLANNING: [("RIGID", np.eye(4))]})
    other = reg(PET_CT, {PLANNING: [("RIGID", QUARTER_TURN)]})
    source.RegistrationSequence.append(other.RegistrationSequence[0])
    with pytest.raises(DicomError, match="2 different matrices"):
        read_registration(source, PLANNING, PET_CT)
