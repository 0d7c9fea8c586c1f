"""Comments inside compressed pixels: JPEG and JPEG 2000 streams have room for text of their own."""

from __future__ import annotations

from collections.abc import Iterator

_SOI, _SOC = b"\xff\xd8", b"\xff\x4f"
_ITEM, _DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_JPEG_TEXT = frozenset({0xFE, *(0xE0 + n for n in range(16) if n not in (0, 8, 14))})
"""Comments and application segments, but for those that decoders need: APP0 (JFIF), APP8 and APP14 (colour)."""
_JPEG_START = {0xDA, 0xD9}
_J2K_COMMENT, _J2K_TILE = 0x64, 0x90


def blank_comments(pixels: bytes) -> tuple[bytes, int]:
    """Overwrite the text of comment segments in encapsulated JPEG, JPEG-LS and JPEG 2000 frames with blanks.

    Lengths and everything that decoders read stay as they are (ISO 10918-1 B.2.4, ISO 14495-1, ISO 15444-1 A.9.2).

    Returns
    -------
    The pixel data, and how many segments with content were blanked.
    """
    found = [place for fragment in _fragments(pixels) for place in _segments(pixels, *fragment)]
    found = [(start, end) for start, end in found if pixels[start:end].strip(b" \0")]
    if not found:
        return pixels, 0
    changed = bytearray(pixels)
    for start, end in found:
        changed[start:end] = b" " * (end - start)
    return bytes(changed), len(found)


def _fragments(pixels: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each item of encapsulated pixel data (PS3.5 A.4)."""
    at = 0
    while at + 8 <= len(pixels) and pixels[at : at + 4] == _ITEM:
        length = int.from_bytes(pixels[at + 4 : at + 8], "little")
        yield at + 8, min(at + 8 + length, len(pixels))
        at += 8 + length


def _segments(pixels: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the text of each comment segment of a frame's header stands."""
    opening = pixels[start : start + 2]
    if opening not in (_SOI, _SOC):
        return
    at = start + 2
    while at + 4 <= end and pixels[at] == 0xFF:
        marker = pixels[at + 1]
        if marker == 0xFF:  # a fill byte before the marker
            at += 1
            continue
        if marker in _JPEG_START or (opening == _SOC and marker == _J2K_TILE):
            return
        length = int.from_bytes(pixels[at + 2 : at + 4])
        stop = min(at + 2 + length, end)
        if opening == _SOI and marker in _JPEG_TEXT:
            yield at + 4, stop
        elif opening == _SOC and marker == _J2K_COMMENT:
            yield at + 6, stop  # two bytes say whether it is text
        at += 2 + length
