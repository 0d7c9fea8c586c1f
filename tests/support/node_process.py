"""A node in a process of its own, for tests that kill it.

python node_process.py WORK PORT_FILE DIES: works with a stand-in for the bundles that writes one file of results; with
DIES = 1 the process is killed (SIGKILL) in the middle of that. The port is written to PORT_FILE.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from hyoid.files import write_text
from hyoid.node import Node, open_log
from support.node import settings_of

work, port_file, dies = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "1"


def make(folder: Path, said: Callable[[str], None]) -> list[Path]:
    said("making")
    if dies:
        (folder / "half").write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)
    names = sorted(path.name for path in (folder / "received").iterdir())
    write_text(folder / "results" / "made.txt", "\n".join(names))
    return [folder / "results" / "made.txt"]


with open_log(work, quiet=True) as log:
    node = Node(settings_of(work), log, make)

    def say() -> None:
        node.listening.wait()
        write_text(port_file, str(node.port))

    threading.Thread(target=say, daemon=True).start()
    try:
        node.run()
    except KeyboardInterrupt:
        sys.exit(0)
