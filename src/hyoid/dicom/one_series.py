"""The one series that a folder was given for: found among whatever lies there, and stacked as it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from hyoid.dicom.equal import same_image
from hyoid.dicom.series import Series
from hyoid.dicom.source import Reader
from hyoid.dicom.stack import Stack, stack_of
from hyoid.dicom.survey import survey
from hyoid.errors import DicomError


def one_series(
    place: Path,
    reader: Reader,
    wanted: Callable[[Series], bool],
    what: str,
    uid: str | None = None,
    *,
    by_name: str = "",
) -> Series:
    """Return the one series in a folder or archive that is wanted, or the one that is named.

    Parameters
    ----------
    place
        Folder, zip archive or file; strangers in it are passed over.
    reader
        Opens the files.
    wanted
        Which series count.
    what
        What they are called, such as "CT series".
    uid
        Series Instance UID, where there may be several.
    by_name
        How the user may give it, such as "--series UID"; "" where there is no such way.

    Raises
    ------
    DicomError
        If there is nothing at `place`, a file that may belong to the series cannot be read, or there is not just one.
    """
    found = survey([place], reader)
    if found.damaged:
        raise DicomError.of(
            f"{found.n_damaged} damaged files in {place} ({found.damaged[0].rstrip('.')})",
            "files that can be read: one of them may be a slice",
            "Copy them again, or take them out of the folder.",
        )
    series = [one for one in found.series if wanted(one)]
    named = [one for one in series if uid in (None, one.uid)]
    if uid is not None and not named:
        raise DicomError.of(
            f"{len(series)} {what} in {place}, none of them {uid}",
            "the series that is asked for",
            "Give the folder that holds it.",
        )
    if len(named) != 1:
        listed = "; ".join(f"{one.uid}, {one.title}" for one in named)
        raise DicomError.of(
            f"{len(named)} {what} in {place}{': ' + listed if listed else ''}",
            f"one {what}",
            (f"Name it with {by_name}, or give" if by_name and len(named) > 1 else "Give")
            + " a folder with that series alone.",
        )
    return named[0]


def strict_stack(series: Series, reader: Reader) -> Stack:
    """Return a series as a stack in which every slice counts; see `stack_of`."""
    return stack_of(series, partial(same_image, reader=reader), strict=True)


def frame_of_reference(series: Series) -> str:
    """Return the one frame of reference that all images of a series name.

    Raises
    ------
    DicomError
        If they name several, or none.
    """
    frames = series.frames_of_reference
    if len(frames) > 1 or not frames[0]:
        found = f"frames of reference {', '.join(frames)}" if len(frames) > 1 else "images without Frame of Reference"
        raise DicomError.of(
            f"{found} in {series.title}", "one frame of reference in a series", "Separate the acquisitions."
        )
    return frames[0]
