"""A listener that takes instances by C-STORE and answers C-ECHO: titles checked, bounds kept, files on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hyoid.dicom.network.contexts import COMPRESSED, NATIVE, VERIFICATION
from hyoid.dicom.network.guard import Guard
from hyoid.dicom.network.library import pynetdicom
from hyoid.dicom.network.limits import ANNOUNCED_PDU_BYTES, CONNECT_SECONDS, MAX_ASSOCIATIONS, NETWORK_SECONDS
from hyoid.dicom.network.peer import check_title
from hyoid.dicom.network.server import end_server, server_class
from hyoid.dicom.network.store import CANNOT_UNDERSTAND, SUCCESS, Placed, Store
from hyoid.dicom.network.streamed import streaming_into
from hyoid.dicom.network.tls import Tls
from hyoid.dicom.source import printable
from hyoid.errors import NetworkError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

REJECTED_CALLED = "called by another title than its own"
REJECTED_CALLING = "the calling title is not allowed"

Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a receiver listens, and whom it takes.

    Parameters
    ----------
    title
        Own title: whoever calls another one is rejected.
    host, port
        Where; port 0 takes a free one.
    allowed
        Calling titles that are taken. Empty: any, which is refused where `host` is no address of this machine alone.
    tls
        Certificates; None: connections are not encrypted.
    """

    title: str
    host: str = "127.0.0.1"
    port: int = 11112
    allowed: tuple[str, ...] = ()
    tls: Tls | None = None

    def check(self) -> None:
        """Raise NetworkError where a title is none, or the network could reach it and no title is named."""
        for title in (self.title, *self.allowed):
            check_title(title)
        if not self.allowed and self.host not in LOOPBACK:
            raise NetworkError.of(
                f"the address {self.host}, which other machines can reach, and no calling title that is allowed",
                "the titles of those who may send",
                "Give --allow AET for each of them, or listen on 127.0.0.1.",
            )


class Receiver:
    """Takes instances from its start to `stop`, in threads; a context manager.

    Parameters
    ----------
    listening
        Where, and from whom.
    store
        Where instances go.
    classes
        SOP classes of storage that are taken.
    placed
        Called with what came of each instance, from the thread that received it.
    said
        Called with a sentence for each connection that is refused or breaks off. It names titles and addresses.
    """

    def __init__(
        self,
        listening: Listening,
        store: Store,
        classes: Sequence[str],
        placed: Callable[[Placed], None] | None = None,
        said: Said | None = None,
    ) -> None:
        listening.check()
        self._listening, self._store, self._classes = listening, store, classes
        self._placed, self._said = placed or _nothing, said or _nothing
        self._open = ExitStack()
        self._sending: dict[Any, set[str]] = {}
        self.port = listening.port

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen.

        Raises
        ------
        NetworkError
            If the address cannot be listened on, or the certificates cannot be used.
        """
        where = self._listening
        context = where.tls.server() if where.tls is not None else None
        entity = self._entity()
        self._open.enter_context(streaming_into(self._store.root))
        try:
            server = entity.make_server(
                (where.host, where.port),
                evt_handlers=self._handlers(),
                ssl_context=context,
                server_class=server_class(),
            )
        except OSError as error:
            self._open.close()
            raise NetworkError.of(
                f"{where.host}:{where.port}, where nothing can listen ({error.strerror or error})",
                "an address of this machine and a free port",
                "Stop what listens there, or give another --host or --port.",
            ) from error
        self.port = int(server.socket.getsockname()[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        self._open.callback(end_server, server, thread)

    def stop(self) -> None:
        """Take no more, and break off what is under way: a peer that got no answer sends again."""
        self._open.close()

    def studies_under_way(self) -> set[str]:
        """Return the studies of which instances came over connections that are still open: more may follow."""
        for association in list(self._sending):
            if not association.is_alive():
                self._sending.pop(association, None)
        return {study for studies in list(self._sending.values()) for study in list(studies)}

    def _entity(self) -> Any:
        entity = pynetdicom().AE(ae_title=self._listening.title)
        entity.require_called_aet = True
        entity.require_calling_aet = list(self._listening.allowed)
        entity.maximum_associations, entity.maximum_pdu_size = MAX_ASSOCIATIONS, ANNOUNCED_PDU_BYTES
        entity.acse_timeout, entity.dimse_timeout, entity.network_timeout = CONNECT_SECONDS, None, NETWORK_SECONDS
        for sop_class in self._classes:
            entity.add_supported_context(sop_class, [*NATIVE, *COMPRESSED])
        entity.add_supported_context(VERIFICATION, list(NATIVE))
        return entity

    def _handlers(self) -> list[tuple[Any, Any]]:
        events = pynetdicom("events")
        return [
            (events.EVT_C_STORE, self._store_one),
            (events.EVT_C_ECHO, _echo),
            (events.EVT_REJECTED, self._rejected),
            (events.EVT_ABORTED, self._broken),
            *Guard(self._store.limits.instance_bytes).handlers(events),
        ]

    def _store_one(self, event: Any) -> int:
        try:
            found = take(event, self._store)
            if found.study:
                self._sending.setdefault(event.assoc, set()).add(found.study)
            self._placed(found)
        except Exception as error:  # noqa: BLE001 - a fault of ours is a failure that the peer is told of
            self._said(f"an instance was refused by a fault: {type(error).__name__}")
            return CANNOT_UNDERSTAND
        return found.status

    def _rejected(self, event: Any) -> None:
        asked, where = event.assoc.requestor.primitive, event.assoc.requestor
        called, calling = (_plain(title) for title in (asked.called_ae_title, asked.calling_ae_title))
        who = f"{calling!r} at {where.address}"
        if called != self._listening.title.strip():
            self._said(f"rejected {who}: {REJECTED_CALLED} ({called!r})")
        elif self._listening.allowed and calling not in self._listening.allowed:
            self._said(f"rejected {who}: {REJECTED_CALLING}")
        else:
            self._said(f"rejected {who} for the moment: too many connections")

    def _broken(self, event: Any) -> None:
        self._said(f"the connection with {_plain(event.assoc.requestor.ae_title)!r} broke off")


def take(event: Any, store: Store) -> Placed:
    """Move the instance of a C-STORE event into a store."""
    request = event.request
    opened = getattr(request, "_dataset_file", None)
    if opened is not None:
        opened.close()
    return store.place(Path(event.dataset_path), str(request.AffectedSOPClassUID), str(request.AffectedSOPInstanceUID))


def _plain(title: Any) -> str:
    return printable(str(title or "").strip())


def _echo(_event: Any) -> int:
    return SUCCESS


def _nothing(_value: Any) -> None:
    return None
