import numpy as np
from scipy import ndimage

from hyoid.geometry import Grid, Volume
from hyoid.imaging.spline import interpolate_spline, parallel_axes


def test_parallel_axes_see_permutation_and_reversal() -> None:
    source = Grid((4, 5, 6), (1, 1, 1), (0, 0, 0), (0, 0, -1, 1, 0, 0, 0, -1, 0))
    assert parallel_axes(source, source) == (0, 1, 2)
    # World x is minus the source's index z, world y its x, world z minus its y.
    assert parallel_axes(source, Grid((9, 9, 9), (2, 2, 2))) == (2, 0, 1)


def test_oblique_grids_are_not_parallel() -> None:
    angle = 1e-4
    tilted = (np.cos(angle), -np.sin(angle), 0, np.sin(angle), np.cos(angle), 0, 0, 0, 1)
    assert parallel_axes(Grid((4, 4, 4), (1, 1, 1)), Grid((4, 4, 4), (1, 1, 1), (0, 0, 0), tilted)) is None


def test_equals_scipy_at_random_places_and_passes_through_the_samples() -> None:
    rng = np.random.default_rng(3)
    source = Volume(rng.normal(size=(9, 8, 7)).astype(np.float32), Grid((7, 8, 9), (1, 2, 3)))
    target = Grid((11, 6, 5), (0.6, 1.7, 2.1), (0.3, 1.1, 4.2))
    index = np.stack(np.meshgrid(*(np.arange(n) for n in target.shape), indexing="ij")[::-1], -1)
    place = np.moveaxis(source.grid.to_index(target.to_world(index)), -1, 0)[::-1]
    expected = ndimage.map_coordinates(source.array.astype(float), place, order=3, mode="mirror")
    np.testing.assert_allclose(interpolate_spline(source, target, (0, 1, 2), 0.0), expected, atol=1e-5)
    same = interpolate_spline(source, source.grid, (0, 1, 2), 0.0)
    np.testing.assert_allclose(same, source.array, atol=1e-5)


def test_two_slices_and_one() -> None:
    for count in (1, 2):
        source = Volume(np.ones((count, 3, 3), np.float32), Grid((3, 3, count), (1, 1, 4)))
        target = Grid((3, 3, 8), (1, 1, 1), (0, 0, -1.5))
        found = interpolate_spline(source, target, (0, 1, 2), -5.0)[:, 1, 1]
        z = np.arange(8) - 1.5
        np.testing.assert_allclose(found, np.where((z >= -2) & (z < 4 * count - 2), 1.0, -5.0), atol=1e-6)
