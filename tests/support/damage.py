"""Files damaged by a seed: as a bad medium or a broken transfer leaves them, and as a hostile writer makes them."""

from __future__ import annotations

import copy
import io
import random
import warnings
from collections.abc import Iterator

from pydicom import config, dcmwrite
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

ABSURD = (0, -1, 1, 65535, 2**31 - 1, 1e9, 1e300, -1e300, 1e-300, "nan", "inf")
"""Numbers where a count, a size, a place or a factor should be."""

OTHER_VR = (
    *(("UT", "junk"), ("LO", "\\\\"), ("OB", b"\x01\x02\x03\x04\x05\x06"), ("UN", b"\xff\xfe\x00\x01"), ("FD", 1.5)),
    *(
        ("SQ", [Dataset()]),
        ("US", 65535),
        ("IS", "7"),
        ("UI", "1..2"),
        ("DS", "1"),
        ("DA", "20200101"),
        ("AT", 0x00100010),
    ),
)


def damaged(content: bytes, seed: int) -> bytes:
    """Return a file cut off, with bits flipped, with bytes overwritten, or with a part doubled or gone."""
    draw = random.Random(seed)
    where = draw.randrange(len(content)) if draw.random() < 0.5 else draw.randrange(min(1500, len(content)))
    match seed % 5:
        case 0:
            return content[:where]
        case 1:
            flipped = bytearray(content)
            for _ in range(draw.randint(1, 30)):
                flipped[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
            return bytes(flipped)
        case 2:
            return content[:where] + draw.randbytes(8) + content[where + 8 :]
        case 3:
            return content[:where] + b"\xff\xff\xff\xff" + content[where + 4 :]
        case _:
            return content[:where] + content[where + draw.randint(1, 9) :]


def spoiled(dataset: Dataset, seed: int) -> tuple[bytes, str]:
    """Return a valid file whose elements are not what they should be, and what was done to it.

    One or two elements, at any depth, are gone, of another VR, absurd numbers, or sequences empty or doubled.
    """
    draw = random.Random(seed)
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        while True:
            stream = io.BytesIO()
            try:
                changed, told = copy.deepcopy(dataset), []
                for _ in range(draw.randint(1, 2)):
                    holder, element = draw.choice(list(_elements(changed)))
                    told.append(_spoil(holder, element, draw))
                dcmwrite(stream, changed, enforce_file_format=True)
            except Exception:  # noqa: BLE001, S112 - what cannot be written is no file
                continue
            return stream.getvalue(), "; ".join(told)


def _elements(dataset: Dataset) -> Iterator[tuple[Dataset, DataElement]]:
    for element in dataset:
        yield dataset, element
        if element.VR == "SQ":
            for item in element.value:
                yield from _elements(item)


def _spoil(holder: Dataset, element: DataElement, draw: random.Random) -> str:
    tag, name = element.tag, element.keyword or str(element.tag)
    match draw.randrange(4):
        case 0:
            holder.pop(tag, None)
            return f"{name} gone"
        case 1 if element.VR == "SQ":
            items = list(element.value)
            holder[tag] = DataElement(tag, "SQ", draw.choice([[], items * 2, items[:-1], [Dataset()]]))
            return f"{name} of other items"
        case 1 | 2 if element.VR in ("DS", "IS", "US", "SS", "UL", "FD", "FL"):
            values = list(element.value) if element.VM > 1 else [element.value]
            values[draw.randrange(len(values))] = (absurd := draw.choice(ABSURD))
            number = {"DS": str, "IS": lambda v: str(v).partition(".")[0]}.get(element.VR, lambda v: v)
            holder[tag] = DataElement(tag, element.VR, [number(value) for value in values])
            return f"{name} {absurd}"
        case _:
            vr, value = draw.choice(OTHER_VR)
            holder[tag] = DataElement(tag, vr, copy.deepcopy(value))
            return f"{name} as {vr}"
