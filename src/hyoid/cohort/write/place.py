"""What the writers of all layouts share: images placed, labels checked, and what was left out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from hyoid.cohort.case import GTVN, Case
from hyoid.cohort.expert_mask import MASK_TOLERANCE_MM
from hyoid.cohort.layouts.names import MODALITY_OF_TAG, parse_name
from hyoid.errors import CohortError, HyoidError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import IMAGE_SUFFIXES, read_grid

Images = Literal["copy", "link", "none"]
"""Whether a cohort's images are copied, linked (symbolic links to where they lie), or left out."""

LabelsOf = Callable[[Case], Volume | None]
"""Returns the label map of a case, None where it has none; a HyoidError leaves the case out."""


@dataclass(frozen=True, slots=True)
class WrittenCohort:
    """What was written: the ids of the cases, why others were left out, and what is to be known."""

    cases: tuple[str, ...]
    left_out: dict[str, str]
    notes: tuple[str, ...] = ()


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a hidden folder that takes the name `path` when the block ends well, and is removed when it does not.

    Raises
    ------
    CohortError
        If there is something in `path` already.
    """
    path = Path(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CohortError.of(f"{path} with something in it", "a new or empty folder", "Choose another, or empty it.")
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.mkdir(parents=True)
    try:
        yield partial
        if path.exists():
            path.rmdir()
        partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def place_image(source: Path, target: Path, images: Images) -> None:
    """Copy an image file, or link to it; the target's folder is made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if images == "link":
        target.symlink_to(Path(source).resolve())
    elif images == "copy":
        shutil.copyfile(source, target)


def suffix_of(path: Path) -> str:
    """Return the image ending of a file's name: `.nii.gz`, `.mha`."""
    return next(suffix for suffix in IMAGE_SUFFIXES if path.name.lower().endswith(suffix))


def check_id(identifier: str) -> None:
    """Refuse an id that cannot name a file, or that would be read back as another.

    Raises
    ------
    CohortError
        If it is empty, hidden, holds a separator, or ends in what names an image.
    """
    bad = not identifier or identifier.startswith(".") or Path(identifier).name != identifier or "\\" in identifier
    if bad or parse_name(Path(f"{identifier}.nii.gz")) != (identifier, None):
        raise CohortError.of(
            f"the id {identifier!r}",
            f"one that can name a file, and does not end in one of {', '.join(MODALITY_OF_TAG)}",
            "Rename the patient in the cohort.",
        )


def checked_labels(case: Case, labels: Volume, grid: Grid) -> Volume:
    """Return a label map as uint8 on exactly the grid of the image that it belongs to.

    Raises
    ------
    CohortError
        If it lies on another grid, or holds other labels than 0, 1 and 2.
    """
    if not labels.grid.same_as(grid, MASK_TOLERANCE_MM):
        raise CohortError.of(f"a label map of {case.id} on {labels.grid}", f"{grid}", "Resample it onto the image.")
    if not np.isin(np.unique(labels.array), range(GTVN + 1)).all():
        raise CohortError.of(f"other labels in the map of {case.id}", "0, 1 (GTVp) and 2 (GTVn)", "Recode it.")
    return Volume(labels.array.astype(np.uint8, copy=False), grid)


def reference_grid(case: Case) -> Grid:
    """Return the grid that a case's label map lies on: the CT's, or the PET's where it has no CT.

    Raises
    ------
    CohortError
        If it has neither.
    """
    for modality in ("ct", "pet"):
        if modality in case.images:
            return read_grid(case.images[modality])
    raise CohortError.of(f"neither CT nor PET of {case.id}", "one of the two", "Look at the cohort's folder.")


def reason(error: HyoidError | OSError) -> str:
    """Return why a case was left out."""
    return str(error)
