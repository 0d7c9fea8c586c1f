"""What an edit of a label map gives back, and what all edits ask of their input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.components import content_block, label_components, voxel_counts

GTVP, GTVN = 1, 2
NAMES = {GTVP: "GTVp", GTVN: "GTVn"}

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Edited:
    """An edited label map.

    Parameters
    ----------
    labels
        uint8 (z, y, x) on the grid of the input, which is left as it was.
    change_ml
        By how much each label that was or is there grew (mL), negative where it shrank.
    notes
        What was done and what to look at, in sentences.
    """

    labels: Volume
    change_ml: dict[int, float]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, before: Volume, after: Labels, notes: tuple[str, ...] = ()) -> Edited:
        """Compare a label map with what became of it; each label's change is added to the notes."""
        counts = [voxel_counts(array) for array in (before.array, after)]
        milliliters = before.grid.voxel_volume_mm3 / 1000.0
        change = {
            label: float(counts[1][label] - counts[0][label]) * milliliters
            for label in range(1, 256)
            if counts[0][label] or counts[1][label]
        }
        told = tuple(_change_note(label, ml, int(counts[1][label])) for label, ml in change.items() if ml)
        return cls(before.with_array(after), change, notes + told)


def checked(labels: Volume) -> Labels:
    """Return a copy of a label map's voxels.

    Raises
    ------
    ImageError
        If they are not of type uint8.
    """
    if labels.array.dtype != np.uint8:
        raise ImageError.of(
            f"a label map of type {labels.array.dtype}", "uint8", "Give labels as uint8: 0, 1 (GTVp), 2 (GTVn)."
        )
    return labels.array.copy()


def check_label(label: int) -> None:
    """Raise unless `label` can stand in a label map.

    Raises
    ------
    ImageError
        If it is not in 1-255.
    """
    if not 1 <= label <= 255:
        raise ImageError.of(f"label {label}", "1 (GTVp), 2 (GTVn) or another up to 255", "Choose one of the labels.")


def check_number(name: str, value: float, *, least: float = 0.0, open_end: bool = False) -> None:
    """Raise unless a number is finite and not below `least` (not equal to it either with `open_end`).

    Raises
    ------
    ImageError
        If it is.
    """
    if not np.isfinite(value) or value < least or (open_end and value == least):
        raise ImageError.of(
            f"{name} = {value:g}", f"a number {'above' if open_end else 'of at least'} {least:g}", "Give another one."
        )


def labels_present(labels: Labels, label: int | None) -> list[int]:
    """Return the one label, or all that are in the map."""
    if label is not None:
        check_label(label)
        return [label]
    return [int(value) for value in np.flatnonzero(voxel_counts(labels)) if value]


def same_grid(labels: Volume, other: Volume, name: str) -> NDArray[Any]:
    """Return the other image's voxels.

    Raises
    ------
    ImageError
        If it lies on another grid.
    """
    if not labels.grid.same_as(other.grid):
        raise ImageError.of(
            f"{name} on {other.grid}", f"the label map's grid, {labels.grid}", "Resample it onto the label map's grid."
        )
    return other.array


def name_of(label: int) -> str:
    """Name a label as contours are named."""
    return NAMES.get(label, f"label {label}")


def pieces_notes(before: Labels, after: Labels) -> tuple[str, ...]:
    """Say which labels fell apart."""
    notes = []
    for label in labels_present(after, None):
        masks = [array == label for array in (before, after)]
        counts = [label_components(mask[content_block(mask)])[1] for mask in masks]
        if counts[1] > counts[0]:
            notes.append(f"{name_of(label)} was {counts[0]} and is now {counts[1]} components: clean up.")
    return tuple(notes)


def _change_note(label: int, milliliters: float, left: int) -> str:
    if not left:
        return f"Nothing is left of {name_of(label)}, which lost {-milliliters:.2f} mL."
    word = "grew" if milliliters > 0 else "shrank"
    return f"{name_of(label)} {word} by {abs(milliliters):.2f} mL."
