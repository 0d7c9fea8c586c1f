"""The bytes of pixel data that are no pixels: behind the last of them, and comments within compressed ones."""

from __future__ import annotations

from collections import Counter

from pydicom import Dataset

from hyoid.dicom.deidentify.admission import pixel_bytes
from hyoid.dicom.deidentify.compressed import blank_after_images, blank_comments, without_tail

EXCESS = "bytes behind the pixels were removed"
COMMENTS = "comments within compressed pixels were blanked"


def clean_pixels(dataset: Dataset) -> Counter[str]:
    """Remove what no decoder reads as pixels, in place; return warnings with how often each occurred.

    Not compressed: all bytes behind those that rows, columns, samples, bits and frames fill, but for one zero that
    makes the length even. Compressed: see `compressed`.
    """
    warned: Counter[str] = Counter()
    for keyword, bits in (("FloatPixelData", 32), ("DoubleFloatPixelData", 64)):
        if keyword in dataset:
            warned[EXCESS] += _cut(dataset, keyword, bits)
    if "PixelData" in dataset and dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        pixels, blanked = blank_comments(dataset.PixelData)
        pixels, cut = without_tail(pixels)
        pixels, behind = blank_after_images(pixels, int(dataset.get("NumberOfFrames") or 1))
        if blanked or cut or behind:
            dataset["PixelData"].value = pixels
            dataset["PixelData"].is_undefined_length = True
        warned[COMMENTS] += blanked
        warned[EXCESS] += int(cut) + behind
    elif "PixelData" in dataset:
        warned[EXCESS] += _cut(dataset, "PixelData", int(dataset.BitsAllocated))
    return +warned


def _cut(dataset: Dataset, keyword: str, bits: int) -> int:
    pixels, length = dataset[keyword].value, pixel_bytes(dataset, bits)
    if not pixels[length:] or (length % 2 and pixels[length:] == b"\0"):
        return 0
    dataset[keyword].value = pixels[:length] + b"\0" * (length % 2)
    return 1
