"""Label voxels cross the wire exactly, and nothing larger than the image is ever unpacked."""

import gzip
import tracemalloc
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.app.annotation import AnnotationError, TooLargeError, read_voxels, write_voxels
from hyoid.app.annotation.wire import most_bytes, unpack
from hyoid.app.cases.canonical import Canonical
from hyoid.geometry import Grid

SIZE, SPACING = (4, 3, 5), (1.0, 2.0, 3.0)
ORDERS = [
    Canonical.of(Grid(SIZE, SPACING, (5.0, 6.0, 7.0), tuple((np.eye(3)[:, list(axes)] * signs).ravel())))
    for axes, signs in product(permutations(range(3)), product((1, -1), repeat=3))
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.axes}{order.flipped}")
def test_voxels_come_back_in_all_48_orders(order: Canonical) -> None:
    array = np.random.default_rng(1).integers(0, 3, order.grid.shape).astype(np.uint8)
    assert np.array_equal(read_voxels(write_voxels(array, order), order), array)


def test_x_runs_fastest_and_to_the_right() -> None:
    order = Canonical.of(Grid((3, 2, 2), (1.0, 1.0, 1.0)))  # x to the left, y to the back: both are flipped
    array = np.zeros((2, 2, 3), np.uint8)
    array[0, 1, 2] = 1  # the rightmost, foremost voxel of the lowest slice
    raw = gzip.decompress(write_voxels(array, order))
    grid = order.canonical_grid
    i, j, k = order.voxel((2, 1, 0))
    assert raw.index(1) == i + grid.size[0] * (j + grid.size[1] * k)
    assert len(raw) == 12


@given(st.binary(min_size=1, max_size=200), st.integers(1, 9))
def test_unpacking_is_exact(content: bytes, level: int) -> None:
    packed = gzip.compress(content, level)
    assert unpack(packed, len(content)) == content
    with pytest.raises(TooLargeError):
        unpack(packed, len(content) - 1)
    with pytest.raises(AnnotationError, match="one for each voxel"):
        unpack(packed, len(content) + 1)
    for cut in (1, len(packed) // 2, len(packed) - 1):
        with pytest.raises(AnnotationError, match="gzip"):
            unpack(packed[:cut], len(content))


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\x01\x02", gzip.compress(b"\x00" * 60) + b"more", gzip.compress(b"\x00" * 60) * 2],
    ids=["nothing", "no gzip", "more behind it", "two streams"],
)
def test_what_is_no_single_gzip_stream_is_refused(body: bytes) -> None:
    with pytest.raises(AnnotationError, match="gzip"):
        unpack(body, 60)


def test_a_stream_whose_checksum_is_wrong_is_refused() -> None:
    packed = bytearray(gzip.compress(bytes(60)))
    packed[-5] ^= 0xFF
    with pytest.raises(AnnotationError, match="gzip"):
        unpack(bytes(packed), 60)


@pytest.mark.parametrize("value", [3, 7, 255])
def test_other_labels_are_refused(value: int) -> None:
    order = ORDERS[0]
    array = np.zeros(order.grid.shape, np.uint8)
    array[1, 1, 1] = value
    with pytest.raises(AnnotationError, match=f"label values {value};"):
        read_voxels(write_voxels(array, order), order)


def test_a_bomb_is_refused_and_never_unpacked() -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)
    assert len(bomb) < 250_000
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError, match="more than 60 bytes") as refused:
            unpack(bomb, 60)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
    assert refused.value.status == 413


def test_what_gzip_cannot_shrink_is_no_longer_than_the_bound() -> None:
    order = Canonical.of(Grid((64, 64, 40), SPACING))
    noise = np.random.default_rng(0).integers(0, 256, 64 * 64 * 40).astype(np.uint8).tobytes()
    for level in range(10):
        assert len(gzip.compress(noise, level)) <= most_bytes(order)
