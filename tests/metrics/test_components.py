import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.imaging import Connectivity
from hyoid.metrics import Component, components_of_label, mask_of_component, shared_voxels
from oracles.segmentation import flood_components


def test_a_worked_map() -> None:
    labels = np.zeros((3, 4, 6), np.uint8)
    labels[0, 1:3, 0:2] = 2
    labels[1:3, 3, 5] = 2
    labels[0, 1:3, 2] = 1  # touches the first node and is no part of it
    found = components_of_label(labels, 2, voxel_volume_mm3=500.0)
    assert found.components == (
        Component(2, 4, 2.0, (0, 1, 0), (1, 3, 2), (0, 1, 0)),
        Component(2, 2, 1.0, (1, 3, 5), (3, 4, 6), (1, 3, 5)),
    )
    assert found.voxels.tolist() == [4, 2]
    moved = components_of_label(labels[1:], 2, 500.0, offset=(1, 0, 0))
    assert moved.components == found.components[1:]
    assert components_of_label(labels[:0], 2, 500.0).components == ()


def test_the_first_voxel_need_not_be_a_corner_of_the_box() -> None:
    labels = np.zeros((2, 3, 3), np.uint8)
    labels[0, 0, 2] = labels[0, 1, 1] = labels[0, 2, 0] = 1
    (component,) = components_of_label(labels, 1, 1.0).components
    assert (component.start, component.stop, component.first_voxel) == ((0, 0, 0), (1, 3, 3), (0, 0, 2))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), connectivity=st.sampled_from([6, 18, 26]), density=st.sampled_from([0.1, 0.3]))
def test_random_maps_equal_flood_fill(seed: int, connectivity: Connectivity, density: float) -> None:
    rng = np.random.default_rng(seed)
    one, two = (rng.choice([0, 1, 2], (4, 5, 6), p=(1 - 2 * density, density, density)).astype(np.uint8) for _ in "ab")
    shared = {6: 1, 18: 2, 26: 3}[connectivity]
    first, second = components_of_label(one, 1, 1.0, connectivity), components_of_label(two, 2, 1.0, connectivity)
    floods = [flood_components(labels == label, shared) for labels, label in ((one, 1), (two, 2))]
    sets = [
        [{tuple(i) for i in np.argwhere(mask_of_component(labels, c, connectivity)).tolist()} for c in found.components]
        for labels, found in ((one, first), (two, second))
    ]
    for own, flood, found in zip(sets, floods, (first, second), strict=True):
        assert sorted(map(sorted, own)) == sorted(map(sorted, flood))
        assert [min(voxels) for voxels in own] == [c.first_voxel for c in found.components]
        assert [len(voxels) for voxels in own] == found.voxels.tolist()
        assert [tuple(np.max(list(voxels), axis=0) + 1) for voxels in own] == [c.stop for c in found.components]
    assert shared_voxels(first, second).tolist() == [[len(a & b) for b in sets[1]] for a in sets[0]]


@pytest.mark.parametrize(("connectivity", "components"), [(26, 1), (18, 2), (6, 2)])
def test_connectivity(connectivity: Connectivity, components: int) -> None:
    labels = np.zeros((2, 2, 2), np.uint8)
    labels[0, 0, 0] = labels[1, 1, 1] = 2
    assert len(components_of_label(labels, 2, 1.0, connectivity).components) == components
