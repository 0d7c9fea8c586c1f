"""Whether two files hold one object: an instance may come twice, and in another transfer syntax."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hyoid.dicom.network.contexts import NATIVE


def same_object(kept: Path, arrived: Path) -> bool:
    """Whether two files hold the same object, be it in another transfer syntax.

    Compressed pixels are not decoded: of files of different transfer syntaxes, one of which is compressed, all but
    the pixels is compared.
    """
    import pydicom

    if kept.stat().st_size == arrived.stat().st_size and kept.read_bytes() == arrived.read_bytes():
        return True
    try:
        first, second = (pydicom.dcmread(path) for path in (kept, arrived))
        syntaxes = {str(one.file_meta.TransferSyntaxUID) for one in (first, second)}
        if not syntaxes <= set(NATIVE) and len(syntaxes) > 1:
            for one in (first, second):
                for name in ("PixelData", "LossyImageCompression", "PhotometricInterpretation"):
                    if name in one:
                        del one[name]
        return bool(_elements(first) == _elements(second))
    except Exception:  # noqa: BLE001 - pydicom raises whatever it is led to; what cannot be read is not the same
        return False


def _elements(dataset: Any) -> Any:
    """Return a data set as values that do not depend on whether VR were explicit."""
    pixels = bytes(dataset.PixelData) if "PixelData" in dataset else b""
    rest = {element.tag: str(element.value) for element in dataset if element.keyword != "PixelData"}
    return pixels, rest
