"""A PostgreSQL server of the test's own, in a temporary folder, on a socket that only this machine's users reach."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps the server's programs, by version, outside PATH."""


@cache
def programs() -> Path | None:
    """Return the folder of `initdb` and `pg_ctl`, the newest version's."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])) if DEBIAN.is_dir() else []
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def runner() -> list[str] | None:
    """Return the words before a command: PostgreSQL refuses to run as root, so root runs it as another user."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = next((name for name in ("postgres", "nobody") if name in names), None)
    tool = shutil.which("runuser")
    return [tool, "-u", user, "--"] if user and tool else None


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server and give the URL of its database `postgres`; skip with the reason where that cannot be."""
    pytest.importorskip("psycopg", reason="PostgreSQL's driver psycopg is not installed")
    place, before = programs(), runner()
    if place is None:
        pytest.skip("no PostgreSQL server is installed (initdb)")
    if before is None:
        pytest.skip("PostgreSQL does not run as root, and there is no other user to run it as")
    folder = Path(tempfile.mkdtemp(prefix="hyoid-pg-"))
    try:
        if before:
            shutil.chown(folder, before[2])
        folder.chmod(0o700)
        data, options = folder / "data", f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=40"

        def run(program: str, *words: str) -> None:
            done = subprocess.run(
                [*before, place / program, *words], cwd=folder, capture_output=True, text=True, check=False
            )
            if done.returncode:
                pytest.skip(f"PostgreSQL's {program} failed: {done.stderr.strip() or done.stdout.strip()}")

        run("initdb", "-D", str(data), "-U", "hyoid", "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://hyoid@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
