"""Label voxels as they cross the wire: gzip of raw bytes, x fastest, in the canonical order of the browser."""

from __future__ import annotations

import gzip
import math
import zlib

import numpy as np
from numpy.typing import NDArray

from hyoid.app.annotation.errors import AnnotationError, TooLargeError
from hyoid.app.cases.canonical import Canonical
from hyoid.cohort import GTVN

_GZIP_ONLY = 16 + zlib.MAX_WBITS
_LEVEL = 1  # label maps are mostly zeros: higher levels cost much and gain little


def most_bytes(order: Canonical) -> int:
    """Return the most bytes that a body may have: what gzip makes of voxels that it cannot shrink at all."""
    voxels = math.prod(order.grid.size)
    return voxels + voxels // 1000 + 1024


def read_voxels(body: bytes, order: Canonical) -> NDArray[np.uint8]:
    """Return the label map (z, y, x) of a request on the case's own grid.

    Never more than one byte beyond the image's voxels is unpacked, whatever the body says of itself.

    Raises
    ------
    TooLargeError
        If more bytes come out than the image has voxels.
    AnnotationError
        If the body is no complete gzip stream, holds fewer bytes, or other labels than 0, 1 and 2.
    """
    shape = order.canonical_grid.shape
    voxels = math.prod(shape)
    labels = np.frombuffer(unpack(body, voxels), np.uint8).reshape(shape)
    if labels.max() > GTVN:
        wrong = ", ".join(str(value) for value in np.unique(labels[labels > GTVN])[:5])
        raise AnnotationError.of(f"label values {wrong}", "0, 1 (GTVp) and 2 (GTVn)", "Send no other labels.")
    return np.ascontiguousarray(order.back(labels))


def write_voxels(array: NDArray[np.uint8], order: Canonical) -> bytes:
    """Return a label map (z, y, x) on the case's own grid as the body of an answer."""
    return gzip.compress(np.ascontiguousarray(order.forward(array), np.uint8).data, _LEVEL, mtime=0)


def unpack(body: bytes, size: int) -> bytes:
    """Return the `size` bytes that a gzip body holds; errors as in `read_voxels`."""
    stream = zlib.decompressobj(_GZIP_ONLY)
    try:
        content = stream.decompress(body, size + 1)
    except zlib.error as error:
        raise AnnotationError.of(
            f"a body that is no gzip ({error})", "gzip of the label voxels", "Send it again."
        ) from error
    if len(content) > size:
        raise TooLargeError.of(
            f"more than {size} bytes in the body", f"{size}, one for each voxel", "Send the labels of this image alone."
        )
    if not stream.eof or stream.unused_data:
        found = "bytes after the end of the gzip stream" if stream.eof else "a gzip stream that breaks off"
        raise AnnotationError.of(found, "one complete gzip stream", "Send it again.")
    if len(content) < size:
        raise AnnotationError.of(
            f"{len(content)} bytes in the body", f"{size}, one for each voxel", "Send the labels of the whole image."
        )
    return content
