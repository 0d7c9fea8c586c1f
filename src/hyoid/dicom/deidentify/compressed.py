"""Room for text in compressed pixels: comments of JPEG and JPEG 2000 streams, and what lies behind the streams."""

from __future__ import annotations

from collections.abc import Iterator

_SOI, _SOC = b"\xff\xd8", b"\xff\x4f"
_ITEM, _DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_JPEG_TEXT = frozenset({0xFE, *(0xE0 + n for n in range(16) if n not in (0, 8, 14))})
"""Comments and application segments, but for those that decoders need: APP0 (JFIF), APP8 and APP14 (colour)."""
_JPEG_START = {0xDA, 0xD9}
_J2K_COMMENT, _J2K_TILE = 0x64, 0x90
_RESTARTS = frozenset(range(0xD0, 0xD8))
_END = b"\xff\xd9"


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


def without_tail(pixels: bytes) -> tuple[bytes, bool]:
    """Return encapsulated pixel data up to its last item, and whether anything but the delimiter lay behind."""
    end = max((end for _, end in _fragments(pixels)), default=0)
    tail = pixels[end:]
    empty = not tail.removeprefix(_DELIMITER + b"\0" * 4).strip(b"\0")
    return (pixels, False) if not end or empty else (pixels[:end], True)


def blank_after_images(pixels: bytes, frames: int) -> tuple[bytes, int]:
    """Overwrite with zeros what lies behind the end of a JPEG, JPEG-LS or JPEG 2000 image in its fragment.

    So are whole fragments behind the last frame, where each fragment before holds a whole image. Frames that are
    spread over several fragments, and RLE, stay as they are.

    Returns
    -------
    The pixel data, and in how many fragments something was overwritten.
    """
    changed, count, whole = bytearray(pixels), 0, 0
    for start, end in list(_fragments(pixels))[1:]:  # the first item is the table of offsets
        stop = start if whole == frames else _end_of_image(pixels[start:end])
        if stop is None:
            continue
        if whole < frames:
            whole += 1
            stop += start
        if pixels[stop:end].strip(b"\0"):
            changed[stop:end] = b"\0" * (end - stop)
            count += 1
    return bytes(changed) if count else pixels, count


def _end_of_image(stream: bytes) -> int | None:
    """Return where an image's end marker ends; None where the stream is of another kind or goes on elsewhere."""
    opening, at = stream[:2], 2
    if opening not in (_SOI, _SOC):
        return None
    while at + 2 <= len(stream) and stream[at] == 0xFF:
        marker = stream[at + 1]
        if marker == 0xFF:
            at += 1
        elif stream[at : at + 2] == _END:
            return at + 2
        elif opening == _SOC and marker == _J2K_TILE:
            length = int.from_bytes(stream[at + 6 : at + 10])  # Psot; 0 is "up to the end" (ISO 15444-1 A.4.2)
            at = at + length if length else stream.find(_END, at)
            if at < 2:
                return None
        else:
            at += 2 + int.from_bytes(stream[at + 2 : at + 4])
            if opening == _SOI and marker == 0xDA:
                at = _end_of_scan(stream, at)
    return None


def _end_of_scan(stream: bytes, at: int) -> int:
    """Return where the next marker stands behind entropy-coded data, in which FF is followed by less than 80."""
    while at + 1 < len(stream):
        at = stream.find(b"\xff", at)
        if at < 0 or at + 1 >= len(stream):
            break
        if stream[at + 1] >= 0x80 and stream[at + 1] not in _RESTARTS and stream[at + 1] != 0xFF:
            return at
        at += 1
    return len(stream)


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
