"""File names of the challenge: `<ID>__CT.nii.gz`, `<ID>_PT.nii.gz`, `<ID>.nii.gz`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from hyoid.cohort.layouts.found import Files
from hyoid.cohort.problem import Problem
from hyoid.imaging import IMAGE_SUFFIXES, is_image

MODALITY_OF_TAG = {
    "ct": "ct",
    "pt": "pet",
    "pet": "pet",
    "ctplanning": "ct_planning",
    "rtdose": "dose",
    "dose": "dose",
}

_TAGGED = re.compile(r"(?P<id>.+?)_{1,2}(?P<tag>CTPlanning|CT|PET|PT|RTDOSE|Dose)", re.IGNORECASE)


def stem_of(path: Path) -> str:
    """Return the file name without its image ending.

    >>> stem_of(Path("a/CHUM-012__CT.nii.gz"))
    'CHUM-012__CT'
    """
    name = path.name
    suffix = next((suffix for suffix in IMAGE_SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)]


def parse_name(path: Path) -> tuple[str, str | None]:
    """Return patient id and modality of a file name; the modality is None for a mask, whose name is the id alone.

    >>> parse_name(Path("A_1-b__CTPlanning.mha")), parse_name(Path("CHUM-012.nii.gz"))
    (('A_1-b', 'ct_planning'), ('CHUM-012', None))
    """
    stem = stem_of(path)
    match = _TAGGED.fullmatch(stem)
    return (match["id"], MODALITY_OF_TAG[match["tag"].lower()]) if match else (stem, None)


def images_in(folder: Path) -> list[Path]:
    """Return the image files of a folder by name, hidden ones left out."""
    return sorted(p for p in folder.iterdir() if is_image(p) and not p.name.startswith(".") and p.is_file())


def folders_in(folder: Path) -> list[Path]:
    """Return the folders of a folder by name, hidden ones left out."""
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def collect(paths: Iterable[Path], problems: list[Problem]) -> dict[str, Files]:
    """Sort files by patient and modality; of two files for one, the first by name is used, and it is reported."""
    files: dict[str, Files] = {}
    for path in sorted(paths):
        identifier, modality = parse_name(path)
        add(files.setdefault(identifier, Files()), identifier, modality, path, problems)
    return files


def add(files: Files, identifier: str, modality: str | None, path: Path, problems: list[Problem]) -> None:
    """Put one file of a patient in its place, unless another lies there."""
    known = files.mask if modality is None else files.images.get(modality)
    if known is None and modality is None:
        files.mask = path
    elif known is None:
        files.images[str(modality)] = path
    else:
        problems.append(
            Problem(
                "duplicate-image",
                f"{known.name} and {path.name} for the {modality or 'mask'}",
                "one file a modality",
                f"{known.name} was used; remove the other.",
                identifier,
            )
        )
