"""The voxels of versions as files named by their hash: written whole or not at all."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path

import numpy as np

from hyoid.app.annotation.errors import AnnotationError, DamagedError
from hyoid.cohort import GTVN
from hyoid.files import sha256_of_file
from hyoid.geometry import Volume
from hyoid.imaging import read_volume, write_volume

SUFFIX = ".nii.gz"

LEFTOVER_SECONDS = 3600.0
"""Hidden files of writers that were killed are removed when they are older than this."""


class BlobStore:
    """Label maps in one folder as `<sha256>.nii.gz`.

    A blob lies under a hidden name until all its bytes are on the disk; then it is renamed, and the folder itself
    brought to the disk. What has the name of a hash is therefore complete. Equal label maps share one file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._remove_leftovers()

    def path(self, digest: str) -> Path:
        """Return where the blob of this hash lies."""
        return self.folder / f"{digest}{SUFFIX}"

    def write(self, labels: Volume) -> str:
        """Write a label map (uint8: 0, 1, 2) and return the SHA-256 of its file; it is on the disk on return."""
        check_labels(labels)
        hidden = self.folder / f".{uuid.uuid4().hex}{SUFFIX}"
        try:
            write_volume(hidden, labels)
            _sync(hidden)
            digest = sha256_of_file(hidden)
            hidden.replace(self.path(digest))
        finally:
            hidden.unlink(missing_ok=True)
        _sync(self.folder)
        return digest

    def read(self, digest: str) -> Volume:
        """Read a blob after its hash has been verified.

        Raises
        ------
        DamagedError
            If there is no file of this hash, or its bytes have another.
        """
        path = self.path(digest)
        if not path.is_file():
            raise DamagedError.of(f"no file {path.name} of a saved version", "its voxels", "Restore it from a backup.")
        found = sha256_of_file(path)
        if found != digest:
            raise DamagedError.of(
                f"the hash {found[:12]} of {path.name}", digest[:12], "The file was altered: restore it from a backup."
            )
        return read_volume(path)

    def hashes(self) -> set[str]:
        """Return the hashes of all blobs."""
        return {
            path.name.removesuffix(SUFFIX)
            for path in self.folder.iterdir()
            if path.name.endswith(SUFFIX) and not path.name.startswith(".")
        }

    def _remove_leftovers(self) -> None:
        for path in self.folder.glob(".*"):
            try:
                if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
                    path.unlink(missing_ok=True)
            except FileNotFoundError:  # its writer, or another server, was faster
                continue


def check_labels(labels: Volume) -> None:
    """Refuse what is no label map of 0 (background), 1 (GTVp) and 2 (GTVn).

    Raises
    ------
    AnnotationError
        If its type is not uint8, or it holds another value.
    """
    if labels.array.dtype != np.uint8 or labels.array.max() > GTVN:
        found = f"labels of type {labels.array.dtype} up to {labels.array.max()}"
        raise AnnotationError.of(found, "bytes of 0, 1 (GTVp) and 2 (GTVn)", "Send no other labels.")


def _sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
