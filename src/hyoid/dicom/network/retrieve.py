"""C-GET or C-MOVE: the series of a study from an archive into a bounded folder (PS3.4 C.4.2, C.4.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hyoid.dicom.network.associate import Caller, associated, broken
from hyoid.dicom.network.contexts import COMPRESSED, IMAGES, NATIVE, STUDY_GET, STUDY_MOVE, storage_classes
from hyoid.dicom.network.find import PENDING, FoundSeries, FoundStudy
from hyoid.dicom.network.guard import Guard
from hyoid.dicom.network.library import pynetdicom
from hyoid.dicom.network.limits import Limits
from hyoid.dicom.network.peer import Peer
from hyoid.dicom.network.receive import Listening, Receiver, take
from hyoid.dicom.network.store import CANNOT_UNDERSTAND, Placed, Store, study_key
from hyoid.dicom.network.streamed import streaming_into
from hyoid.errors import NetworkError

How = Literal["get", "move"]

_REASONS = {
    0xA701: "it could not count the instances",
    0xA702: "it could not send them: where it was to move them, is our address for this title right in its settings?",
    0xA801: "it does not know our title: add it to its settings, with our address and port",
    0xA900: "it takes the question for wrong",
    0xB000: "some instances failed",
}
"""Statuses of C-GET and C-MOVE (PS3.4 C.4.2.1.5, C.4.3.1.4)."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Where the files of a study lie, how many came, and a sentence for each series that is not complete."""

    study: FoundStudy
    folder: Path
    instances: int
    problems: tuple[str, ...] = ()


@dataclass
class _Arrivals:
    placed: list[Placed] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def refusals(self) -> list[str]:
        """Return why instances were refused, each reason once."""
        return list(dict.fromkeys([one.said for one in self.placed if one.status != 0] + self.said))


def wanted_series(study: FoundStudy, modalities: Sequence[str]) -> list[FoundSeries]:
    """Return the series of these modalities."""
    return [series for series in study.series if series.modality in modalities]


def retrieve(
    studies: Sequence[FoundStudy],
    peer: Peer,
    caller: Caller,
    spool: Path,
    *,
    how: How = "get",
    listening: Listening | None = None,
    modalities: tuple[str, ...] = ("CT", "PT"),
    limits: Limits | None = None,
) -> list[Retrieved]:
    """Fetch the series of these modalities of every study; files lie in `spool/STUDY/received`.

    Parameters
    ----------
    studies
        What `find_studies` found. Instances of other studies are refused.
    how
        "get": instances come over the connection that asks for them. "move": the archive opens a connection to the
        title `listening` names, at the address that its own settings hold for it.
    listening
        Where and under which title a receiver listens for "move".
    limits
        Bounds of the spool.

    Raises
    ------
    UnreachableError
        If the archive does not answer.
    NetworkError
        If it refuses all, or a listener is missing or cannot listen. Series that are not complete are said in what is
        returned.
    """
    store = Store(spool, limits or Limits(), {study.uid for study in studies})
    arrivals = _Arrivals()
    with ExitStack() as stack:
        handlers: list[tuple[Any, Any]] = []
        contexts: list[tuple[str, Sequence[str]]] = [(STUDY_MOVE, NATIVE)]
        roles: list[Any] = []
        if how == "move":
            if listening is None:
                raise NetworkError.of("no address to receive at", "one for C-MOVE", "Give --listen HOST:PORT.")
            classes = storage_classes(modalities)
            stack.enter_context(
                Receiver(listening, store, classes, placed=arrivals.placed.append, said=arrivals.said.append)
            )
        else:
            stack.enter_context(streaming_into(spool))
            handlers = _handlers(store, arrivals.placed.append)
            contexts, roles = _get_contexts(modalities)
        ask = _Question(peer, caller, how, listening, contexts, handlers, roles)
        return [_study(study, ask, store, arrivals, modalities) for study in studies]


