"""Training in child processes that are killed (SIGKILL) at chosen moments; run as `python killed.py TABLE OUT`.

The modules are imported once and every training is a fork of this process, which has not computed anything before.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import lightning_fabric  # noqa: F401 - imported here, once, and not in each fork

from hyoid.cohort import read_cohort
from hyoid.recipe import Recipe
from hyoid.training import fit, step, train_run
from support.hpv import clinical_network
from support.rfs import record_network

EPOCHS = 4
SMALL_BATCHES = "stages.0.training.batch_size=4"


def recipe_of(task: str) -> Recipe:
    """Return a network on records of three or more steps an epoch, with dropout, selected after every epoch."""
    if task == "hpv":
        options = ("split={name: kfold, folds: 3}", "stages.0.network.fusion={hidden: [8], dropout: 0.3}")
        return clinical_network(SMALL_BATCHES, *options, "stages.0.training.select.every_epochs=1", epochs=EPOCHS)
    options = ("stages.0.network.fusion={hidden: [8], dropout: 0.3}", "stages.0.training.select.every_epochs=1")
    return record_network(SMALL_BATCHES, *options, epochs=EPOCHS)


def kill_at_call(name: str, number: int) -> None:
    """Kill this process when the loop or its step calls the function `name` for the `number`-th time (from 1)."""
    module = fit if hasattr(fit, name) else step
    original: Callable[..., object] = getattr(module, name)
    calls = 0

    def counted(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments)

    setattr(module, name, counted)


def train_in_child(table: Path, task: str, out: Path, killed: tuple[str, int] | None = None) -> None:
    """Train fold 0 in a fork, resuming what is there, and see that it was killed, or else that it was not."""
    child = os.fork()
    if child == 0:
        if killed is not None:
            kill_at_call(*killed)
        train_run(read_cohort(table), recipe_of(task), out, fold="0", device="cpu", resume=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    expected = 0 if killed is None else signal.SIGKILL
    if status != expected:
        raise SystemExit(f"{task}, killed at {killed}: status {status}")


if __name__ == "__main__":
    table, root = Path(sys.argv[1]), Path(sys.argv[2])
    for task in ("rfs", "hpv"):
        train_in_child(table, task, root / task / "whole")
        train_in_child(table, task, root / task / "killed", ("to_device", 7))
        (root / task / "killed" / "log-1").write_bytes((root / task / "killed/fold-0/metrics.jsonl").read_bytes())
        train_in_child(table, task, root / task / "killed", ("save_checkpoint", 2))
        (root / task / "killed" / "log-2").write_bytes((root / task / "killed/fold-0/metrics.jsonl").read_bytes())
        train_in_child(table, task, root / task / "killed")
