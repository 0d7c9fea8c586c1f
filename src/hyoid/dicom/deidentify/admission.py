"""Which objects are taken, which refused because text may stand where no rule reaches, and what is warned of."""

from __future__ import annotations

from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.uid import UID

from hyoid.dicom.deidentify.profile import profile
from hyoid.dicom.deidentify.values import texts

_TRUNCATED = "the file is truncated"
_UNDEFINED = 0xFFFFFFFF


def refusal(dataset: Dataset) -> str | None:
    """Return why an object is refused, in words that hold nothing of it; None where it is taken.

    Refused are: an object without class or instance UID; a class without a rule (secondary capture, ultrasound,
    encapsulated documents, presentation states, photographs, private classes ...); BurnedInAnnotation YES, in any
    class; among images also those of a screen (ImageType, ConversionType), in colour, with an overlay in the unused
    bits of the pixels (PS3.5 8.1.2), or with fewer pixels than the header says; and a file whose last
    element is cut off, or that lacks what an object of its class is for.
    """
    uid = UID(str(dataset.get("SOPClassUID", "")).strip())
    if not uid or not str(dataset.get("SOPInstanceUID", "")).strip():
        return "no SOP class or instance UID"
    needed = profile().classes.get(uid)
    if needed is None:
        named = uid.name if uid.name != str(uid) else "a class that the standard does not define"
        return f"{named}: no rule says that its pixels and texts identify nobody"
    if _holds(dataset, "BurnedInAnnotation", {"YES"}):
        return "BurnedInAnnotation is YES: text in the pixels"
    if not any(keyword in dataset for keyword in needed):
        return f"an object without what its class is for: {_TRUNCATED}"
    return (
        _cut_off(dataset)
        or (_screen(dataset) if uid in profile().words["accepted_images"] else None)
        or _pixels(dataset)
    )


def cautions(dataset: Dataset) -> list[str]:
    """Return what the user should know of an object that is taken, in words that hold nothing of it."""
    tests = {
        "objects without PatientID: each of their studies counts as a patient of its own": not str(
            dataset.get("PatientID") or ""
        ).strip(),
        "objects that say that a face can be recognised in them: see `hyoid deface`": _holds(
            dataset, "RecognizableVisualFeatures", {"YES"}
        ),
        "digital signatures were removed: they sign what is no more": "DigitalSignaturesSequence" in dataset,
        "embedded icons were removed": "IconImageSequence" in dataset,
        "objects that had been de-identified before": _holds(dataset, "PatientIdentityRemoved", {"YES"}),
    }
    return [caution for caution, holds in tests.items() if holds]


def _screen(dataset: Dataset) -> str | None:
    kinds = {text.strip().upper() for text in texts(dataset.get("ImageType"))}
    joined = "\\".join(sorted(kinds))
    if any(screen in joined for screen in profile().words["screen_image_types"]):
        return "an image of a screen or a page of text (ImageType)"
    if str(dataset.get("ConversionType") or "").strip():
        return "an image that was converted from film, video or a screen (ConversionType)"
    if not str(dataset.get("PhotometricInterpretation") or "MONOCHROME2").startswith("MONOCHROME"):
        return "an image in colour: a rendered view, often with text"
    return None


def _pixels(dataset: Dataset) -> str | None:
    if any(
        dataset[tag].value != 0
        for tag in dataset.keys()  # noqa: SIM118 - a dataset yields its elements
        if tag.group & 0xFF01 == 0x6000 and tag.element == 0x0102 and (tag.group << 16 | 0x3000) not in dataset
    ):
        return "an overlay in the unused bits of the pixels"
    if "PixelData" in dataset and not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        sizes = ("Rows", "Columns", "BitsAllocated")
        if any(keyword not in dataset for keyword in sizes):
            return "pixels without Rows, Columns and BitsAllocated"
        if len(dataset.PixelData) < pixel_bytes(dataset, int(dataset.BitsAllocated)):
            return f"fewer pixels than the header says: {_TRUNCATED}"
    return None


def pixel_bytes(dataset: Dataset, bits: int) -> int:
    """Return how many bytes the pixels fill, not compressed, by the header's sizes and `bits` a sample."""
    count = int(dataset.get("NumberOfFrames") or 1) * int(dataset.get("SamplesPerPixel") or 1)
    return (count * int(dataset.Rows) * int(dataset.Columns) * bits + 7) // 8


def _cut_off(dataset: Dataset) -> str | None:
    """Return a reason where the last element is shorter than it says."""
    last = dataset.get_item(max(dataset.keys()))
    if isinstance(last, RawDataElement) and last.value is not None and last.length != _UNDEFINED:
        return f"a last element that is cut off: {_TRUNCATED}" if len(last.value) < last.length else None
    return None


def _holds(dataset: Dataset, keyword: str, values: set[str]) -> bool:
    return any(text.strip().upper() in values for text in texts(dataset.get(keyword)))
