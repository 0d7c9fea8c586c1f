"""How a lesion's label is said in DICOM: names by TG-263, codes, colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hyoid.errors import DicomError

CodeTriple = tuple[str, str, str]
"""Code value, coding scheme designator, code meaning."""

ABNORMAL: CodeTriple = ("49755003", "SCT", "Morphologically Abnormal Structure")
"""Category of every lesion (PS3.16 CID 7150)."""

ARTIFICIAL_INTELLIGENCE: CodeTriple = ("123110", "DCM", "Artificial Intelligence")
"""Algorithm family (PS3.16 CID 7162)."""


@dataclass(frozen=True, slots=True)
class LesionCode:
    """What a label of hyoid's label maps is called.

    Attributes
    ----------
    name
        By AAPM's TG-263 (2018): GTVp, GTVn.
    type
        Segmented property (PS3.16 CID 7159).
    target
        RT target (PS3.16 CID 9534).
    region
        Anatomic region.
    color
        RGB, 0-255.
    """

    name: str
    description: str
    type: CodeTriple
    target: CodeTriple
    region: CodeTriple
    color: tuple[int, int, int]


_HEAD_AND_NECK: CodeTriple = ("774007", "SCT", "Head and Neck")

LESIONS: Mapping[str, LesionCode] = {
    "gtvp": LesionCode(
        "GTVp",
        "Gross tumour volume, primary",
        ("372087000", "SCT", "Neoplasm, Primary"),
        ("130052", "DCM", "GTV Primary"),
        _HEAD_AND_NECK,
        (220, 40, 40),
    ),
    "gtvn": LesionCode(
        "GTVn",
        "Gross tumour volume, nodal",
        ("14799000", "SCT", "Neoplasm, Secondary"),
        ("130051", "DCM", "GTV Nodal"),
        ("312501005", "SCT", "Structure of lymph node of head and neck"),
        (250, 200, 30),
    ),
    "tumour": LesionCode(
        "GTV",
        "Gross tumour volume, primary and nodal together",
        ("108369006", "SCT", "Neoplasm"),
        ("228791009", "SCT", "GTV"),
        _HEAD_AND_NECK,
        (220, 40, 40),
    ),
}
"""By the names that recipes give their labels."""


def lesion_code(name: str) -> LesionCode:
    """Return what a label is called.

    Raises
    ------
    DicomError
        If the label is none of `LESIONS`.
    """
    if name not in LESIONS:
        raise DicomError.of(f"the label '{name}'", f"one of {', '.join(LESIONS)}", "Correct the prediction's labels.")
    return LESIONS[name]
