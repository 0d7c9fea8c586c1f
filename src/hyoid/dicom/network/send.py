"""C-STORE: files to a peer, and for each what became of it (PS3.4 B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.dicom.elements import tolerant
from hyoid.dicom.network.associate import Caller, associated, broken
from hyoid.dicom.network.contexts import NATIVE
from hyoid.dicom.network.peer import Peer
from hyoid.errors import HyoidError, NetworkError, UnreachableError

MAX_CONTEXTS = 128
"""Contexts that one association can hold (PS3.8 9.3.2.2: odd identifiers from 1 to 255)."""

_WARNINGS = range(0xB000, 0xC000)
_NO_ROOM = range(0xA700, 0xA800)

_MEANINGS = {
    0x0117: "it takes the UID for none",
    0x0122: "it does not take this kind of object",
    0x0124: "we are not authorised",
    0x0210: "it has the request twice",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one file: `ok`, and where not a sentence; `again` where trying later may help."""

    path: Path
    ok: bool
    said: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Object:
    path: Path
    sop_class: str
    syntax: str


def send_files(files: Sequence[Path], peer: Peer, caller: Caller) -> list[Sent]:
    """Send files, in their order, over one association after the other where they are of very many kinds.

    A file that fails stops none of the rest. A peer that breaks off, or cannot be reached, fails all that it has not
    yet taken; these may be sent again.

    Raises
    ------
    HyoidError
        If the extra `dicom` is not installed. All else is said in what is returned.
    """
    done: dict[Path, Sent] = {}
    objects = []
    for path in dict.fromkeys(files):
        try:
            objects.append(_read(path))
        except HyoidError as error:
            done[path] = Sent(path, ok=False, said=str(error))
    kinds = list(dict.fromkeys((one.sop_class, one.syntax) for one in objects))
    for start in range(0, len(kinds), MAX_CONTEXTS):
        part = kinds[start : start + MAX_CONTEXTS]
        _send_part([one for one in objects if (one.sop_class, one.syntax) in part], part, peer, caller, done)
    return [done[path] for path in dict.fromkeys(files)]


def _read(path: Path) -> _Object:
    """Return what is asked for to send a file, from its meta information."""
    import pydicom

    try:
        with tolerant():
            found = pydicom.dcmread(path, specific_tags=["SOPClassUID", "SOPInstanceUID"], stop_before_pixels=True)
            sop_class, syntax = str(found.SOPClassUID), str(found.file_meta.TransferSyntaxUID)
            str(found.SOPInstanceUID)
    except Exception as error:  # pydicom raises whatever a damaged file leads it to
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise NetworkError.of(
            f"{path}, which is no complete DICOM file ({reason})", "a DICOM file with its meta information", "Check it."
        ) from error
    return _Object(path, sop_class, syntax)


def _send_part(
    objects: Sequence[_Object], kinds: Sequence[tuple[str, str]], peer: Peer, caller: Caller, done: dict[Path, Sent]
) -> None:
    contexts = [(sop_class, NATIVE if syntax in NATIVE else (syntax,)) for sop_class, syntax in kinds]
    try:
        with associated(peer, caller, list(dict.fromkeys(contexts))) as association:
            for one in objects:
                done[one.path] = _send_one(association, one, peer)
    except NetworkError as error:
        again = isinstance(error, UnreachableError)
        for one in objects:
            done.setdefault(one.path, Sent(one.path, ok=False, said=str(error), again=again))


def _send_one(association: Any, one: _Object, peer: Peer) -> Sent:
    name = one.path.name
    try:
        status = association.send_c_store(str(one.path))
    except (ValueError, AttributeError) as error:  # no context was accepted, or it cannot be encoded
        offered = any(context.abstract_syntax == one.sop_class for context in association.accepted_contexts)
        why = str(error) if offered else f"it takes no objects of this kind in transfer syntax {one.syntax}"
        return Sent(one.path, ok=False, said=f"{name} cannot be sent to {peer}: {why}.")
    except RuntimeError as error:  # the association is gone
        raise broken(peer) from error
    if "Status" not in status:
        raise broken(peer)
    return _answered(one.path, int(status.Status), str(status.get("ErrorComment") or ""), peer)


def _answered(path: Path, code: int, comment: str, peer: Peer) -> Sent:
    if code == 0:
        return Sent(path, ok=True)
    meaning = ": ".join(text for text in (_MEANINGS.get(code, ""), comment) if text)
    why = f" ({meaning})" if meaning else ""
    if code in _WARNINGS:
        return Sent(path, ok=True, said=f"{peer} took {path.name} with the warning {code:04X}{why}.")
    return Sent(path, ok=False, said=f"{peer} refused {path.name} with {code:04X}{why}.", again=code in _NO_ROOM)
