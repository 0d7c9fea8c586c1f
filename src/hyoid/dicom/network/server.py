"""The listening socket: connections in threads of their own, TLS handshakes too."""

from __future__ import annotations

import socketserver
import threading
from typing import Any

from hyoid.dicom.network.library import pynetdicom
from hyoid.dicom.network.limits import CONNECT_SECONDS, MAX_CONNECTIONS


def end_server(server: Any, thread: threading.Thread) -> None:
    """End the loop of a server and break off its connections."""
    server.shutdown()
    thread.join()
    server.server_close()
    for association in server.active_associations:
        association.abort()


def server_class() -> Any:
    """Return a server whose TLS handshakes happen in the connection's own thread: nobody can hold up the others."""
    base: Any = pynetdicom("transport").ThreadedAssociationServer
    shaking: set[Any] = set()

    class Server(base):  # type: ignore[misc]
        def get_request(self) -> Any:
            client, address = self.socket.accept()
            client.settimeout(CONNECT_SECONDS)
            if self.ssl_context is not None:
                client = self.ssl_context.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
            return client, address

        def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - the base's signature
            return len(self.active_associations) + len(shaking) < MAX_CONNECTIONS

        def finish_request(self, request: Any, client_address: Any) -> None:
            if self.ssl_context is not None:
                shaking.add(request)
                try:
                    request.do_handshake()
                finally:
                    shaking.discard(request)
            super().finish_request(request, client_address)

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing: whoever fails to shake hands is let go."""

        def shutdown(self) -> None:
            """End the loop alone: pynetdicom's own asks for a server that its `start_server` made."""
            socketserver.BaseServer.shutdown(self)

    return Server
