"""Saves in child processes that are killed (SIGKILL) at chosen moments.

Run as `python killed_saves.py FOLDER URL SEED CHILDREN`. Everything is imported once; every child is a fork of this
process. A child saves version after version, and writes number and hash of each to a file once it is acknowledged. It
is killed right before or after a call of each kind that a save is made of, in turn, the n-th of that kind, n being
drawn; one in five at a drawn time instead. After each the store is opened and looked at. Prints one line a child.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hyoid.app.annotation import AnnotationStore
from hyoid.files import sha256_of_file
from support.annotations import numbered

CASE, AUTHOR = "A", "anna"

CALLS = ("fsync", "replace", "unlink", "do_execute", "do_commit")
"""What a save is made of: of the file, and of the transactions that look for the newest version and add one."""

MOST_CALLS = 9
"""The greatest n: each kind is called two to six times a save, so that children die in one of their first saves."""


class Killer:
    """Kills this process right before or after the n-th call of one kind, once it has written where."""

    def __init__(self, call: str, number: int, after: bool, place: Path) -> None:
        self.call, self.left, self.after, self.place = call, number, after, place

    def hook(self, owner: Any, name: str) -> None:
        if name != self.call:
            return
        original: Callable[..., Any] = getattr(owner, name)

        def hooked(*arguments: Any, **named: Any) -> Any:
            if not self.after:
                self._step(f"before {name}")
            result = original(*arguments, **named)
            if self.after:
                self._step(f"after {name}")
            return result

        setattr(owner, name, hooked)

    def _step(self, where: str) -> None:
        self.left -= 1
        if self.left == 0:
            self.place.write_text(where)
            os.kill(os.getpid(), signal.SIGKILL)


def save_until_killed(folder: Path, url: str | None, call: str, number: int, after: bool) -> None:
    """Save versions without end; each is written to the log when it is acknowledged."""
    store = AnnotationStore(folder, url)
    newest = store.newest(CASE, AUTHOR)
    base = newest.version if newest else 0
    killer = Killer(call, number, after, folder / "killed-at")
    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink")):
        killer.hook(owner, name)
    for name in ("do_execute", "do_commit"):
        killer.hook(store._engine.dialect, name)
    with (folder / "acknowledged").open("ab", buffering=0) as log:
        while True:
            saved = store.save(CASE, AUTHOR, numbered(base + 1), base)
            base = saved.version
            log.write(f"{saved.version} {saved.hash}\n".encode())


def run(folder: Path, url: str | None, seed: int, children: int) -> None:
    """Let child after child save until it is killed, and look at the store after each."""
    drawn = random.Random(seed)
    for child in range(children):
        number, seconds = drawn.randint(1, MOST_CALLS), drawn.uniform(0.0, 0.1)
        turn, by_time = child // 5 * 4 + child % 5, child % 5 == 4
        call, after = CALLS[turn % len(CALLS)], turn // len(CALLS) % 2 == 1
        log, place = folder / "acknowledged", folder / "killed-at"
        place.write_text("at some time")
        before = log.stat().st_size if log.exists() else 0
        process = os.fork()
        if process == 0:
            try:
                save_until_killed(folder, url, "none" if by_time else call, number, after)
            finally:
                os._exit(17)  # only where a save failed
        if by_time:
            while (not log.exists() or log.stat().st_size == before) and os.waitpid(process, os.WNOHANG) == (0, 0):
                time.sleep(0.001)
            time.sleep(seconds)
            os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        if status != signal.SIGKILL:
            raise SystemExit(f"child {child} ended with status {status}")
        sys.stdout.write(f"{place.read_text()}\n")
        sys.stdout.flush()
        check(folder, url, untold=child + 1, whole=child + 1 == children)


def check(folder: Path, url: str | None, untold: int, whole: bool) -> None:
    """See that every acknowledged version is there, and every version that is there whole.

    All files are hashed; the voxels of the newest versions are compared, of all where it is the last look.

    A version may be saved and its acknowledgement not be written, once a child: `untold` of them at the most.
    """
    store = AnnotationStore(folder, url)
    log = folder / "acknowledged"
    told = dict(line.split() for line in log.read_text().splitlines()) if log.exists() else {}
    versions = store.versions(CASE, AUTHOR)
    found = {str(version.version): version.hash for version in versions}
    if any(found.get(number) != digest for number, digest in told.items()):
        raise SystemExit(f"lost: acknowledged {told}, found {found}")
    if len(found) > len(told) + untold:
        raise SystemExit(f"{len(found)} versions of {len(told)} acknowledged saves")
    if [version.version for version in versions] != list(range(1, len(versions) + 1)):
        raise SystemExit(f"a gap in {sorted(found)}")
    torn = [version.version for version in versions if sha256_of_file(store.blobs.path(version.hash)) != version.hash]
    if torn:
        raise SystemExit(f"versions whose files have another hash: {torn}")
    for version in versions if whole else versions[-3:]:
        if (store.voxels(version, version.grid).array != numbered(version.version).array).any():
            raise SystemExit(f"version {version.version} holds other voxels")
    if store.missing():
        raise SystemExit(f"versions without files: {store.missing()}")
    if sum(line.what == "saved" for line in store.history(CASE)) != len(versions):
        raise SystemExit("the audit log and the versions disagree")
    store.close()


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2] or None, int(sys.argv[3]), int(sys.argv[4]))
