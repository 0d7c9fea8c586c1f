import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.geometry import Grid, Volume
from hyoid.imaging import resample
from hyoid.imaging.itk import to_sitk
from imaging.worlds import DIRECTIONS, SEEDS, grid_around

ITK = {"linear": sitk.sitkLinear, "bspline": sitk.sitkBSpline, "nearest": sitk.sitkNearestNeighbor}


def whole_image(volume: Volume, grid: Grid, kind: str, outside: float) -> np.ndarray:
    """ITK's own resampling of the uncropped source."""
    image = sitk.Resample(
        to_sitk(volume), grid.size, sitk.Transform(), ITK[kind], grid.origin, grid.spacing, grid.direction,
        outside, sitk.sitkFloat32,
    )  # fmt: skip
    return sitk.GetArrayFromImage(image)


@settings(max_examples=60, deadline=None)
@given(SEEDS, DIRECTIONS, DIRECTIONS, st.sampled_from(["linear", "bspline", "nearest"]))
def test_equals_resampling_of_the_whole_image(seed: int, of_source: str, of_target: str, kind: str) -> None:
    rng = np.random.default_rng(seed)
    spacing = tuple(rng.uniform(0.5, 5, 3))
    # Of fewer than four slices ITK's spline reads beyond its coefficients; here they are linear.
    source = grid_around(rng, rng.normal(0, 50, 3), rng.integers(4, 60, 3) * spacing, spacing, of_source)
    step = tuple(rng.uniform(0.5, 4, 3))
    centre = source.centre + rng.uniform(-0.6, 0.6, 3) * source.extent_mm
    target = grid_around(rng, centre, rng.integers(2, 25, 3) * step, step, of_target)
    dtype = rng.choice([np.int16, np.float32, np.uint8, np.float16])
    volume = Volume(rng.integers(0, 100, source.shape).astype(dtype), source)
    expected = whole_image(volume.with_array(volume.array.astype(np.float32)), target, kind, -7.0)
    found = resample(volume, target, kind, outside=-7.0)  # type: ignore[arg-type]
    assert found.grid == target
    assert found.array.dtype == np.float32
    np.testing.assert_allclose(found.array, expected, atol=2e-3)


@pytest.mark.parametrize("kind", ["linear", "bspline"])
def test_linear_field_is_reproduced(kind: str) -> None:
    source = Grid((40, 41, 42), (1.1, 2.0, 3.0), (5, -7, 9))
    z, y, x = np.meshgrid(*(np.arange(n) for n in source.shape), indexing="ij")
    x, y, z = np.moveaxis(source.to_world(np.stack([x, y, z], -1)), -1, 0)
    target = Grid((5, 5, 5), (1, 1, 1), (25, 30, 70))
    found = resample(Volume((2 * x - y + 0.5 * z).astype(np.float32), source), target, kind)  # type: ignore[arg-type]
    index = np.stack(np.meshgrid(*(np.arange(5),) * 3, indexing="ij")[::-1], -1)
    np.testing.assert_allclose(found.array, target.to_world(index) @ [2, -1, 0.5], atol=1e-2)


@pytest.mark.parametrize("kind", ["linear", "bspline"])
def test_padding_below_the_lower_bound_does_not_ring(kind: str) -> None:
    source = Grid((30, 30, 30), (1, 1, 1))
    padded = np.full(source.shape, -3024, np.int16)
    padded[:, :, 15:] = 0
    target = Grid((20, 20, 20), (1, 1, 1), (5.5, 5.5, 5.5))
    bounded = resample(Volume(padded, source), target, kind, -1024, lower=-1024).array  # type: ignore[arg-type]
    air = resample(Volume(np.maximum(padded, -1024), source), target, kind, -1024).array  # type: ignore[arg-type]
    np.testing.assert_allclose(bounded, np.maximum(air, -1024), atol=1e-2)
    assert bounded.min() >= -1024
    assert padded.min() == -3024


def test_grids_apart_give_the_outside_value() -> None:
    volume = Volume(np.ones((4, 4, 4), np.float32), Grid((4, 4, 4), (1, 1, 1)))
    assert (resample(volume, Grid((3, 3, 3), (1, 1, 1), (900, 0, 0)), "bspline", -1024).array == -1024).all()


def test_single_slice_can_be_resampled() -> None:
    volume = Volume(np.arange(16, dtype=np.float32).reshape(1, 4, 4), Grid((4, 4, 1), (1, 1, 5)))
    found = resample(volume, Grid((4, 4, 3), (1, 1, 2), (0, 0, -2)), "bspline", -1.0)
    for plane in found.array:
        np.testing.assert_allclose(plane, volume.array[0], atol=1e-4)
