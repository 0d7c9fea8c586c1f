"""Where received instances lie: one file each, named by hashes of their UIDs, never by what a peer says."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.dicom.network.limits import Limits
from hyoid.dicom.network.same import same_object

SUCCESS = 0x0000
OUT_OF_RESOURCES = 0xA700
DOES_NOT_MATCH = 0xA900
CANNOT_UNDERSTAND = 0xC000
"""Answers to C-STORE (PS3.4 B.2.3)."""

MAX_UID = 64
_HEADER = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID")


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of one instance: the status to answer, a sentence, and the study that it was added to."""

    status: int
    said: str
    study: str = ""
    added: bool = False


def study_key(study_uid: str) -> str:
    """Return the name that a study has on disk and in logs: it tells studies apart and leads back to nobody.

    >>> study_key("1.2.3")
    'c47f5b18b8a430e698b9'
    """
    return hashlib.sha256(study_uid.encode("utf-8", "surrogateescape")).hexdigest()[:20]


class Store:
    """A folder with a folder for each study, `STUDY/received/INSTANCE.dcm`, and its bounds.

    Parameters
    ----------
    root
        The folder.
    limits
        Its bounds; what it holds already counts.
    wanted
        Study Instance UIDs of which instances are taken; None: of any.
    """

    def __init__(self, root: Path, limits: Limits, wanted: Collection[str] | None = None) -> None:
        self.root, self.limits, self._wanted = root, limits, wanted
        self._lock = threading.Lock()
        root.mkdir(parents=True, exist_ok=True)
        for left in root.glob(".removed-*"):
            shutil.rmtree(left, ignore_errors=True)
        self.count()

    def count(self) -> None:
        """Count anew what the folder holds."""
        files = [path.stat().st_size for path in self.root.glob("*/received/*.dcm")]
        with self._lock:
            self.instances, self.total_bytes = len(files), sum(files)

    def folder(self, study: str) -> Path:
        """Return where the instances of a study lie."""
        return self.root / study / "received"

    def place(self, arrived: Path, sop_class: str, sop_instance: str) -> Placed:
        """Move a complete file to its place, and say what to answer the peer.

        The file goes if it is refused. The UIDs are those that the request names; the data set must say the same.
        What is there already stays: a copy is a success, another object with the same UID is refused.
        """
        try:
            return self._place(arrived, sop_class, sop_instance)
        except OSError as error:
            return Placed(OUT_OF_RESOURCES, f"it cannot be written ({error.strerror or error})")
        finally:
            arrived.unlink(missing_ok=True)

    def remove(self, study: str, unless: Callable[[], bool]) -> bool:
        """Remove a study with all that lies in its folder, `unless` that is true now; nothing can come in between."""
        folder, away = self.root / study, self.root / f".removed-{study}"
        with self._lock:
            if unless():
                return False
            files = [path.stat().st_size for path in self.folder(study).glob("*.dcm")]
            folder.rename(away)
            self.instances -= len(files)
            self.total_bytes -= sum(files)
        shutil.rmtree(away, ignore_errors=True)
        return True

    def _place(self, arrived: Path, sop_class: str, sop_instance: str) -> Placed:
        found = _header(arrived)
        if found is None:
            return Placed(CANNOT_UNDERSTAND, "its data set cannot be read")
        wrong = self._wrong(found, sop_class, sop_instance)
        if wrong:
            return Placed(DOES_NOT_MATCH, wrong)
        study = study_key(found[2])
        path = self.folder(study) / f"{hashlib.sha256(sop_instance.encode()).hexdigest()[:40]}.dcm"
        with self._lock:
            if path.exists():
                if same_object(path, arrived):
                    return Placed(SUCCESS, "it was here already", study)
                return Placed(CANNOT_UNDERSTAND, "another object with its UID is here", study)
            size = arrived.stat().st_size
            full = self._full(size)
            if full:
                return Placed(OUT_OF_RESOURCES, full, study)
            _keep(arrived, path)
            self.instances += 1
            self.total_bytes += size
        return Placed(SUCCESS, "received", study, added=True)

    def _wrong(self, found: tuple[str, str, str], sop_class: str, sop_instance: str) -> str:
        """Return why an instance is not what was announced or asked for; "" where it is."""
        own_class, own_instance, study_uid = found
        if (own_class, own_instance) != (sop_class, sop_instance):
            return "its data set names other UIDs than the request"
        if not (0 < len(study_uid) <= MAX_UID and 0 < len(own_instance) <= MAX_UID):
            return "it has no study, or a UID that is none"
        if self._wanted is not None and study_uid not in self._wanted:
            return "it is of a study that was not asked for"
        return ""

    def _full(self, size: int) -> str:
        """Return why there is no room for so many bytes more; "" where there is."""
        if size > self.limits.instance_bytes:
            return f"it has more than {self.limits.instance_bytes} bytes"
        if self.instances >= self.limits.instances:
            return f"{self.instances} instances are here, which is the bound"
        if self.total_bytes + size > self.limits.total_bytes:
            return f"{self.total_bytes} bytes are here, and {self.limits.total_bytes} are the bound"
        if shutil.disk_usage(self.root).free - size < self.limits.free_bytes:
            return f"less than {self.limits.free_bytes} bytes would stay free on the disk"
        return ""


def _keep(arrived: Path, path: Path) -> None:
    """Rename a file onto its place once its bytes are on the disk: what was answered with success is never lost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with arrived.open("r+b") as stream:
        os.fsync(stream.fileno())
    arrived.replace(path)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _header(path: Path) -> tuple[str, str, str] | None:
    """Return SOP class, SOP instance and study of a file; None where it cannot be read."""
    import pydicom

    try:
        with path.open("rb") as stream:
            found = pydicom.dcmread(stream, stop_before_pixels=True, specific_tags=list(_HEADER))
            sop_class, sop_instance, study = (_text(found.get(name)) for name in _HEADER)
    except Exception:  # noqa: BLE001 - pydicom raises whatever a damaged file leads it to
        return None
    return sop_class, sop_instance, study


def _text(value: Any) -> str:
    return "" if value is None else str(value)
