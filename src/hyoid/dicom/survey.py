"""A first look at a pile: the headers of everything in it, as series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hyoid.dicom.find import Stranger, find_candidates
from hyoid.dicom.read import read_slices
from hyoid.dicom.series import Series, group_series
from hyoid.dicom.slice import Slice
from hyoid.dicom.source import Reader, Source
from hyoid.errors import DicomError
from hyoid.progress import track

MAX_NAMED = 20
"""Damaged files that are named; the rest is counted."""


@dataclass
class Survey:
    """What lies in a pile.

    Parameters
    ----------
    series
        By patient, study and series.
    files
        How many files were looked at.
    left_out
        How many files by the reason why they are no DICOM object of a series.
    damaged
        The first `MAX_NAMED` files that may have been images and cannot be read, each a sentence.
    n_damaged
        How many there are.
    """

    series: list[Series] = field(default_factory=list)
    files: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)
    n_damaged: int = 0

    def leave_out(self, stranger: Stranger) -> None:
        """Count a file that is no DICOM object of a series."""
        if not stranger.damaged:
            self.left_out[stranger.reason] += 1
            return
        self.n_damaged += 1
        if len(self.damaged) < MAX_NAMED:
            self.damaged.append(f"{stranger.source}: {stranger.reason}")


def survey(roots: Sequence[Path], reader: Reader, skip: Path | None = None) -> Survey:
    """Read the headers of all files under `roots`, in folders and zip archives; nothing under `skip` is looked at.

    Raises
    ------
    DicomError
        If there is nothing at one of the roots.
    """
    found, slices = Survey(), []
    for root in roots:
        for one in track(find_candidates(root, reader, skip), "headers"):
            found.files += 1
            if isinstance(one, Stranger):
                found.leave_out(one)
            else:
                slices += _slices(one, reader, found)
    found.series = group_series(slices)
    return found


def _slices(source: Source, reader: Reader, found: Survey) -> list[Slice]:
    try:
        return read_slices(source, reader)
    except DicomError as error:
        is_directory = str(error).startswith("a DICOMDIR")
        found.leave_out(Stranger(source, "a DICOMDIR" if is_directory else str(error), damaged=not is_directory))
        return []
