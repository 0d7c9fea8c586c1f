import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.imaging.editing import fill_holes, remove_small
from support.label_maps import on_grid, random_labels


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([None, 1, 2]), st.floats(0, 0.1))
def test_small_components_by_scipy(seed: int, label: int | None, minimum: float) -> None:
    labels = random_labels(seed)
    voxel_ml = np.prod(labels.grid.spacing) / 1000
    expected, removed = labels.array.copy(), {1: 0, 2: 0}
    for value in (1, 2) if label is None else (label,):
        numbered, count = ndimage.label(labels.array == value, np.ones((3, 3, 3)))
        for k in range(1, count + 1):
            if (numbered == k).sum() * voxel_ml < minimum:
                expected[numbered == k] = 0
                removed[value] += 1
    edited = remove_small(labels, minimum, label)
    np.testing.assert_array_equal(edited.labels.array, expected)
    for value, name in ((1, "GTVp"), (2, "GTVn")):
        told = [note for note in edited.notes if note.startswith(f"{removed[value]} of the components of {name}")]
        assert len(told) == bool(removed[value])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["3d", "x", "y", "z"]))
def test_holes_by_scipy(seed: int, across: str) -> None:
    labels = random_labels(seed, share=0.6)
    expected = labels.array.copy()
    for value in (1, 2):
        mask = expected == value
        if across == "3d":
            filled = ndimage.binary_fill_holes(mask)
        else:
            at = "zyx".index(across)
            planes = [ndimage.binary_fill_holes(plane) for plane in np.moveaxis(mask, at, 0)]
            filled = np.moveaxis(np.stack(planes), 0, at)
        expected[filled & (expected == 0)] = value
    np.testing.assert_array_equal(fill_holes(labels, across=across).labels.array, expected)  # type: ignore[arg-type]


def test_another_label_in_a_hole_stays() -> None:
    array = np.zeros((5, 5, 5), np.uint8)
    array[1:4, 1:4, 1:4] = 1
    array[2, 2, 2] = 2
    assert fill_holes(on_grid(array)).labels.array[2, 2, 2] == 2
    array[2, 2, 2] = 0
    edited = fill_holes(on_grid(array, (10, 10, 10)), 1)
    assert edited.labels.array[2, 2, 2] == 1
    assert edited.notes == ("GTVp grew by 1.00 mL.",)


def test_a_tunnel_is_a_hole_of_slices_only() -> None:
    array = np.zeros((5, 5, 5), np.uint8)
    array[:, 1:4, 1:4] = 1
    array[:, 2, 2] = 0
    assert fill_holes(on_grid(array)).labels.array.sum() == 40
    assert fill_holes(on_grid(array), across="z").labels.array.sum() == 45
    assert fill_holes(on_grid(array), across="x").labels.array.sum() == pytest.approx(40)
