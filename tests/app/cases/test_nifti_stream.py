"""The NIfTI that is made on the way, read back by ITK."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hyoid.app.cases import nifti_stream
from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.nifti_stream import length_of, nifti_chunks
from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_grid, read_volume


def volume(kind: type, direction: tuple[float, ...] = (1, 0, 0, 0, 1, 0, 0, 0, 1)) -> Volume:
    grid = Grid((4, 3, 5), (0.977, 1.5, 3.27), (-249.5, 12.25, -870.125), direction)
    return Volume(np.random.default_rng(1).integers(0, 200, grid.shape).astype(kind), grid)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
def test_itk_reads_the_same_image(tmp_path: Path, kind: type) -> None:
    given = volume(kind)
    path = tmp_path / "a.nii"
    path.write_bytes(b"".join(nifti_chunks(given)))
    assert path.stat().st_size == length_of(given)
    found = read_volume(path)
    assert found.array.dtype == kind
    np.testing.assert_array_equal(found.array, given.array)
    assert found.grid.same_as(given.grid, 1e-3)


@given(st.tuples(*[st.floats(-180, 180)] * 3), st.booleans())
def test_itk_finds_every_voxel_where_it_was(degrees: tuple[float, float, float], mirrored: bool) -> None:
    matrix = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix() * [1, 1, -1 if mirrored else 1]
    given = volume(np.uint8, tuple(matrix.ravel()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.nii"
        path.write_bytes(b"".join(nifti_chunks(given)))
        assert read_grid(path).same_as(given.grid, 1e-3)


def test_a_view_is_written_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    given = volume(np.int16)
    moved = Canonical.of(given.grid).volume(given)
    whole = b"".join(nifti_chunks(moved))
    monkeypatch.setattr(nifti_stream, "CHUNK_BYTES", 1)
    pieces = list(nifti_chunks(moved))
    assert b"".join(pieces) == whole
    assert len(pieces) == 1 + len(moved.array)
    assert whole[352:] == np.ascontiguousarray(moved.array).tobytes()


def test_other_voxels_are_refused() -> None:
    with pytest.raises(ImageError, match="float64"):
        list(nifti_chunks(volume(np.float64)))
