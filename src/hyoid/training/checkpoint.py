"""The state of a training run on disk, from which a killed run goes on to the same result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from hyoid.files import atomic_path, read_json, write_text
from hyoid.training.averaging import WeightAverage


@dataclass(slots=True)
class Progress:
    """How far a fit has come: `epoch` finished epochs, and the best selection so far.

    Where weights are averaged, `average` is the mean so far, from the first epoch of averaging on.
    """

    epoch: int = 0
    best_epoch: int = -1
    best_value: float = float("-inf")
    average: WeightAverage | None = None

    def summary(self, log: Path) -> dict[str, Any]:
        """Return what a fold's fitted values say of the finished fit that `log` describes."""
        found = {"epochs": self.epoch, "best_epoch": self.best_epoch, "best_value": self.best_value}
        if self.average is None:
            return found
        last = read_metrics(log)[-1]
        return found | {"averaged_epochs": self.average.count, "averaged_value": last.get("select_value")}


def save_checkpoint(path: Path, network: torch.nn.Module, optimizer: torch.optim.Optimizer, progress: Progress) -> None:
    """Write network, optimiser and progress atomically; tensors and numbers only."""
    state = {
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": progress.epoch,
        "best_epoch": progress.best_epoch,
        "best_value": progress.best_value,
        "average": None if progress.average is None else progress.average.state(),
    }
    with atomic_path(path) as temporary:
        torch.save(state, temporary)


def load_checkpoint(path: Path, network: torch.nn.Module, optimizer: torch.optim.Optimizer) -> Progress:
    """Restore network and optimiser in place and return the progress."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    average = state.get("average")  # absent from what an older hyoid wrote
    return Progress(
        state["epoch"], state["best_epoch"], state["best_value"], None if average is None else WeightAverage.of(average)
    )


class MetricsLog:
    """One JSON object per line and epoch. A line of an epoch that the checkpoint does not know is dropped on resume."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep_until(self, epoch: int) -> None:
        """Drop every line from epoch number `epoch` on, a torn last line included."""
        kept = [line for line in self.read() if line["epoch"] < epoch]
        write_text(self.path, "".join(_line(entry) for entry in kept))

    def append(self, entry: dict[str, Any]) -> None:
        """Add the line of one epoch."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(_line(entry))

    def read(self) -> list[dict[str, Any]]:
        """Return all complete lines."""
        return read_metrics(self.path)


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Return the complete lines of a `metrics.jsonl`; a line torn by a kill is left out."""
    import json

    if not path.is_file():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return entries


def epochs_logged(path: Path) -> int:
    """Count the epochs in a `metrics.jsonl`; 0 where there is none yet."""
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def is_finished(folder: Path) -> bool:
    """Whether the fold's fitted values are there; they are written last, after the weights of a network."""
    return (folder / "fitted.json").is_file()


def read_fitted(folder: Path) -> dict[str, Any]:
    """Return `fitted.json` of a finished fold."""
    fitted: dict[str, Any] = read_json(folder / "fitted.json")
    return fitted


def _line(entry: dict[str, Any]) -> str:
    import json

    from hyoid.files import jsonable

    return json.dumps(jsonable(entry), allow_nan=False) + "\n"
