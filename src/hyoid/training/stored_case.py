"""One preprocessed case of a store, read patch by patch."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.files import read_json
from hyoid.imaging import Framed, WayBack
from hyoid.training.chunked import open_chunked

STORE_FORMAT = 3
"""Raised whenever what is written into a store changes its meaning: old stores are then made again."""


class StoredCase:
    """Images, mask, body and patch-centre candidates of one case on its frame's grid.

    `voxels` is the hash of each native image's voxels by channel, which tells copies; `mask_voxels` that of the native
    mask's, empty where there is none or the store is of an older hyoid.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.id = folder.name
        info = read_json(folder / "case.json")
        self.channels: tuple[str, ...] = tuple(info["channels"])
        self.voxels: dict[str, str] = info["voxels"]
        self.mask_voxels: dict[str, str] = info.get("mask_voxels", {})
        self.present: NDArray[np.bool_] = np.asarray(info["present"], bool)
        self.way_back = WayBack.from_dict(info["way_back"])
        self.notes: tuple[str, ...] = tuple(info["notes"])
        self.has_mask = (folder / "mask.b2nd").is_file()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape (z, y, x) of the frame."""
        return self.way_back.grid.shape

    def images(self) -> NDArray[np.float32]:
        """Return all channels (C, z, y, x)."""
        whole: NDArray[np.float32] = self._images[:]
        return whole

    def mask(self) -> NDArray[np.uint8]:
        """Return the label map (z, y, x) on the frame's grid; zeros where the case has none."""
        whole: NDArray[np.uint8] = self._array("mask")[:] if self.has_mask else np.zeros(self.shape, np.uint8)
        return whole

    def body(self) -> NDArray[np.bool_]:
        """Return the body mask (z, y, x)."""
        whole: NDArray[np.bool_] = self._array("body")[:]
        return whole.astype(bool)

    def framed(self) -> Framed:
        """Return the whole case as preprocessing gave it, for prediction; the mask is left out."""
        return Framed(
            images=self.images(),
            channels=self.channels,
            present=tuple(bool(there) for there in self.present),
            mask=None,
            body=self.body(),
            way_back=self.way_back,
            notes=self.notes,
        )

    def patch(
        self, start: tuple[int, int, int], size: tuple[int, int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Return images (C, *size) and labels `size` of the block from `start` on; beyond the frame, edge values."""
        inner = [slice(max(0, s), min(n, s + w)) for s, w, n in zip(start, size, self.shape, strict=True)]
        pads = [(at.start - s, s + w - at.stop) for at, s, w in zip(inner, start, size, strict=True)]
        images = self._images[(slice(None), *inner)]
        labels = self._mask[tuple(inner)] if self.has_mask else np.zeros([s.stop - s.start for s in inner], np.uint8)
        if any(before or after for before, after in pads):
            images, labels = np.pad(images, [(0, 0), *pads], mode="edge"), np.pad(labels, pads)
        return images, labels

    @cached_property
    def locations(self) -> dict[int, NDArray[np.int16]]:
        """Candidate patch centres (n, 3) as (z, y, x) by label; a label that the case lacks has none."""
        if not self.has_mask:
            return {}
        with np.load(self.folder / "locations.npz", allow_pickle=False) as stored:
            return {int(label): stored[label] for label in stored.files}

    @cached_property
    def _images(self) -> Any:
        return self._array("images")

    @cached_property
    def _mask(self) -> Any:
        return self._array("mask")

    def _array(self, name: str) -> Any:
        return open_chunked(self.folder / f"{name}.b2nd")
