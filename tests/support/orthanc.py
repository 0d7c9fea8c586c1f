"""Orthanc as a PACS at hand: started in a folder of its own on free ports, ended with the test."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hyoid.dicom.network import Caller, Peer, echo
from hyoid.errors import NetworkError

TITLE = "ORTHANC"
START_SECONDS = 60


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def orthanc(folder: Path, **modalities: tuple[str, int]) -> Iterator[Peer]:
    """Run Orthanc and give it as a peer; `modalities` are the titles that it knows, each with host and port.

    Skips the test where Orthanc is not installed.
    """
    program = shutil.which("Orthanc", path="/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin")
    if program is None:
        pytest.skip("Orthanc is not installed (Debian package orthanc)")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "Plugins": [],
        "HttpPort": free_port(),
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAet": TITLE,
        "DicomPort": port,
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowGet": True,
        "DicomModalities": {title.lower(): [title, host, at] for title, (host, at) in modalities.items()},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([program, "orthanc.json"], cwd=folder, stdout=log, stderr=log) as process,
    ):
        try:
            peer = Peer(TITLE, "127.0.0.1", port)
            _wait(peer, process, folder / "log")
            yield peer
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(peer: Peer, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            with socket.create_connection((peer.host, peer.port), 1):
                pass
            echo(peer, Caller("HYOID"))
        except (OSError, NetworkError) as error:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Orthanc did not start: {error}\n{log.read_text(errors='replace')}") from error
            time.sleep(0.1)
        else:
            return
