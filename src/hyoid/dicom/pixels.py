"""Stored values of one image: decoded, with the bits that do not belong to them taken off, and nothing rescaled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian

from hyoid.dicom.coded_size import check_coded_size
from hyoid.dicom.elements import number, text, value, whole
from hyoid.dicom.slice import Slice
from hyoid.errors import DicomError

MAX_EDGE = 4096
"""Largest number of rows or columns. CT has 512 to 2048; a damaged one would ask for gigabytes."""

_BITS = (8, 16, 32)
_ADVICE = {
    "JPEG": "Install a decoder (`pip install python-gdcm`)",
    "JPEG-LS": "Install a decoder (`pip install pyjpegls`)",
    "High-Throughput JPEG 2000": "Install a decoder (`pip install pylibjpeg pylibjpeg-openjpeg`)",
    "JPEG 2000": "Install a decoder (`pip install pylibjpeg pylibjpeg-openjpeg`)",
}


def check_pixels(dataset: Dataset, file_bytes: int) -> str:
    """Return why an image's pixels cannot be read, as far as its header and its file's length tell; "" if they can.

    `dataset` needs no pixels, only the elements of the image pixel module (PS3.3 C.7.6.3).
    """
    rows, columns, bits = (whole(dataset, name) for name in ("Rows", "Columns", "BitsAllocated"))
    frames, samples = whole(dataset, "NumberOfFrames") or 1, whole(dataset, "SamplesPerPixel")
    if rows is None or columns is None or not (0 < rows <= MAX_EDGE and 0 < columns <= MAX_EDGE):
        return f"{rows} rows of {columns} pixels, where 1 to {MAX_EDGE} are expected"
    if samples not in (1, None):
        return f"{samples} samples a pixel: a picture in colour, not values"
    if bits not in _BITS:
        return f"{bits} bits allocated, where one of {_BITS} is expected"
    syntax = transfer_syntax(dataset)
    undecodable = _undecodable(syntax)
    if undecodable:
        return undecodable
    needed = rows * columns * frames * bits // 8
    if not syntax.is_compressed and file_bytes < needed:
        return f"a truncated file: it holds {file_bytes} bytes, and its pixels alone are {needed}"
    return ""


def transfer_syntax(dataset: Dataset) -> UID:
    """Return the transfer syntax; of a file without meta information the native one that it was parsed as."""
    named = text(getattr(dataset, "file_meta", Dataset()), "TransferSyntaxUID")
    if named:
        return UID(named)
    is_little = getattr(dataset, "original_encoding", (None, True))[1]
    return ExplicitVRLittleEndian if is_little is not False else ExplicitVRBigEndian


def stored_values(dataset: Dataset, one: Slice, header: Dataset) -> NDArray[Any]:
    """Return the stored values (rows, columns) of an image.

    Unused high bits are taken off: a signed value is extended from its sign bit. Where that would change a value that
    no embedded overlay explains (PS3.5 8.1.1), the image is refused, but for padding: some scanners write it
    with all bits, whatever Bits Stored says.

    Parameters
    ----------
    dataset
        The whole file.
    one
        Which image of it.
    header
        The image's own header: `dataset`, or that of one frame.

    Raises
    ------
    DicomError
        If the pixels are truncated, compressed in a way that no decoder is there for, or not single numbers.
    """
    damage = one.damage or _undecodable(transfer_syntax(dataset))
    if damage:
        raise DicomError.of(f"{one.source.name} with {damage}", "an image of numbers", "Copy or export it again.")
    if value(header, "ModalityLUTSequence") is not None:
        raise DicomError.of(
            f"a modality look-up table in {one.source.name}", "a rescale slope and intercept", "Export it again."
        )
    if text(header, "PhotometricInterpretation") not in ("MONOCHROME2", "MONOCHROME1"):
        raise DicomError.of(
            f"the photometric interpretation {text(header, 'PhotometricInterpretation')!r} in {one.source.name}",
            "MONOCHROME2",
            "It is a picture, not values: leave it out.",
        )
    return _without_unused_bits(_decoded(dataset, one), header, one)


def padding_range(header: Dataset) -> tuple[float, float] | None:
    """Return the lowest and highest stored value that stand for "no image here" (PS3.3 C.7.5.1.1.2); None without.

    Files that give a negative value as an unsigned one (65336 for -200) are understood by Pixel Representation.
    """
    first, last = number(header, "PixelPaddingValue"), number(header, "PixelPaddingRangeLimit")
    if first is None:
        return None
    ends = [_signed(end, header) for end in (first, first if last is None else last)]
    return min(ends), max(ends)


def _signed(stored: float, header: Dataset) -> float:
    bits = whole(header, "BitsAllocated") or 16
    is_signed = whole(header, "PixelRepresentation") == 1
    if is_signed and stored >= 2 ** (bits - 1):
        return float(stored - 2**bits)
    return float(stored + 2**bits) if not is_signed and stored < 0 else stored


def _undecodable(syntax: UID) -> str:
    """Return why no decoder is there for a transfer syntax, and what to install; "" if there is one."""
    if not syntax.is_transfer_syntax and not syntax.is_private:
        return f"the unknown transfer syntax {syntax}"
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        return f"the transfer syntax {syntax.name}, which holds no images that can be read here"
    if decoder.is_available:
        return ""
    kind = max((kind for kind in _ADVICE if syntax.name.startswith(kind)), key=len, default="JPEG")
    return f"the transfer syntax {syntax.name}, for which no decoder is installed. {_ADVICE[kind]}"


def _decoded(dataset: Dataset, one: Slice) -> NDArray[Any]:
    syntax = transfer_syntax(dataset)
    if not text(dataset.file_meta, "TransferSyntaxUID"):
        dataset.file_meta.TransferSyntaxUID = syntax
    try:
        if syntax.is_compressed and syntax.is_encapsulated:
            frames = whole(dataset, "NumberOfFrames") or 1
            check_coded_size(dataset, one.frame or 0, frames, (one.rows or 0, one.columns or 0), one.source.name)
        # unused bits are our matter: pydicom would turn a padding of -3024 into 1072 where 12 bits are stored
        values = pixel_array(dataset, raw=True, index=one.frame, correct_unused_bits=False)
    except DicomError:
        raise
    except Exception as error:  # decoders raise whatever they like
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DicomError.of(
            f"pixels that cannot be decoded in {one.source.name} ({syntax.name}: {first})",
            "a complete image",
            "Copy it again.",
        ) from error
    if values.shape != (one.rows, one.columns) or not np.issubdtype(values.dtype, np.integer):
        raise DicomError.of(
            f"pixels of shape {values.shape} and type {values.dtype} in {one.source.name}",
            f"whole numbers of shape {(one.rows, one.columns)}",
            "Copy it again.",
        )
    return np.asarray(values)


def _without_unused_bits(values: NDArray[Any], header: Dataset, one: Slice) -> NDArray[Any]:
    allocated, stored = values.dtype.itemsize * 8, whole(header, "BitsStored")
    high = whole(header, "HighBit")
    if stored is None or not 0 < stored <= allocated or (high is not None and high != stored - 1):
        raise DicomError.of(
            f"{stored} bits stored up to bit {high} of {allocated} in {one.source.name}",
            "bits stored from bit 0 on",
            "Copy or export it again.",
        )
    if stored == allocated:
        return values
    if np.issubdtype(values.dtype, np.signedinteger):
        unused = values.dtype.type(allocated - stored)
        kept: NDArray[Any] = (values << unused) >> unused
    else:
        kept = values & values.dtype.type(2**stored - 1)
    changed = kept != values
    if not changed.any():
        return kept
    if any(0x6000 <= element.tag.group <= 0x60FF and element.tag.element == 0x0102 for element in header):
        return kept
    padding = padding_range(header)
    if padding is not None and bool(((values[changed] >= padding[0]) & (values[changed] <= padding[1])).all()):
        return values
    raise DicomError.of(
        f"{int(changed.sum())} values beyond the {stored} bits stored in {one.source.name}",
        "values within them, or overlays that are declared",
        "Export the series again.",
    )
