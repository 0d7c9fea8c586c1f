import gzip
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_grid, read_volume, write_volume
from hyoid.imaging.itk import from_sitk, to_sitk
from hyoid.imaging.nifti import count_not_finite

OBLIQUE = Grid((4, 5, 6), (0.9765625, 1.5, 3.27), (-250.3, 12.1, -360.18), (0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, -1))


def _volume(dtype: type = np.int16) -> Volume:
    return Volume(np.arange(120).reshape(6, 5, 4).astype(dtype), OBLIQUE)


def test_conversion_keeps_every_number() -> None:
    back = from_sitk(to_sitk(_volume()))
    assert back.grid == OBLIQUE
    np.testing.assert_array_equal(back.array, _volume().array)


@pytest.mark.parametrize("suffix", [".nii.gz", ".nii", ".mha", ".nrrd"])
def test_round_trip_through_a_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"image{suffix}"
    write_volume(path, _volume())
    volume = read_volume(path)
    np.testing.assert_array_equal(volume.array, _volume().array)
    assert volume.grid.same_as(OBLIQUE)
    assert read_grid(path) == volume.grid
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64, bool])
@pytest.mark.parametrize("size", [(4, 5, 6), (1, 1, 1), (7, 1, 3), (300, 200, 40)])
def test_gzip_holds_the_bytes_that_itk_writes(tmp_path: Path, kind: type, size: tuple[int, int, int]) -> None:
    """Unpacked by zlib, which knows nothing of how it was packed; and the same image is the same file."""
    grid = Grid(size, OBLIQUE.spacing, OBLIQUE.origin, OBLIQUE.direction)
    values: np.ndarray = np.random.default_rng(0).normal(0, 50, (*size[::-1], 2)).astype(kind)[..., 0]  # not contiguous
    for name in ("one.nii.gz", "two.nii.gz"):
        write_volume(tmp_path / name, Volume(values, grid))
    sitk.WriteImage(to_sitk(Volume(values, grid)), str(tmp_path / "plain.nii"))
    packed = (tmp_path / "one.nii.gz").read_bytes()
    assert gzip.decompress(packed) == (tmp_path / "plain.nii").read_bytes()
    assert packed == (tmp_path / "two.nii.gz").read_bytes()
    back = sitk.ReadImage(str(tmp_path / "one.nii.gz"))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(back), values)


def test_truncated_gzip_is_an_error_with_the_path(tmp_path: Path) -> None:
    path = tmp_path / "image.nii.gz"
    big = Volume(np.random.default_rng(0).integers(0, 999, (40, 40, 40)).astype(np.int16), Grid((40,) * 3, (1,) * 3))
    write_volume(path, big)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(ImageError, match=r"image\.nii\.gz"):
        read_volume(path)


def test_gzip_of_several_members_is_complete(tmp_path: Path) -> None:
    write_volume(tmp_path / "image.nii", _volume())
    content = (tmp_path / "image.nii").read_bytes()
    path = tmp_path / "members.nii.gz"
    path.write_bytes(gzip.compress(content[:400]) + gzip.compress(content[400:]))
    np.testing.assert_array_equal(read_volume(path).array, _volume().array)


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no file at"):
        read_volume(tmp_path / "none.nii.gz")
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    with pytest.raises(ImageError, match="ending in one of"):
        read_volume(text)
    fake = tmp_path / "fake.nii.gz"
    fake.write_bytes(gzip.compress(b"not an image"))
    with pytest.raises(ImageError, match="Could not read"):
        read_grid(fake)


def test_time_series_is_refused(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.Image([3, 3, 3, 2], sitk.sitkInt16), str(tmp_path / "series.nii.gz"))
    with pytest.raises(ImageError, match="4 dimensions"):
        read_volume(tmp_path / "series.nii.gz")


def test_nan_is_refused(tmp_path: Path) -> None:
    array = np.ones((3, 3, 3), np.float32)
    array[0, 0, 0] = np.nan
    for name in ("pet.mha", "pet.nii.gz", "pet.nii"):
        write_volume(tmp_path / name, Volume(array, Grid((3, 3, 3), (1, 1, 1))))
    with pytest.raises(ImageError, match="1 NaN"):
        read_volume(tmp_path / "pet.mha")
    assert count_not_finite(tmp_path / "pet.nii.gz") == count_not_finite(tmp_path / "pet.nii") == 1
