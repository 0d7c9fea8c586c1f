"""The command line without its start: a process that has imported everything forks for every `hyoid` that is called.

`with warm_hyoid(folder) as path:` puts a program `hyoid` into `folder`, which speaks with the process.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [json.dumps([os.getcwd(), sys.argv]).encode()], [0, 1, 2])
    sys.exit(int(server.recv(16)))
"""
LONGEST = 1 << 16


@contextmanager
def warm_hyoid(folder: Path) -> Iterator[None]:
    """Write `folder/hyoid` and serve it."""
    address = str(folder / "socket")
    program = folder / "hyoid"
    program.write_text(CLIENT.format(python=sys.executable, address=address), encoding="utf-8")
    program.chmod(0o755)
    with subprocess.Popen([sys.executable, __file__, address], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield
        finally:
            server.terminate()


def serve(address: str) -> None:
    """Answer one call after the other."""
    import lightning_fabric  # noqa: F401 - with what follows, all that a verb imports
    import matplotlib.pyplot  # noqa: F401, ICN001

    from hyoid import demo  # noqa: F401
    from hyoid.cli import main

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        os.write(1, b"ready\n")
        while True:
            caller, _ = listening.accept()
            with caller:
                message, streams, _, _ = socket.recv_fds(caller, LONGEST, 3)
                child = os.fork()
                if child == 0:
                    for place, stream in enumerate(streams):
                        os.dup2(stream, place)
                    folder, sys.argv = json.loads(message)
                    os.chdir(folder)
                    try:
                        main()
                    except SystemExit as end:
                        _leave(end.code if isinstance(end.code, int) else 1)
                    _leave(0)
                for stream in streams:
                    os.close(stream)
                caller.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
