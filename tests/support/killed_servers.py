"""Servers that are killed (SIGKILL) in the middle of a save, over HTTP.

Run as `python killed_servers.py COHORT FOLDER SEED TIMES`. Everything is imported once; every server is a fork of this
process on a socket of its own. The parent saves version after version as a browser does, and kills the server at a
drawn time after it began to send one. Prints a line a server: how many saves it acknowledged before, and what became of
the last one.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import httpx2
import numpy as np
import uvicorn

from hyoid.app.annotation import AnnotationStore
from hyoid.app.server import create_app
from hyoid.app.settings import Settings
from hyoid.cohort import read_cohort
from hyoid.imaging import read_grid
from support.review_client import NoReviews, packed

LONGEST_SECONDS = 0.06
"""Within which the server is killed after a request began; a save takes about 0.03 s."""


def serve(cohort: Path, folder: Path, listening: socket.socket, told: int) -> None:
    """Serve until killed; the one-time token goes through the pipe `told`."""
    settings = Settings(cohort, annotations=folder, port=listening.getsockname()[1])
    app = create_app(settings, NoReviews())
    os.write(told, app.state.token.renew().encode())
    os.close(told)
    uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, ws="none")).run([listening])


class Client:
    """A browser that saves."""

    def __init__(self, port: int, token: str, case: str) -> None:
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        self.http.get("/", params={"token": token})
        me = self.http.get("/api/me").json()
        self.headers = {"Origin": f"http://127.0.0.1:{port}", "X-Hyoid-CSRF": me["csrf"]}
        self.headers["Content-Type"] = "application/octet-stream"
        self.path, self.answer = f"/api/cases/{case}/annotation", ""

    def newest(self) -> int:
        mine = self.http.get(self.path).json()["mine"]
        return 0 if mine is None else int(mine["version"])

    def save(self, base: int, body: bytes) -> None:
        """Save; `answer` is the version, or empty where none came."""
        self.answer = ""
        try:
            answer = self.http.put(self.path, params={"base": base}, content=body, headers=self.headers)
        except httpx2.TransportError:
            return
        self.answer = f"{answer.json()['version']} {answer.json()['hash']}" if answer.status_code == 201 else "refused"


def body_of(number: int, shape: tuple[int, int, int]) -> bytes:
    array = np.zeros(shape, np.uint8)
    array.ravel()[:40] = np.array(list(np.base_repr(number, 3).zfill(40))).astype(np.uint8)
    return packed(array)


def run(cohort: Path, folder: Path, seed: int, times: int) -> None:
    drawn = random.Random(seed)
    case = read_cohort(cohort).cases[0]
    shape = read_grid(case.images["ct"]).shape
    acknowledged: dict[str, str] = {}
    for _ in range(times):
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            reading, writing = os.pipe()
            server = os.fork()
            if server == 0:
                try:
                    serve(cohort, folder, listening, writing)
                finally:
                    os._exit(17)
            os.close(writing)
            with os.fdopen(reading) as told:
                token = told.read()
            client = Client(listening.getsockname()[1], token, case.id)
        base, count = client.newest(), drawn.randint(0, 2)
        for number in range(base + 1, base + count + 1):
            client.save(number - 1, body_of(number, shape))
            version, digest = client.answer.split()
            acknowledged[version] = digest
        thread = threading.Thread(target=client.save, args=(base + count, body_of(base + count + 1, shape)))
        thread.start()
        time.sleep(drawn.uniform(0, LONGEST_SECONDS))
        os.kill(server, signal.SIGKILL)
        thread.join()
        _, status = os.waitpid(server, 0)
        if status != signal.SIGKILL or client.answer == "refused":
            raise SystemExit(f"status {status}, answer {client.answer!r}")
        if client.answer:
            version, digest = client.answer.split()
            acknowledged[version] = digest
        kept = check(folder, case.id, acknowledged, shape)
        there = "acknowledged" if client.answer else "there" if kept == base + count + 1 else "not there"
        sys.stdout.write(f"{count} {there}\n")


def check(folder: Path, case: str, acknowledged: dict[str, str], shape: tuple[int, int, int]) -> int:
    """See that all acknowledged versions are there and all versions whole; returns how many there are."""
    store = AnnotationStore(folder)
    (newest,) = store.of_case(case) or (None,)
    versions = store.versions(case, newest.author) if newest else []
    found = {str(version.version): version.hash for version in versions}
    if any(found.get(version) != digest for version, digest in acknowledged.items()):
        raise SystemExit(f"lost: acknowledged {acknowledged}, found {found}")
    for number, version in enumerate(versions, 1):
        marked = np.sort(np.unique(store.voxels(version, version.grid).array, return_counts=True)[1])
        sent = np.bincount(np.frombuffer(np.base_repr(number, 3).zfill(40).encode(), np.uint8) - 48, minlength=3)
        sent[0] += int(np.prod(shape)) - 40
        if version.version != number or not np.array_equal(marked, np.sort(sent[sent > 0])):
            raise SystemExit(f"version {version.version} is not what was sent")
    if store.missing():
        raise SystemExit("a version without its file")
    store.close()
    return len(versions)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
