import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.spatial.distance import cdist

from hyoid.errors import ImageError
from hyoid.imaging.editing import separate, touching, touching_voxels
from hyoid.imaging.editing.separation import From
from support.label_maps import on_grid, random_labels, voxel_places

SEEDS = st.integers(0, 2**32 - 1)
SOURCES: tuple[From, ...] = ("gtvn", "gtvp", "larger")


def touching_by_hand(array: np.ndarray) -> np.ndarray:
    padded = np.pad(array, 1)
    found = np.zeros(array.shape, bool)
    for z, y, x in np.argwhere(array > 0):
        cube = padded[z : z + 3, y : y + 3, x : x + 3]
        found[z, y, x] = (cube == 3 - array[z, y, x]).any()
    return found


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_touching_by_looking_at_all_neighbours(seed: int) -> None:
    array = random_labels(seed, share=0.25).array
    expected = touching_by_hand(array)
    np.testing.assert_array_equal(touching_voxels(array), expected)
    assert touching(array) == expected.any()


def test_a_shared_corner_is_touching_and_a_voxel_between_is_not() -> None:
    array = np.zeros((3, 3, 3), np.uint8)
    array[0, 0, 0], array[1, 1, 1] = 1, 2
    assert touching(array)
    array[1, 1, 1], array[2, 0, 0] = 0, 2
    assert not touching(array)
    assert not touching(np.zeros((0, 3, 3), np.uint8))


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 1.0, 2.0, 3.5]), st.sampled_from(SOURCES))
def test_afterwards_they_lie_apart_and_only_the_giver_lost(seed: int, gap: float, source: From) -> None:
    labels = random_labels(seed)
    before = labels.array
    after = separate(labels, gap, source).labels
    assert not touching(after.array)
    one, two = voxel_places(after, 1), voxel_places(after, 2)
    if len(one) and len(two) and gap:
        assert cdist(one, two).min() > gap
    if source != "larger":
        keeps = 1 if source == "gtvn" else 2
        np.testing.assert_array_equal(after.array == keeps, before == keeps)
        # and what was taken had to be: it is a neighbour of the other label, or within the gap of it
        gone = before != after.array
        places = np.array([labels.grid.to_world(at[::-1]) for at in np.argwhere(gone)]).reshape(-1, 3)
        kept = voxel_places(labels, keeps)
        for place, at in zip(places, np.argwhere(gone), strict=True):
            near = cdist([place], kept).min() <= gap * (1 + 1e-9)
            steps = np.abs(np.argwhere(before == keeps) - at).max(axis=1)
            assert near or (steps == 1).any()


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_the_larger_gives_in_each_group(seed: int) -> None:
    labels = random_labels(seed, share=0.15)
    before, after = labels.array, separate(labels, take_from="larger").labels.array
    # Groups of a gap of one voxel: what is connected when a voxel around is added.
    groups, count = ndimage.label(ndimage.binary_dilation(before > 0, np.ones((3, 3, 3))), np.ones((3, 3, 3)))
    touch = touching_by_hand(before)
    for k in range(1, count + 1):
        inside = groups == k
        voxels = [int((inside & (before == v)).sum()) for v in (1, 2)]
        giver = 2 if voxels[1] >= voxels[0] else 1
        expected = np.where(touch & (before == giver), 0, before)
        np.testing.assert_array_equal(after[inside], expected[inside])


def test_a_node_beside_a_primary() -> None:
    array = np.zeros((5, 10, 20), np.uint8)
    array[:, :, :12], array[:, :, 12:] = 1, 2  # 600 and 400 voxels
    labels = on_grid(array, (2.0, 2.0, 2.5))
    node = separate(labels)
    assert node.change_ml == {1: 0.0, 2: pytest.approx(-0.5)}
    assert node.notes == ("GTVn shrank by 0.50 mL.",)
    assert separate(labels, take_from="larger").change_ml == {1: pytest.approx(-0.5), 2: 0.0}
    # Centres of the layers lie 2, 4, 6, 8 mm from the last of GTVp: more than 5 mm is the third.
    assert separate(labels, 5.0).change_ml[2] == pytest.approx(-1.0)
    assert separate(labels, 4.0).change_ml[2] == pytest.approx(-1.0)
    assert separate(labels, 3.9).change_ml[2] == pytest.approx(-0.5)


def test_a_node_that_falls_apart_is_said() -> None:
    array = np.zeros((3, 9, 9), np.uint8)
    array[1, 4, :] = 1
    array[1, :, 4] = np.where(array[1, :, 4] == 1, 1, 2)
    notes = separate(on_grid(array)).notes
    assert "2 components" not in notes[0]  # it was two before
    array = np.zeros((1, 3, 9), np.uint8)
    array[0, 1] = 2
    array[0, 0, 4] = 1
    assert separate(on_grid(array)).notes[0] == "GTVn was 1 and is now 2 components: clean up."


def test_other_labels_are_not_touched() -> None:
    labels = on_grid([[[3, 1, 2, 2, 3]]])
    assert separate(labels).labels.array.tolist() == [[[3, 1, 0, 2, 3]]]
    with pytest.raises(ImageError, match="'gtvn', 'gtvp' or 'larger'"):
        separate(labels, take_from="both")  # type: ignore[arg-type]


def test_mirrored_input_gives_mirrored_output() -> None:
    labels = random_labels(7)
    for axes in itertools.chain.from_iterable(itertools.combinations(range(3), n) for n in (1, 2, 3)):
        turned = on_grid(np.flip(labels.array, axes), labels.grid.spacing)
        for source in SOURCES:
            expected = np.flip(separate(labels, 1.5, source).labels.array, axes)
            np.testing.assert_array_equal(separate(turned, 1.5, source).labels.array, expected)
