from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.imaging import remove_small_components
from hyoid.imaging.label_corrections import keep_largest_component, remove_cold_components, separate_lesions

CUBE = np.ones((3, 3, 3))
Labels = np.ndarray


def random_labels(seed: int, smooth: float = 0.9) -> Labels:
    """Blobs of two labels that touch here and there, with specks."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=(8, 9, 10)), smooth)
    which = ndimage.gaussian_filter(rng.normal(size=field.shape), 0.8)
    return np.where(field > np.quantile(field, 0.7), np.where(which > 0, 2, 1), 0).astype(np.uint8)


def suv_like(labels: Labels) -> np.ndarray:
    return np.random.default_rng(3).gamma(2.0, 1.0, labels.shape).astype(np.float32)


SEEDS = st.integers(0, 2**32 - 1)
CORRECTIONS: dict[str, Callable[[Labels], Labels]] = {
    "small": lambda labels: remove_small_components(labels, 1000.0, 4.0, only=[2]),
    "largest": lambda labels: keep_largest_component(labels, [1]),
    "separate": lambda labels: separate_lesions(labels, (1, 2), 1000.0, 0.4, 9.0),
    "cold": lambda labels: remove_cold_components(labels, suv_like(labels), 3.0, 90.0, [1, 2]),
}


@pytest.mark.parametrize("name", CORRECTIONS)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_no_voxel_is_added_and_twice_is_once(name: str, seed: int) -> None:
    labels = random_labels(seed)
    before = labels.copy()
    once = CORRECTIONS[name](labels)
    np.testing.assert_array_equal(labels, before)
    assert not (once > 0)[labels == 0].any()
    np.testing.assert_array_equal(CORRECTIONS[name](once), once)
    if name == "separate":
        np.testing.assert_array_equal(once > 0, labels > 0)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_largest_and_cold_and_small_by_hand(seed: int) -> None:
    labels, expected = random_labels(seed), {}
    for name in ("small", "largest", "cold"):
        expected[name] = labels.copy()
    for label in (1, 2):
        numbered, count = ndimage.label(labels == label, CUBE)
        sizes = [int((numbered == k).sum()) for k in range(1, count + 1)]
        for k in range(1, count + 1):
            inside = numbered == k
            if label == 2 and sizes[k - 1] < 4:
                expected["small"][inside] = 0
            if label == 1 and k - 1 != int(np.argmax(sizes)):
                expected["largest"][inside] = 0
            if np.percentile(suv_like(labels)[inside], 90) < 3.0:
                expected["cold"][inside] = 0
    for name, map_by_hand in expected.items():
        np.testing.assert_array_equal(CORRECTIONS[name](labels), map_by_hand, err_msg=name)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.floats(0.05, 0.5), st.floats(1.0, 20.0))
def test_separation_by_hand(seed: int, share: float, piece_ml: float) -> None:
    labels = random_labels(seed)
    expected = labels.copy()
    lesions, count = ndimage.label(labels > 0, CUBE)
    for k in range(1, count + 1):
        ones, twos = (int(((lesions == k) & (labels == v)).sum()) for v in (1, 2))
        if ones == twos:
            continue
        minority, majority, few = (1, 2, ones) if ones < twos else (2, 1, twos)
        if few / (ones + twos) >= share:
            continue
        pieces, number = ndimage.label((lesions == k) & (labels == minority), CUBE)
        for piece in range(1, number + 1):
            if (pieces == piece).sum() < piece_ml:  # voxels of 1 mL
                expected[pieces == piece] = majority
    np.testing.assert_array_equal(separate_lesions(labels, (1, 2), 1000.0, share, piece_ml), expected)


def test_a_touching_node_stays_a_node_and_a_speck_does_not() -> None:
    labels = np.zeros((10, 10, 30), np.uint8)
    labels[:, :, :10] = 1  # 1000 voxels of 0.01 mL: a primary tumour of 10 mL
    labels[2:7, 2:7, 10:14] = 2  # a node of 1 mL that touches it: 9 % of both
    labels[4:6, 4:6, 4:6] = 2  # a speck of 0.08 mL within it
    labels[0, 0, 20:22] = 2  # a node of its own, however small
    found = separate_lesions(labels, (1, 2), 10.0, minority_below=0.2, piece_below_ml=0.5)
    assert np.count_nonzero(found == 1) == 1000
    assert (found[2:7, 2:7, 10:14] == 2).all()
    assert (found[0, 0, 20:22] == 2).all()
    np.testing.assert_array_equal(separate_lesions(labels, (1, 2), 10.0, 0.05, 0.5), labels)  # 10 % is not below 5 %


def test_half_and_half_and_other_labels_are_left_alone() -> None:
    labels = np.array([[[1, 2, 0, 1, 1, 1, 3, 2]]], np.uint8)
    np.testing.assert_array_equal(separate_lesions(labels, (1, 2), 1.0, 0.5, 1.0), labels)


def test_a_components_uptake_is_its_percentile() -> None:
    labels = np.array([[[1, 1, 1, 1, 0, 2]]], np.uint8)
    suv = np.array([[[1.0, 1.0, 1.0, 5.0, 9.0, 2.5]]], np.float32)
    assert remove_cold_components(labels, suv, 2.5, 100.0, [1, 2]).tolist() == labels.tolist()  # 2.5 is not below 2.5
    assert remove_cold_components(labels, suv, 2.5, 50.0, [1, 2]).tolist() == [[[0, 0, 0, 0, 0, 2]]]
    assert remove_cold_components(labels, suv, 6.0, 100.0, [2]).tolist() == [[[1, 1, 1, 1, 0, 0]]]
