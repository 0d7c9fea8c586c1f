"""Peers on loopback for the tests of the network: instances to send, and a PACS that can be told to misbehave."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE, evt

from hyoid.dicom.network import Caller, Limits, Listening, Peer, Placed, Receiver, Store
from hyoid.dicom.network.contexts import NATIVE, VERIFICATION
from support.dicom_series import CT_CLASS, PET_CLASS, ct_slices, pet_slices, write_series

HYOID = Caller("HYOID")
SMALL = Limits(free_bytes=0)


def study_files(folder: Path, **named: Any) -> list[Path]:
    """Write a small PET/CT study."""
    return write_series(ct_slices(**named), folder) + write_series(pet_slices(**named), folder)


@contextmanager
def receiving(
    root: Path, limits: Limits = SMALL, allowed: tuple[str, ...] = (), wanted: set[str] | None = None, **more: Any
) -> Iterator[tuple[Peer, list[Placed], list[str]]]:
    """Run a receiver; give it as a peer, with what it placed and what it said."""
    placed: list[Placed] = []
    said: list[str] = []
    listening = Listening("HYOID", "127.0.0.1", 0, allowed, **more)
    store = Store(root, limits, wanted)
    with Receiver(listening, store, [CT_CLASS, PET_CLASS], placed.append, said.append) as receiver:
        yield Peer("HYOID", "127.0.0.1", receiver.port), placed, said


@contextmanager
def archive(
    classes: list[str], answers: list[int] | None = None, received: list[Dataset] | None = None, port: int = 0
) -> Iterator[Peer]:
    """Run a storage peer of plain pynetdicom.

    It answers C-STORE with one status after the other of `answers`, then with success; 0 and less breaks the
    connection off.
    """
    waiting = list(answers or [])

    def store(event: Any) -> int:
        status = waiting.pop(0) if waiting else 0x0000
        if status < 0:
            event.assoc.dul.socket.socket.shutdown(socket.SHUT_RDWR)
            return 0xC000
        if status == 0 and received is not None:
            received.append(event.dataset)
        return status

    entity = AE("ARCHIVE")
    entity.require_called_aet = True
    for sop_class in classes:
        entity.add_supported_context(sop_class, list(NATIVE))
    entity.add_supported_context(VERIFICATION, list(NATIVE))
    server: Any = entity.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, store)])
    try:
        yield Peer("ARCHIVE", "127.0.0.1", server.socket.getsockname()[1])
    finally:
        server.shutdown()


def send_datasets(peer: Peer, datasets: list[Dataset], caller: str = "HYOID") -> list[int | None]:
    """Send data sets with plain pynetdicom; return the statuses, None where the peer broke off."""
    entity = AE(caller)
    for sop_class in sorted({str(one.SOPClassUID) for one in datasets}):
        entity.add_requested_context(sop_class, list(NATIVE))
    association = entity.associate(peer.host, peer.port, ae_title=peer.title)
    statuses: list[int | None] = []
    try:
        for one in datasets:
            if not association.is_established:
                statuses.append(None)
                continue
            one.file_meta = FileMetaDataset()
            one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            status = association.send_c_store(one)
            statuses.append(int(status.Status) if "Status" in status else None)
    finally:
        if association.is_established:
            association.release()
    return statuses
