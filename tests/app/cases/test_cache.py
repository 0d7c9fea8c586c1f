"""The volumes in memory."""

import threading
import time

import numpy as np
import pytest

from hyoid.app.cases.cache import Served, VolumeCache
from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume


def served(voxels: int = 10) -> Served:
    return Served(Volume(np.zeros((1, 1, voxels), np.uint8), Grid((voxels, 1, 1), (1, 1, 1))))


def test_what_was_used_last_stays() -> None:
    cache = VolumeCache(most_bytes=25)
    loads = []

    def get(key: str) -> None:
        cache.get(key, lambda: loads.append(key) or served())  # type: ignore[func-returns-value]

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert loads == ["a", "b", "c", "b"]  # c took the place of b, which had been used before a
    assert cache.held_bytes == 20


def test_one_that_is_larger_than_all_is_served() -> None:
    cache = VolumeCache(most_bytes=5)
    assert cache.get("a", lambda: served(100)).volume.array.size == 100
    assert cache.get("b", served).volume.array.size == 10
    assert cache.held_bytes == 10


def test_two_who_ask_wait_for_one_reading() -> None:
    cache, loads, found = VolumeCache(), [], []

    def load() -> Served:
        loads.append(1)
        time.sleep(0.05)
        return served()

    threads = [threading.Thread(target=lambda: found.append(cache.get("a", load))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert all(one is found[0] for one in found)


def test_an_error_is_not_kept() -> None:
    cache = VolumeCache()

    def fail() -> Served:
        raise ImageError("torn")

    with pytest.raises(ImageError, match="torn"):
        cache.get("a", fail)
    assert cache.get("a", served).volume.array.size == 10
