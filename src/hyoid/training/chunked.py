"""Arrays on disk, compressed chunk by chunk, so that a patch reads only its chunks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK = 64
"""Edge of a stored chunk in voxels: a patch of 128 touches at most 27 of them."""


def save_chunked(path: Path, array: NDArray[np.generic]) -> None:
    """Write an array (..., z, y, x) without loss, one chunk for each channel."""
    import blosc2

    chunks = [1] * (array.ndim - 3) + [min(CHUNK, n) for n in array.shape[-3:]]
    blosc2.asarray(
        np.ascontiguousarray(array),
        urlpath=str(path),
        mode="w",
        chunks=chunks,
        cparams={"codec": blosc2.Codec.ZSTD, "clevel": 1, "filters": [blosc2.Filter.BITSHUFFLE], "nthreads": 1},
    )


def open_chunked(path: Path) -> Any:
    """Open an array; indexing it reads what the index asks for."""
    import blosc2

    return blosc2.open(str(path), mode="r", dparams={"nthreads": 1})
