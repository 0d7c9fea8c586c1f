"""The one fit loop: every network of every recipe is trained here."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from hyoid.files import atomic_path
from hyoid.progress import track
from hyoid.recipe.heads import Head
from hyoid.recipe.training import Optimizer, Training
from hyoid.training.averaging import WeightAverage
from hyoid.training.batch import Loading, TrainingBatch
from hyoid.training.checkpoint import MetricsLog, Progress, load_checkpoint, save_checkpoint
from hyoid.training.share import Share
from hyoid.training.step import take_step

if TYPE_CHECKING:
    from lightning_fabric import Fabric

BEST = "best.safetensors"
"""The weights that a fit hands on."""


@dataclass(frozen=True, slots=True)
class FitTask:
    """What the loop needs and knows nothing else of.

    `batches(epoch, share)` yields an epoch's samples, of each batch a process's share; `loading` says how they become
    tensors. `heads` have their losses fitted to the training part. `select(network)` returns `{metric: value}` on the
    fold's `select` part, the chosen metric under "value" (higher is better), or nothing where there is no such part.
    `on_training(network)` returns the same of the training part, for a recipe that wants both.
    With `keep_selected` the weights of every selection are kept beside the best ones, as `selected_weights(epoch)`.
    """

    training: Training
    heads: Mapping[str, Head]
    seed: tuple[int, ...]
    loading: Loading
    batches: Callable[[int, Share], Iterator[TrainingBatch]]
    select: Callable[[nn.Module], dict[str, float]]
    title: str
    on_training: Callable[[nn.Module], dict[str, float]] | None = None
    keep_selected: bool = False


def selected_weights(epoch: int) -> str:
    """Return the name of the file with the weights that were selected on after `epoch` (from 0)."""
    return f"selected-{epoch:04d}.safetensors"


def kept_weights(folder: Path, every_selection: bool) -> list[str]:
    """Return the names of the files of weights that a finished fit keeps: the best ones, or those of every selection.

    The best ones are copied to `weights.safetensors`, under which name a fold is known elsewhere.
    """
    if every_selection:
        return sorted(path.name for path in folder.glob("selected-*.safetensors"))
    with atomic_path(folder / "weights.safetensors") as temporary:
        shutil.copyfile(folder / BEST, temporary)
    return ["weights.safetensors"]


def fit_network(task: FitTask, network: nn.Module, folder: Path, fabric: Fabric) -> dict[str, Any]:
    """Train until the last epoch, from the last checkpoint where there is one, and return what was fitted.

    The weights of the best selected epoch (the last one without a `select` part), or their average where the recipe
    asks for it, are left in `folder/best.safetensors`. Every random number is a function of the seed and the step, so
    that a run that was killed and resumed gives the same weights as one that was not. Of several processes the first
    one selects and writes.

    Raises
    ------
    HyoidError
        If the loss is no longer a number.
    """
    training = task.training
    folder.mkdir(parents=True, exist_ok=True)
    model, optimizer = fabric.setup(network, make_optimizer(training.optimizer, network))
    log, progress = MetricsLog(folder / "metrics.jsonl"), Progress()
    if (folder / "last.ckpt").is_file():
        progress = load_checkpoint(folder / "last.ckpt", network, optimizer)
    if fabric.is_global_zero:
        log.keep_until(progress.epoch)
    fabric.barrier()
    history = [line["select_value"] for line in log.read() if "select_value" in line and "averaged" not in line]
    fit = _Fit(task, network, folder, fabric, progress, log, history)
    averaged = 0 if training.averaging is None else training.averaging.epochs
    for epoch in track(range(progress.epoch, training.epochs + averaged), task.title):
        if not fit.goes_on():
            break
        started = time.perf_counter()
        rate = fit.learning_rate()
        for group in optimizer.param_groups:
            group["lr"] = rate
        entry = {"epoch": epoch, "learning_rate": rate, **_train_epoch(task, model, optimizer, fabric, epoch)}
        if fabric.is_global_zero:
            entry |= fit.selected()
        fit.agree()
        progress.epoch = epoch + 1
        if fabric.is_global_zero:
            log.append(entry | {"seconds": round(time.perf_counter() - started, 3)})
            save_checkpoint(folder / "last.ckpt", network, optimizer, progress)
        fabric.barrier()
    return progress.summary(log.path)


@dataclass(slots=True)
class _Fit:
    """Where a fit stands: which phase it is in, and what the selections so far say."""

    task: FitTask
    network: nn.Module
    folder: Path
    fabric: Fabric
    progress: Progress
    log: MetricsLog
    history: list[float]

    def goes_on(self) -> bool:
        """Whether there is another epoch; where training has ended, averaging begins from the best weights."""
        training, progress = self.task.training, self.progress
        if progress.average is not None:
            return training.averaging is not None and progress.average.count < training.averaging.epochs
        if progress.epoch < training.epochs and not _has_settled(training.select.patience, progress):
            return True
        if training.averaging is None:
            return False
        self.network.load_state_dict(load_file(str(self.folder / BEST)))
        progress.average = WeightAverage()
        return True

    def learning_rate(self) -> float:
        """Return the learning rate of the next epoch."""
        training, progress = self.task.training, self.progress
        if progress.average is not None and training.averaging is not None:
            return training.averaging.learning_rate
        factor = training.schedule.factor(progress.epoch, training.epochs, self.history)
        return training.optimizer.learning_rate * factor

    def selected(self) -> dict[str, Any]:
        """Select on the weights after an epoch where it is time to, keep them if best, and return what is logged."""
        training, progress, epoch = self.task.training, self.progress, self.progress.epoch
        if progress.average is not None:
            return self._averaged(progress.average)
        if epoch + 1 != training.epochs and (epoch + 1) % training.select.every_epochs:
            return {}
        self.network.eval()
        selected = self.task.select(self.network)
        value = selected.get("value", -math.inf)
        self.history += [value] if selected else []
        if self.task.keep_selected:
            save_weights(self.folder / selected_weights(epoch), self.network)
        if value > progress.best_value or progress.best_epoch < 0 or not selected:
            progress.best_value, progress.best_epoch = value, epoch
            save_weights(self.folder / BEST, self.network)
        trained = {} if self.task.on_training is None else self.task.on_training(self.network)
        return {
            **{f"select_{name}": measured for name, measured in selected.items()},
            **{f"train_{name}": measured for name, measured in trained.items() if name != "value"},
        }

    def _averaged(self, average: WeightAverage) -> dict[str, Any]:
        """Take the weights into the average; after the last epoch the network becomes the average and is kept."""
        average.add(self.network)
        averaging = self.task.training.averaging
        if averaging is None or average.count < averaging.epochs:
            return {"averaged": average.count}
        average.into(self.network)
        self.network.eval()
        save_weights(self.folder / BEST, self.network)
        selected = self.task.select(self.network)
        return {"averaged": average.count} | {f"select_{name}": measured for name, measured in selected.items()}

    def agree(self) -> None:
        """Give all processes what the first one found out, on which the next epoch depends."""
        if self.fabric.world_size == 1:
            return
        progress = self.progress
        count = 0 if progress.average is None else progress.average.count
        found = self.fabric.broadcast((progress.best_epoch, progress.best_value, self.history, count))
        progress.best_epoch, progress.best_value, self.history, count = found
        if progress.average is not None:
            progress.average.count = count


def make_optimizer(settings: Optimizer, network: torch.nn.Module) -> torch.optim.Optimizer:
    """Return the torch optimiser that the recipe names."""
    kinds: dict[str, type[torch.optim.Adam]] = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}
    return kinds[settings.name](network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)


def save_weights(path: Path, network: torch.nn.Module) -> None:
    """Write the network's weights as safetensors, atomically."""
    tensors = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    with atomic_path(path) as temporary:
        save_file(tensors, str(temporary))


def _has_settled(patience: int | None, progress: Progress) -> bool:
    """Whether `patience` epochs have passed since the best one; asked before an epoch, so that a resumed run agrees."""
    return patience is not None and progress.best_epoch >= 0 and progress.epoch - 1 - progress.best_epoch >= patience


def _train_epoch(
    task: FitTask, model: Any, optimizer: torch.optim.Optimizer, fabric: Fabric, epoch: int
) -> dict[str, float]:
    model.train()
    sums: dict[str, float] = {}
    steps = 0
    for step, samples in enumerate(task.batches(epoch, Share(fabric.global_rank, fabric.world_size))):
        losses = take_step(task, model, optimizer, fabric, samples, (epoch, step))
        sums = {name: sums.get(name, 0.0) + loss for name, loss in losses.items()}
        steps += 1
    return {f"loss_{name}" if name != "total" else "loss": value / steps for name, value in sums.items()}
