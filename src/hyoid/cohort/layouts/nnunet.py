"""nnU-Net's raw layout: `imagesTr/ID_0000.nii.gz` is the CT, `_0001` the PET, `labelsTr/ID.nii.gz` the mask."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hyoid.cohort.layouts.found import Files, Found
from hyoid.cohort.layouts.hecktor import tables_of
from hyoid.cohort.layouts.names import add, images_in, stem_of
from hyoid.cohort.problem import Problem
from hyoid.errors import CohortError

DEFAULT_CHANNELS = {0: "ct", 1: "pet"}
MODALITY_OF_CHANNEL = {"ct": "ct", "pt": "pet", "pet": "pet", "suv": "pet"}
"""Names of `dataset.json` channels (in lower case)."""

_CHANNEL = re.compile(r"(?P<id>.+)_(?P<channel>\d{4})")


def is_nnunet(root: Path) -> bool:
    """Whether a folder holds `imagesTr` or `imagesTs`."""
    return (root / "imagesTr").is_dir() or (root / "imagesTs").is_dir()


def read_nnunet(root: Path) -> Found:
    """Read the training and test images and labels; `dataset.json` may name the channels in another order.

    Raises
    ------
    CohortError
        If `dataset.json` is unreadable, names other channels, or gives GTVp and GTVn other label values.
    """
    found = Found("nnunet", tables=tables_of(root))
    channels = _channels(root / "dataset.json")
    _check_labels(root / "dataset.json")
    for part in ("Tr", "Ts"):
        images, labels = root / f"images{part}", root / f"labels{part}"
        for path in images_in(images) if images.is_dir() else []:
            match = _CHANNEL.fullmatch(stem_of(path))
            modality = channels.get(int(match["channel"])) if match else None
            if match is None or modality is None:
                found.problems.append(
                    Problem(
                        "unrecognised-file",
                        f"the image {path.name}",
                        f"<ID>_0000 and so on for the channels {channels}",
                        "It was left out; rename it, or name its channel in dataset.json.",
                    )
                )
                continue
            add(found.files.setdefault(match["id"], Files()), match["id"], modality, path, found.problems)
        for path in images_in(labels) if labels.is_dir() else []:
            identifier = stem_of(path)
            add(found.files.setdefault(identifier, Files()), identifier, None, path, found.problems)
    return found


def _check_labels(path: Path) -> None:
    """Refuse a `dataset.json` that gives GTVp or GTVn another value than 1 or 2: the lesions would be swapped.

    Labels are `{name: value}` in nnU-Net's version 2 and `{value: name}` in version 1; other names are left alone.
    """
    if not path.is_file():
        return
    named = json.loads(path.read_text(encoding="utf-8")).get("labels") or {}
    pairs = {str(key).lower(): str(value).lower() for key, value in named.items()}
    pairs |= {value: key for key, value in pairs.items()}
    for name, value in (("gtvp", "1"), ("gtvn", "2")):
        if pairs.get(name, value) != value:
            raise CohortError.of(
                f"{name.upper()[:3]}{name[3:]} as label {pairs[name]} in {path}",
                "1 for GTVp and 2 for GTVn in every mask",
                "Recode the masks, and dataset.json with them.",
            )


def _channels(path: Path) -> dict[int, str]:
    """Modality by channel number, of nnU-Net's `channel_names` (version 2) or `modality` (version 1)."""
    if not path.is_file():
        return DEFAULT_CHANNELS
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        named = content.get("channel_names") or content.get("modality") or {}
        words = {int(number): str(name).strip().lower() for number, name in named.items()}
    except (ValueError, AttributeError) as error:
        raise CohortError.of(
            f"an unreadable {path} ({error})", "nnU-Net's dataset.json with channel_names", "Repair or remove it."
        ) from error
    if not words:
        return DEFAULT_CHANNELS
    known = {number: MODALITY_OF_CHANNEL[word] for number, word in words.items() if word in MODALITY_OF_CHANNEL}
    if not known or len(set(known.values())) < len(known):
        raise CohortError.of(
            f"the channels {sorted(words.values())} in {path}", "CT and PET (or PT), once each", "Rename them."
        )
    return known