@dataclass(frozen=True, slots=True)
class _Question:
    peer: Peer
    caller: Caller
    how: How
    listening: Listening | None
    contexts: list[tuple[str, Sequence[str]]]
    handlers: list[tuple[Any, Any]]
    roles: list[Any]

    def series(self, association: Any, study_uid: str, series_uid: str) -> str:
        """Ask for one series; return why it failed, "" where it did not."""
        from pydicom.dataset import Dataset

        identifier = Dataset()
        identifier.QueryRetrieveLevel = "SERIES"
        identifier.StudyInstanceUID, identifier.SeriesInstanceUID = study_uid, series_uid
        title = self.listening_title
        try:
            if self.how == "move":
                answers = association.send_c_move(identifier, title, STUDY_MOVE)
            else:
                answers = association.send_c_get(identifier, STUDY_GET)
        except ValueError as error:
            other = "get" if self.how == "move" else "move"
            raise NetworkError.of(
                f"{self.peer}, which offers no C-{self.how.upper()}",
                "an archive that gives what it has",
                f"Try --retrieve {other}.",
            ) from error
        for status, _ in answers:
            if "Status" not in status:
                raise broken(self.peer)
            if status.Status not in PENDING and status.Status != 0:
                return _why(status, title)
        return ""

    def open(self) -> AbstractContextManager[Any]:
        """Give an association to ask on."""
        return associated(self.peer, self.caller, self.contexts, self.handlers, self.roles)

    @property
    def listening_title(self) -> str:
        """The title that the archive sends to."""
        return self.listening.title if self.listening is not None else self.caller.title


def _study(
    study: FoundStudy, ask: _Question, store: Store, arrivals: _Arrivals, modalities: Sequence[str]
) -> Retrieved:
    folder = store.folder(study_key(study.uid))
    problems = []
    with ask.open() as association:
        for series in wanted_series(study, modalities):
            arrivals.placed.clear()
            arrivals.said.clear()
            why = ask.series(association, study.uid, series.uid)
            came = sum(one.status == 0 for one in arrivals.placed)
            told = [reason for reason in (why, *arrivals.refusals()) if reason]
            if told or (series.instances is not None and came < series.instances):
                counted = "" if series.instances is None else f" of {series.instances}"
                reasons = "; ".join(told) or "the archive does not say why"
                problems.append(f"{came}{counted} instances of {series.modality} series {series.uid} came: {reasons}.")
    return Retrieved(study, folder, sum(1 for _ in folder.glob("*.dcm")), tuple(problems))


def _why(status: Any, title: str) -> str:
    code, comment = int(status.Status), str(status.get("ErrorComment") or "")
    reason = _REASONS.get(code) or comment or f"it failed; does it know {title}, with the right address and port?"
    return f"the archive answers {code:04X} ({reason})"


def _get_contexts(modalities: tuple[str, ...]) -> tuple[list[tuple[str, Sequence[str]]], list[Any]]:
    """Return contexts for C-GET, and the roles in which we take instances over the same connection.

    An accepted context has one transfer syntax: images are asked for in native ones and, each in a context of its
    own, in the compressed ones, as many as there is room for.
    """
    classes = storage_classes(modalities)
    contexts: list[tuple[str, Sequence[str]]] = [(STUDY_GET, NATIVE), *((uid, NATIVE) for uid in classes)]
    images = {uid for modality in IMAGES for uid in IMAGES[modality]}
    contexts += [(uid, (syntax,)) for uid in classes if uid in images for syntax in COMPRESSED]
    build = pynetdicom().build_role
    return contexts, [build(uid, scp_role=True) for uid in classes]


def _handlers(store: Store, placed: Callable[[Placed], None]) -> list[tuple[Any, Any]]:
    events = pynetdicom("events")

    def store_one(event: Any) -> int:
        try:
            found = take(event, store)
        except Exception:  # noqa: BLE001 - whatever it is, the archive must get an answer
            found = Placed(CANNOT_UNDERSTAND, "it cannot be taken")
        placed(found)
        return found.status

    return [(events.EVT_C_STORE, store_one), *Guard(store.limits.instance_bytes).handlers(events)]
