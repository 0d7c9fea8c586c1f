"""C-ECHO: whether a peer is there and takes our calls (PS3.4 A)."""

from __future__ import annotations

from hyoid.dicom.network.associate import Caller, associated, broken
from hyoid.dicom.network.contexts import NATIVE, VERIFICATION
from hyoid.dicom.network.peer import Peer
from hyoid.errors import NetworkError


def echo(peer: Peer, caller: Caller) -> None:
    """Ask a peer for an echo.

    Raises
    ------
    UnreachableError
        If it does not answer.
    NetworkError
        If it refuses.
    """
    with associated(peer, caller, [(VERIFICATION, NATIVE)]) as association:
        status = association.send_c_echo()
        if "Status" not in status:
            raise broken(peer)
        if status.Status != 0:
            raise NetworkError.of(f"{peer}, which answers an echo with {status.Status:04X}", "0000", "Ask who runs it.")
