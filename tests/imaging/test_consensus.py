import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.consensus import PRIOR_MARGIN_VOXELS, majority, staple
from support.label_maps import on_grid, random_labels


def observers(seed: int, count: int, shape: tuple[int, int, int] = (8, 9, 10)) -> list[Volume]:
    """Noisy copies of one map."""
    rng = np.random.default_rng(seed)
    truth = random_labels(seed, shape)
    maps = []
    for _ in range(count):
        off = rng.random(shape) < 0.15
        maps.append(truth.with_array(np.where(off, rng.integers(0, 3, shape), truth.array).astype(np.uint8)))
    return maps


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_majority_by_counting(seed: int, count: int) -> None:
    maps = observers(seed, count)
    found = majority(maps).labels.array
    for at in np.ndindex(found.shape):
        votes = np.bincount([each.array[at] for each in maps], minlength=3)
        winners = [label for label in (1, 2) if votes[label] > count / 2]
        assert found[at] == (winners[0] if winners else 0)


def staple_by_hand(masks: np.ndarray, rounds: int = 3000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expectation maximisation of Warfield et al., equations as printed, one prior."""
    drawn = masks.reshape(len(masks), -1).astype(float)
    prior = drawn.mean()
    p, q = np.full(len(drawn), 0.99999), np.full(len(drawn), 0.99999)
    for _ in range(rounds):
        true = prior * np.prod(np.where(drawn == 1, p[:, None], 1 - p[:, None]), axis=0)
        false = (1 - prior) * np.prod(np.where(drawn == 0, q[:, None], 1 - q[:, None]), axis=0)
        weight = true / (true + false)
        p, q = (drawn @ weight) / weight.sum(), ((1 - drawn) @ (1 - weight)) / (1 - weight).sum()
    return weight.reshape(masks.shape[1:]), p, q


@pytest.mark.parametrize("seed", range(4))
def test_staple_equals_expectation_maximisation_by_hand(seed: int) -> None:
    maps = [each.with_array((each.array == 1).astype(np.uint8)) for each in observers(seed, 3 + seed % 2)]
    union = np.any([each.array for each in maps], axis=0)
    block = tuple(
        slice(max(0, at.start - PRIOR_MARGIN_VOXELS), at.stop + PRIOR_MARGIN_VOXELS)
        for at in ndimage.find_objects(union.astype(int))[0]
    )
    weight, p, q = staple_by_hand(np.stack([each.array[block] for each in maps]))
    found = staple(maps)
    sure = np.abs(weight - 0.5) > 1e-3
    np.testing.assert_array_equal(found.labels.array[block][sure], (weight > 0.5)[sure])
    np.testing.assert_allclose(found.sensitivity[1], p, atol=2e-3)
    np.testing.assert_allclose(found.specificity[1], q, atol=2e-3)


def test_staple_does_not_depend_on_how_large_the_image_is() -> None:
    maps = observers(3, 4)
    wide = [on_grid(np.pad(each.array, 30)) for each in maps]
    wider = [on_grid(np.pad(each.array, 45)) for each in maps]
    np.testing.assert_array_equal(
        staple(wide).labels.array[30:-30, 30:-30, 30:-30], staple(wider).labels.array[45:-45, 45:-45, 45:-45]
    )


def test_staple_finds_truth_where_one_observer_is_careless() -> None:
    z, y, x = np.meshgrid(*(np.arange(24) - 11.5,) * 3, indexing="ij")
    truth = (x**2 + y**2 + z**2 <= 64).astype(np.uint8)
    rng = np.random.default_rng(0)
    errors = (0.02, 0.02, 0.02, 0.3, 0.3)
    maps = [on_grid(np.where(rng.random(truth.shape) < error, 1 - truth, truth)) for error in errors]
    found = staple(maps)
    assert (found.labels.array != truth).mean() < 0.001
    assert (found.labels.array != truth).sum() <= (majority(maps).labels.array != truth).sum()
    np.testing.assert_allclose(found.sensitivity[1], [0.98] * 3 + [0.7] * 2, atol=0.03)
    np.testing.assert_allclose(found.specificity[1], [0.98] * 3 + [0.7] * 2, atol=0.03)


@pytest.mark.parametrize("method", [majority, staple])
def test_what_all_drew_is_agreed_on_and_order_does_not_matter(method: object) -> None:
    assert callable(method)
    labels = random_labels(2)
    np.testing.assert_array_equal(method([labels] * 3).labels.array, labels.array)
    maps = observers(5, 4)
    np.testing.assert_array_equal(method(maps).labels.array, method(maps[::-1]).labels.array)
    empty = on_grid(np.zeros((4, 4, 4)))
    assert not method([empty, empty]).labels.array.any()


def test_what_few_drew_is_said() -> None:
    array = np.zeros((6, 6, 6), np.uint8)
    array[2:4, 2:4, 2:4] = 2
    drawn, empty = on_grid(array), on_grid(np.zeros_like(array))
    assert not staple([drawn, empty]).labels.array.any()  # 0.5 exactly, which is no majority
    assert staple([drawn, empty, empty]).notes == (
        "Label 2 was drawn by 1 of 3 observers.",
        "Nothing of label 2 is agreed on.",
    )
    assert majority([drawn, empty]).notes == ("Nothing of label 2 is agreed on.",)


def test_two_labels_for_a_voxel_leave_the_more_probable() -> None:
    """One observer is reliable on GTVp and one on GTVn; both drew the same row, one as the one, one as the other."""
    z, y, x = np.meshgrid(*(np.arange(20),) * 3, indexing="ij")
    primary, node = (z < 10) & (y < 8), (z < 10) & (y > 11)
    disputed = (z == 12) & (y < 3) & (x < 2)
    rng = np.random.default_rng(1)

    def careless(region: np.ndarray) -> np.ndarray:
        return np.where(rng.random(region.shape) < 0.35, ~region, region) & ((z < 11) & ((y < 9) | (y > 10)))

    first, second, third = (np.zeros(z.shape, np.uint8) for _ in range(3))
    first[careless(node)], second[careless(primary)] = 2, 1
    first[primary], second[node] = 1, 2
    third[careless(primary)], third[careless(node) & (y > 10)] = 1, 2
    first[disputed], second[disputed] = 1, 2
    maps = [on_grid(each) for each in (first, second, third)]
    found = staple(maps)
    weights = {}
    for label in (1, 2):
        union = np.any([each == label for each in (first, second, third)], axis=0)
        block = tuple(
            slice(max(0, at.start - PRIOR_MARGIN_VOXELS), at.stop + PRIOR_MARGIN_VOXELS)
            for at in ndimage.find_objects(union.astype(int))[0]
        )
        weight = np.zeros(z.shape)
        weight[block] = staple_by_hand(np.stack([(each == label)[block] for each in (first, second, third)]))[0]
        weights[label] = weight
    both = (weights[1] > 0.5) & (weights[2] > 0.5)
    assert both[disputed].all()
    expected = np.where(np.maximum(weights[1], weights[2]) > 0.5, np.where(weights[2] > weights[1], 2, 1), 0)
    sure = (np.abs(weights[1] - weights[2]) > 1e-3) & (np.abs(np.maximum(weights[1], weights[2]) - 0.5) > 1e-3)
    np.testing.assert_array_equal(found.labels.array[sure], expected[sure])


def test_refusals() -> None:
    labels = random_labels(0)
    for method in (majority, staple):
        with pytest.raises(ImageError, match="two or more"):
            method([labels])
        with pytest.raises(ImageError, match="one grid"):
            method([labels, Volume(labels.array, Grid((10, 9, 8), (7, 7, 7)))])
        with pytest.raises(ImageError, match="uint8"):
            method([labels, labels.with_array(labels.array.astype(int))])
