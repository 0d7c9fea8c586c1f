"""The folder that an import writes in: looked at before any work, and named where a write fails later."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hyoid.errors import DicomError

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""What fails for every further case too: no space, no quota, a disk that is read only."""


class FullDiskError(DicomError):
    """A disk that takes nothing more: whoever goes on with the next case fails again."""


def check_out(out: Path, roots: Sequence[Path], *, writes: bool) -> None:
    """Refuse a folder that no cohort can be written in; nothing is left in it.

    Parameters
    ----------
    out
        The cohort's folder, or where it will be.
    roots
        Where the DICOM lies. It cannot be `out` itself, which is left out of what is looked at.
    writes
        Whether anything is to be written at all.

    Raises
    ------
    DicomError
        If it is a file, one of the roots, or cannot be written in.
    """
    if out.exists() and not out.is_dir():
        raise DicomError.of(f"a file at {out}", "a folder to write the cohort in, or nothing yet", "Name another.")
    if any(root.exists() and out.exists() and root.samefile(out) for root in roots):
        raise DicomError.of(
            f"the same folder {out} as SRC and as OUT",
            "an OUT of its own: what lies in OUT is left out of the import, so that no cohort is taken for DICOM",
            f"Name another OUT, such as {out / 'cohort'}.",
        )
    if writes:
        with writing(out):
            _try_to_write(out)


@contextmanager
def writing(where: Path) -> Iterator[None]:
    """Say of a write that fails where it was to go, and not what was to be written.

    Raises
    ------
    DicomError
        In place of an OSError; `FullDiskError` where every further write fails too.
    """
    try:
        yield
    except OSError as error:
        kind = FullDiskError if error.errno in _OF_THE_DISK else DicomError
        raise kind.of(
            f"no way to write in {where} ({error.strerror or error})",
            "a folder of yours on a disk with room",
            "Make room, change its permissions or name another OUT, and run again: what is finished stays.",
        ) from error


def _try_to_write(out: Path) -> None:
    """Raise OSError where nothing can be made in `out`, or in the nearest folder above that is there."""
    nearest = next(folder for folder in (out.absolute(), *out.absolute().parents) if os.path.lexists(folder))
    with tempfile.TemporaryFile(dir=nearest):  # permissions alone do not tell: of root, of shared disks
        pass
