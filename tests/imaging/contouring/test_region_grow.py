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
