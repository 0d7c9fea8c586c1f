"""Training in child processes, each killed (SIGKILL) as soon as a file of its run is there.

Run as `python killed_when.py COHORT OUT FILE...`; prints the files at which a child was killed. The modules are
imported once and every training is a fork of this process, which has not computed anything before.
"""

import os
import signal
import sys
import time
from pathlib import Path

import lightning_fabric  # noqa: F401 - imported here, once, and not in each fork

from hyoid.api import train
from support.recipes import small_recipe

EPOCHS = 3


def killed_at(cohort: Path, out: Path, wanted: str) -> bool:
    """Train in a fork, resuming what is there; return whether it was killed before it came to its end."""
    child = os.fork()
    if child == 0:
        train(cohort, small_recipe(epochs=EPOCHS), out, device="cpu", resume=True)
        os._exit(0)
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if (out / wanted).is_file():
            os.kill(child, signal.SIGKILL)
            break
        time.sleep(0.002)
    _, status = os.waitpid(child, 0)
    if status not in {0, signal.SIGKILL}:
        raise SystemExit(f"waiting for {wanted}: status {status}")
    return status == signal.SIGKILL


if __name__ == "__main__":
    names = [name for name in sys.argv[3:] if killed_at(Path(sys.argv[1]), Path(sys.argv[2]), name)]
    sys.stdout.write("\n".join(names))
