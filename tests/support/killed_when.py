"""Training in child processes, each killed (SIGKILL) as soon as a file of its run is there.

Run as `python killed_when.py NAME COHORT OUT FILE...`; prints the files at which a child was killed. The modules are
imported once and every training is a fork of this process, which has not computed anything before.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import lightning_fabric  # noqa: F401 - imported here, once, and not in each fork

from hyoid.api import train
from hyoid.recipe import Recipe
from support.multitask import three_tasks
from support.recipes import small_recipe

RECIPES = {"segmentation": lambda: small_recipe(epochs=3), "three tasks": three_tasks}


def run_killed(name: str, cohort: Path, out: Path, moments: Sequence[str]) -> list[str]:
    """Train in forks of a process of its own, and return at which files one of them was killed."""
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, __file__, name, cohort, out, *moments],
        env={**os.environ, "PYTHONPATH": str(tests)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def killed_at(recipe: Recipe, cohort: Path, out: Path, wanted: str) -> bool:
    """Train in a fork, resuming what is there; return whether it was killed before it came to its end."""
    child = os.fork()
    if child == 0:
        train(cohort, recipe, out, device="cpu", resume=True)
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
    recipe, folders = RECIPES[sys.argv[1]](), (Path(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write("\n".join(wanted for wanted in sys.argv[4:] if killed_at(recipe, *folders, wanted)))
