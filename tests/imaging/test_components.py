import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.imaging import fill_holes, label_components, largest_component, remove_small_components


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.5))
def test_equals_itk(seed: int, density: float) -> None:
    mask = np.random.default_rng(seed).random((7, 8, 9)) < density
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    for connectivity, fully in ((6, False), (26, True)):
        found, count = label_components(mask, connectivity)  # type: ignore[arg-type]
        expected = sitk.GetArrayFromImage(sitk.ConnectedComponent(image, fully))
        assert count == expected.max()
        assert len({*zip(found.ravel(), expected.ravel(), strict=True)}) == count + (1 if (~mask).any() else 0)


def test_connectivity_of_edge_and_corner() -> None:
    edge, corner = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    edge[0, 0, 0] = edge[0, 1, 1] = corner[0, 0, 0] = corner[1, 1, 1] = 1
    assert [label_components(edge, c)[1] for c in (6, 18, 26)] == [2, 1, 1]
    assert [label_components(corner, c)[1] for c in (6, 18, 26)] == [2, 2, 1]
    with pytest.raises(KeyError):
        label_components(edge, 8)  # type: ignore[arg-type]


def test_nothing_has_no_components() -> None:
    found, count = label_components(np.zeros((0, 3, 4)))
    assert (found.shape, count) == ((0, 3, 4), 0)


def test_small_components_go_label_by_label() -> None:
    labels = np.zeros((1, 4, 12), np.uint8)
    labels[0, :2, :5] = 1  # 10 voxels
    labels[0, 2, 0] = 2  # touches the first, but is another label
    labels[0, 0, 8:11] = 2  # 3 voxels
    kept = remove_small_components(labels, voxel_volume_mm3=100.0, minimum_ml=0.3)
    assert np.count_nonzero(kept == 1) == 10
    assert np.count_nonzero(kept == 2) == 3
    assert kept[0, 2, 0] == 0
    assert labels[0, 2, 0] == 2
    assert not remove_small_components(labels, 100.0, 1.1).any()
    assert set(np.unique(remove_small_components(labels, 100.0, 1.1, only=[1]))) == {0, 2}


def test_largest_component() -> None:
    mask = np.zeros((1, 1, 10), bool)
    mask[..., 0:3] = mask[..., 5:9] = True
    np.testing.assert_array_equal(np.flatnonzero(largest_component(mask)), [5, 6, 7, 8])
    assert not largest_component(np.zeros((2, 2, 2))).any()


@given(st.integers(0, 10_000), st.floats(0.3, 0.9), st.sampled_from([(9, 8), (5, 6, 7), (1, 4, 5)]))
@settings(max_examples=60, deadline=None)
def test_fill_holes_equals_scipy(seed: int, density: float, shape: tuple[int, ...]) -> None:
    mask = np.random.default_rng(seed).random(shape) < density
    np.testing.assert_array_equal(fill_holes(mask), ndimage.binary_fill_holes(mask))
