from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai.inferers import sliding_window_inference
from torch import nn

from hyoid.inference.sliding import Sliding, probability_slabs
from hyoid.inference.windows import gaussian_weights, window_starts
from hyoid.networks.multihead import MultiHeadNetwork


@given(st.integers(1, 300), st.integers(1, 128), st.floats(0, 0.9))
def test_windows_cover_every_voxel_with_the_overlap_asked_for(length: int, window: int, overlap: float) -> None:
    starts = window_starts(length, window, overlap)
    covered = np.zeros(max(length, window), bool)
    for start in starts:
        assert 0 <= start <= max(0, length - window)
        covered[start : start + window] = True
    assert covered.all()
    steps = np.diff(starts)
    assert (steps <= max(1, int(window * (1 - overlap))) + 1).all()


def test_weights_peak_in_the_middle_and_never_vanish() -> None:
    weights = gaussian_weights((5, 7, 9), 0.125)
    assert weights.shape == (5, 7, 9)
    assert weights[2, 3, 4] == weights.max() == 1
    assert weights.min() == pytest.approx(1e-3)


def _network(seed: int = 0) -> MultiHeadNetwork:
    torch.manual_seed(seed)
    backbone = nn.Sequential(nn.Conv3d(2, 4, 3, padding=1), nn.Tanh(), nn.Conv3d(4, 3, 3, padding=1))
    return MultiHeadNetwork(backbone, "segmentation").eval()


def _run(images: np.ndarray, networks: list[nn.Module], sliding: Sliding, body: np.ndarray | None = None) -> np.ndarray:
    slabs = list(probability_slabs(images, np.ones(2, bool), networks, "segmentation", 3, sliding, body))
    assert all(slab.members.numel() == 0 for slab in slabs)
    assert [s.start for s in slabs] == list(np.cumsum([0] + [s.probabilities.shape[1] for s in slabs])[:-1])
    return np.concatenate([s.probabilities for s in slabs], axis=1)


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.integers(5, 20)] * 3), st.sampled_from([0.0, 0.25, 0.5]), st.integers(1, 3))
def test_slabs_equal_one_big_accumulator(shape: tuple[int, int, int], overlap: float, per_batch: int) -> None:
    images = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    sliding = Sliding((8, 8, 8), overlap, 0.125, windows_per_batch=per_batch)
    networks = [_network(0), _network(1)]
    result = _run(images, networks, sliding)
    expected = _accumulate_at_once(images, networks, sliding)
    np.testing.assert_allclose(result, expected, atol=1e-5)
    np.testing.assert_allclose(result.sum(axis=0), 1, atol=1e-5)


@settings(max_examples=10, deadline=None)
@given(
    st.tuples(*[st.integers(5, 18)] * 3),
    st.lists(st.sampled_from(["z", "y", "x"]), unique=True, max_size=3),
    st.integers(1, 3),
)
def test_flips_equal_every_mirrored_window_by_brute_force(
    shape: tuple[int, int, int], flips: list[str], per_batch: int
) -> None:
    images = np.random.default_rng(2).normal(size=(2, *shape)).astype(np.float32)
    sliding = Sliding((8, 8, 8), 0.25, 0.125, windows_per_batch=per_batch, flips=tuple(flips))
    networks: list[nn.Module] = [_network(0), _network(1)]
    axes = ["zyx".index(axis) + 1 for axis in flips]
    ways = [[a for a, on in zip(axes, chosen, strict=True) if on] for chosen in product([0, 1], repeat=len(axes))]
    assert len(ways) == len(sliding.mirrored) == 2 ** len(flips)
    expected = _accumulate_at_once(images, networks, sliding, ways)
    np.testing.assert_allclose(_run(images, networks, sliding), expected, atol=1e-5)


def test_members_are_what_each_network_says_alone_and_change_no_bit_of_the_mean() -> None:
    images = np.random.default_rng(3).normal(size=(2, 11, 13, 7)).astype(np.float32)
    body = np.random.default_rng(4).random(images.shape[1:]) < 0.01
    networks: list[nn.Module] = [_network(seed) for seed in range(3)]
    sliding = Sliding((8, 8, 8), 0.5, 0.125, flips=("x",))
    slabs = list(probability_slabs(images, np.ones(2, bool), networks, "segmentation", 3, sliding, body, members=True))
    mean = _run(images, networks, sliding, body)
    np.testing.assert_array_equal(np.concatenate([slab.probabilities for slab in slabs], axis=1), mean)
    members = np.concatenate([slab.members.numpy() for slab in slabs], axis=2)
    for network, member in zip(networks, members, strict=True):
        np.testing.assert_allclose(member, _run(images, [network], sliding, body)[1:], atol=1e-6)
    np.testing.assert_allclose(members.mean(axis=0), mean[1:], atol=1e-6)


def _accumulate_at_once(
    images: np.ndarray, networks: list[nn.Module], sliding: Sliding, ways: Sequence[Sequence[int]] = ((),)
) -> np.ndarray:
    """Reference: the whole volume in float64, window by window, each as many times as there are ways to mirror it."""
    missing = [max(0, 8 - n) for n in images.shape[1:]]
    pads = [(m // 2, m - m // 2) for m in missing]
    padded = np.pad(images, [(0, 0), *pads], mode="edge")
    total, mass = np.zeros((3, *padded.shape[1:])), np.zeros(padded.shape[1:])
    weights = gaussian_weights((8, 8, 8), 0.125)
    starts = [window_starts(n, 8, sliding.overlap) for n in padded.shape[1:]]
    for z in starts[0]:
        for y in starts[1]:
            for x in starts[2]:
                at = np.s_[z : z + 8, y : y + 8, x : x + 8]
                crop = padded[(slice(None), *at)]
                for way in ways:
                    seen = torch.from_numpy(np.flip(crop, way)[None].copy())
                    with torch.no_grad():
                        mean = sum(n.backbone(seen).softmax(1)[0].numpy() for n in networks) / len(networks)
                    total[(slice(None), *at)] += np.flip(mean, way) * weights / len(ways)
                mass[at] += weights
    inner = tuple(slice(b, b + n) for (b, _), n in zip(pads, images.shape[1:], strict=True))
    return (total / mass)[(slice(None), *inner)]


def test_agrees_with_monai_on_odd_windows() -> None:
    """MONAI centres the bell of an even window half a voxel off; on odd windows the definitions coincide."""
    images = np.random.default_rng(1).normal(size=(2, 13, 13, 17)).astype(np.float32)
    network = _network()
    with torch.no_grad():
        expected = sliding_window_inference(
            torch.from_numpy(images)[None], 9, 1, lambda x: network.backbone(x).softmax(1), 0.5, "gaussian", 0.125
        )
    result = _run(images, [network], Sliding((9, 9, 9), 0.5, 0.125))
    np.testing.assert_allclose(result, expected[0].numpy(), atol=1e-4)


def test_windows_without_body_are_background_and_never_computed() -> None:
    images = np.zeros((2, 8, 8, 24), np.float32)
    body = np.zeros((8, 8, 24), bool)
    body[:, :, :4] = True
    calls = []
    network = _network()
    network.register_forward_hook(lambda *_: calls.append(1))
    result = _run(images, [network], Sliding((8, 8, 8), 0.0), body)
    assert len(calls) == 1
    np.testing.assert_array_equal(result[0, :, :, 8:], 1)
    assert (result[0, :, :, :8] < 1).all()
