import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from hyoid.cohort.check.header import orthonormal_error, read_orientation
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

OBLIQUE = Grid((4, 5, 6), (0.9765625, 1.5, 3.27), (-250.3, 12.1, -360.18), (0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, -1))
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_both_orientations_are_the_grid(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_volume(path, Volume(np.zeros(OBLIQUE.shape, np.int16), OBLIQUE))
    orientation = read_orientation(path)
    assert orientation is not None
    for affine in (orientation.sform, orientation.qform):
        np.testing.assert_allclose(affine, LPS_TO_RAS @ OBLIQUE.affine, atol=1e-4)
        assert affine is not None
        assert orthonormal_error(affine) < 1e-6
    assert orientation.disagreement_mm() < 1e-3
    assert orientation.size == OBLIQUE.size


def test_big_endian_header(tmp_path: Path) -> None:
    path = tmp_path / "a.nii"
    header = bytearray(352)
    struct.pack_into(">i", header, 0, 348)
    struct.pack_into(">8h", header, 40, 3, 2, 3, 4, 1, 1, 1, 1)
    struct.pack_into(">2h", header, 252, 0, 1)
    struct.pack_into(">12f", header, 280, 2, 0, 0, -1, 0, 2, 0, -2, 0, 0, 2, -3)
    path.write_bytes(header)
    orientation = read_orientation(path)
    assert orientation is not None
    assert orientation.qform is None
    np.testing.assert_array_equal(orientation.sform[:3, 3], (-1, -2, -3))  # type: ignore[index]
    assert orientation.disagreement_mm() == 0


def test_headers_of_other_files(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.Image([2, 2, 2], sitk.sitkInt16), str(tmp_path / "a.mha"))
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(b"x" * 400))
    (tmp_path / "c.nii.gz").write_bytes(b"no gzip")
    assert [read_orientation(tmp_path / name) for name in ("a.mha", "b.nii.gz", "c.nii.gz")] == [None] * 3


def test_error_of_a_shear_and_of_a_null_axis() -> None:
    shear = np.eye(4)
    shear[0, 1] = 0.1
    assert orthonormal_error(shear) == pytest.approx(0.1 / np.hypot(1, 0.1), rel=0.02)
    assert orthonormal_error(np.diag([1.0, 0.0, 1.0, 1.0])) == np.inf
