"""How large an image a compressed code stream announces: decoders reserve memory by it, whatever the header says."""

from __future__ import annotations

import struct

from pydicom.dataset import Dataset
from pydicom.encaps import get_frame

from hyoid.errors import DicomError

_START, _CODE_2000, _SIZE_2000 = b"\xff\xd8", b"\xff\x4f\xff\x51", 8
_FRAME_HEADERS = {0xF7, *range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15 of JPEG (ISO 10918-1 B.2.2), and SOF55 of JPEG-LS (ISO 14495-1 C.2.2)."""

_ALONE = {0x01, *range(0xD0, 0xD9)}
_SCAN = 0xDA


def coded_size(code: bytes) -> tuple[int, int, int] | None:
    """Return rows, columns and components that a JPEG, JPEG-LS or JPEG 2000 code stream announces; None of others."""
    if code.startswith(_START):
        return _of_jpeg(code)
    at = code.find(_CODE_2000, 0, 1024)  # within boxes (JP2) or bare
    if at < 0 or len(code) < at + 42:
        return None
    columns, rows, left, top = struct.unpack_from(">4L", code, at + _SIZE_2000)
    (components,) = struct.unpack_from(">H", code, at + 40)
    return rows - top, columns - left, components


def _of_jpeg(code: bytes) -> tuple[int, int, int] | None:
    at = len(_START)
    while at + 10 <= len(code) and code[at] == 0xFF and code[at + 1] != _SCAN:
        marker = code[at + 1]
        if marker in _FRAME_HEADERS:
            rows, columns, components = struct.unpack_from(">2HB", code, at + 5)
            return rows, columns, components
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            at += 2 + int(struct.unpack_from(">H", code, at + 2)[0])
    return None


def check_coded_size(dataset: Dataset, index: int, frames: int, size: tuple[int, int], name: str) -> None:
    """Refuse a compressed frame that announces another size than its header, before a decoder believes it.

    Parameters
    ----------
    dataset
        With compressed Pixel Data.
    index, frames
        Which of how many frames.
    size
        Rows and columns that the header gives.
    name
        Of the file, for the sentence.

    Raises
    ------
    DicomError
        If the sizes differ, or the frame is in colour.
    """
    announced = coded_size(get_frame(dataset.PixelData, index, number_of_frames=frames))
    if announced is not None and announced != (*size, 1):
        rows, columns, components = announced
        raise DicomError.of(
            f"a compressed image of {rows} x {columns} with {components} components in {name}",
            f"{size[0]} x {size[1]}, as its header says, with one component",
            "The file is damaged: copy it again.",
        )
