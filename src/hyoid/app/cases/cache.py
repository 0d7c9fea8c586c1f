"""The few volumes that were asked for last, held in memory up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from hyoid.geometry import Volume

MOST_BYTES = 2**30
"""What is held: a whole-body CT of 512x512x400 voxels takes 0.2 GB, its PET and two label maps about as much again."""

LOADS_AT_ONCE = 2
"""How many files are unpacked side by side: while it is read, an image takes several times its size."""


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A volume as it is shown, on its own grid, and a sentence on everything that differs from the file."""

    volume: Volume
    notes: tuple[str, ...] = ()


class VolumeCache:
    """The volumes used last. Two who ask for one file at the same time wait for one reading of it."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._held: OrderedDict[Hashable, Served] = OrderedDict()
        self._gates: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self._loads = threading.Semaphore(LOADS_AT_ONCE)

    def get(self, key: Hashable, load: Callable[[], Served]) -> Served:
        """Return what is held under `key`, or what `load` returns; its errors are the caller's, and are not kept."""
        with self._lock:
            if (held := self._use(key)) is not None:
                return held
            gate = self._gates.setdefault(key, threading.Lock())
        with gate:
            with self._lock:
                if (held := self._use(key)) is not None:
                    return held
            try:
                with self._loads:
                    loaded = load()
                with self._lock:
                    self._keep(key, loaded)
            finally:
                with self._lock:
                    self._gates.pop(key, None)
        return loaded

    @property
    def held_bytes(self) -> int:
        """Bytes of all volumes that are held."""
        with self._lock:
            return self._bytes()

    def _use(self, key: Hashable) -> Served | None:
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)

    def _keep(self, key: Hashable, loaded: Served) -> None:
        self._held[key] = loaded
        self._held.move_to_end(key)
        while len(self._held) > 1 and self._bytes() > self.most_bytes:
            self._held.popitem(last=False)

    def _bytes(self) -> int:
        return sum(int(served.volume.array.nbytes) for served in self._held.values())
