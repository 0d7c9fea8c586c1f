"""A bound on what one connection may send, kept before anything of it is held in memory or on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hyoid.dicom.network.limits import MAX_PDU_BYTES, NETWORK_SECONDS


class Guard:
    """Counts the bytes of the message that a connection is sending, and breaks it off where it grows too long.

    pynetdicom believes whatever length a data unit announces, and keeps or writes a message until it ends. What breaks
    the connection off is an `OSError` where it reads from the socket, which is what a lost connection looks like.
    """

    def __init__(self, message_bytes: int) -> None:
        self._message_bytes = message_bytes

    def handlers(self, events: Any) -> list[tuple[Any, Any]]:
        """Return what pynetdicom shall call at which event."""
        return [
            (events.EVT_CONN_OPEN, self.opened),
            (events.EVT_DIMSE_RECV, self.complete),
            (events.EVT_CONN_CLOSE, self.closed),
        ]

    def opened(self, event: Any) -> None:
        """Put the count between the socket and its reader."""
        wrapped = event.assoc.dul.socket
        read = wrapped.recv
        event.assoc.hyoid_received = 0
        wrapped.socket.settimeout(NETWORK_SECONDS)

        def bounded(count: int) -> Any:
            if count > MAX_PDU_BYTES:
                raise OSError(f"a data unit of {count} bytes")
            event.assoc.hyoid_received += count
            if event.assoc.hyoid_received > self._message_bytes:
                raise OSError(f"a message of more than {self._message_bytes} bytes")
            return read(count)

        wrapped.recv = bounded

    @staticmethod
    def complete(event: Any) -> None:
        """Begin to count anew: a message is complete."""
        event.assoc.hyoid_received = 0

    @staticmethod
    def closed(event: Any) -> None:
        """Remove what came of a message that did not come to its end."""
        message = event.assoc.dimse.message
        path = getattr(message, "_data_set_path", None)
        if path is not None:
            message._data_set_file.close()
            Path(path).unlink(missing_ok=True)
