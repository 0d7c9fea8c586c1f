"""Random streams: one per patient and purpose, so that nothing depends on order or on the number of jobs."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, index: int, purpose: str) -> np.random.Generator:
    """Return the random stream of one purpose (`record`, `anatomy`, `noise`, ...) for patient `index`.

    Streams of different purposes are independent: a change to the anatomy leaves the outcomes as they were.
    """
    key = zlib.crc32(purpose.encode())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, index, key])))
