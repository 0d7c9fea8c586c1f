import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring import region_grow


def speckled(seed: int) -> Volume:
    values = ndimage.gaussian_filter(np.random.default_rng(seed).random((7, 8, 9)), 0.8)
    return Volume(values.astype(np.float32), Grid((9, 8, 7), (1, 2, 3)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.005, 0.2), st.sampled_from([6, 26]), st.data())
def test_equals_connected_threshold_of_itk(seed: int, tolerance: float, connectivity: int, data: st.DataObject) -> None:
    image = speckled(seed)
    at = tuple(data.draw(st.integers(0, n - 1)) for n in image.grid.size)
    grown = region_grow(image, at, tolerance, connectivity=connectivity).mask.array  # type: ignore[arg-type]
    value = float(image.array[at[::-1]])
    connected = sitk.ConnectedThreshold(
        sitk.GetImageFromArray(image.array.astype(np.float64)),
        [at],
        value - tolerance,
        value + tolerance,
        1,
        sitk.ConnectedThresholdImageFilter.FaceConnectivity
        if connectivity == 6
        else sitk.ConnectedThresholdImageFilter.FullConnectivity,
    )
    np.testing.assert_array_equal(grown, sitk.GetArrayFromImage(connected))


def test_any_voxel_of_a_plateau_gives_the_same_and_a_wider_tolerance_more() -> None:
    image = speckled(3)
    one = region_grow(image, (4, 4, 3), 0.05).mask.array
    two = region_grow(image, (4, 4, 3), 0.1).mask.array
    assert not (one & ~two).any()
    steps = Volume(np.rint(image.array * 6), image.grid)
    plateau = region_grow(steps, (4, 4, 3), 0.0).mask.array
    for z, y, x in np.argwhere(plateau):
        np.testing.assert_array_equal(region_grow(steps, (x, y, z), 0.0).mask.array, plateau)


def test_refusals() -> None:
    image = speckled(1)
    with pytest.raises(ImageError, match="a tolerance of -1"):
        region_grow(image, (1, 1, 1), -1.0)
    with pytest.raises(ImageError, match="a voxel within the box"):
        region_grow(image, (1, 1, 1), 0.1, Block((2, 2, 2), (3, 3, 3)))
    with pytest.raises(ImageError, match="a voxel within the box"):
        region_grow(image, (9, 1, 1), 0.1)


@pytest.mark.parametrize("shape", [(150, 20, 24), (20, 24, 150)])
def test_a_long_region_is_followed_to_its_end(shape: tuple[int, int, int]) -> None:
    """A winding tube that leaves the first voxels read, and the second."""
    rng = np.random.default_rng(0)
    values = np.zeros(shape)
    for i in range(max(shape) - 9):
        at = (i, 10, 8 + round(4 * np.sin(i / 9))) if shape[0] > 100 else (10, 8 + round(4 * np.sin(i / 9)), i)
        values[tuple(slice(a - 1, a + 2) if a else slice(0, 2) for a in at)] = 5.0
    values += rng.uniform(-0.1, 0.1, shape)
    z, y, x = shape
    image = Volume(values, Grid((x, y, z), (1, 1, 1)))
    seed = (8, 10, 0) if shape[0] > 100 else (0, 8, 10)
    z0, y0, x0 = (int(v) for v in np.argwhere(values > 4)[-1])
    other_end = (x0, y0, z0) if shape[0] > 100 else (x - 11, 9, 10)
    for start in (seed, other_end):
        np.testing.assert_array_equal(region_grow(image, start, 1.0).mask.array, (values > 4).astype(np.uint8))
    far = values.copy()
    far[-1, -1, -1] = np.nan  # read only if the whole image is
    assert region_grow(image.with_array(far), seed, 0.0).mask.array.sum() == 1


def test_a_flat_image_grows_to_its_ends_and_says_so() -> None:
    image = Volume(np.full((4, 5, 6), 2.0), Grid((6, 5, 4), (1, 1, 1)))
    contour = region_grow(image, (1, 1, 1), 0.0)
    assert contour.mask.array.all()
    assert "6 of the image's 6 sides" in contour.notes[0]
    assert not any("box" in note for note in contour.notes)
