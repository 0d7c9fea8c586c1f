"""The one fit loop: every network of every recipe is trained here."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from safetensors.torch import save_file
from torch import nn

from hyoid.errors import HyoidError
from hyoid.files import atomic_path
from hyoid.networks.batch import Batch, Target
from hyoid.progress import track
from hyoid.recipe.network import Head
from hyoid.recipe.training import Optimizer, Training
from hyoid.training.batch import Loading, TrainingBatch, split_batch, to_device
from hyoid.training.checkpoint import MetricsLog, Progress, load_checkpoint, save_checkpoint


@dataclass(frozen=True, slots=True)
class FitTask:
    """What the loop needs and knows nothing else of.

    `batches(epoch)` yields an epoch's samples, `loading` says how they become tensors. `heads` have their losses fitted
    to the training part. `select(network)` returns `{metric: value}` on the fold's `select` part, the chosen metric
    under "value" (higher is better), or nothing where there is no such part. With `keep_selected` the weights of every
    selection are kept beside the best ones, as `selected_weights(epoch)`.
    """

    training: Training
    heads: Mapping[str, Head]
    seed: tuple[int, ...]
    loading: Loading
    batches: Callable[[int], Iterator[TrainingBatch]]
    select: Callable[[nn.Module], dict[str, float]]
    title: str
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
        shutil.copyfile(folder / "best.safetensors", temporary)
    return ["weights.safetensors"]


def fit_network(task: FitTask, network: nn.Module, folder: Path, fabric: Fabric) -> dict[str, Any]:
    """Train until the last epoch, from the last checkpoint where there is one, and return what was fitted.

    The weights of the best selected epoch (the last one without a `select` part) are left in
    `folder/best.safetensors`. Every random number is a function of the seed and the step, so that a run that was
    killed and resumed gives the same weights as one that was not.

    Raises
    ------
    HyoidError
        If the loss is no longer a number.
    """
    training = task.training
    folder.mkdir(parents=True, exist_ok=True)
    optimizer = make_optimizer(training.optimizer, network)
    model, optimizer = fabric.setup(network, optimizer)
    log, progress = MetricsLog(folder / "metrics.jsonl"), Progress()
    if (folder / "last.ckpt").is_file():
        progress = load_checkpoint(folder / "last.ckpt", network, optimizer)
    log.keep_until(progress.epoch)
    history = [line["select_value"] for line in log.read() if "select_value" in line]
    for epoch in track(range(progress.epoch, training.epochs), task.title):
        if _has_settled(training.select.patience, progress):
            break
        started = time.perf_counter()
        rate = training.optimizer.learning_rate * training.schedule.factor(epoch, training.epochs, history)
        for group in optimizer.param_groups:
            group["lr"] = rate
        losses = _train_epoch(task, model, optimizer, fabric, epoch)
        entry = {"epoch": epoch, "learning_rate": rate, **losses}
        last = epoch + 1 == training.epochs
        if last or (epoch + 1) % training.select.every_epochs == 0:
            network.eval()
            selected = task.select(network)
            entry |= {f"select_{name}": value for name, value in selected.items()}
            value = selected.get("value", -math.inf)
            history += [value] if selected else []
            if task.keep_selected:
                save_weights(folder / selected_weights(epoch), network)
            if value > progress.best_value or progress.best_epoch < 0 or not selected:
                progress.best_value, progress.best_epoch = value, epoch
                save_weights(folder / "best.safetensors", network)
        progress.epoch = epoch + 1
        log.append(entry | {"seconds": round(time.perf_counter() - started, 3)})
        save_checkpoint(folder / "last.ckpt", network, optimizer, progress)
    return {"epochs": progress.epoch, "best_epoch": progress.best_epoch, "best_value": progress.best_value}


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
    for step, samples in enumerate(task.batches(epoch)):
        torch.manual_seed(int(np.random.default_rng([*task.seed, epoch, step]).integers(2**31)))  # dropout
        batch, targets = to_device(samples, task.loading, fabric.device)
        optimizer.zero_grad(set_to_none=True)
        losses = _accumulate(task, model, fabric, batch, targets)
        total = sum(losses.values())
        if not math.isfinite(total):
            raise HyoidError(
                f"The loss is {total} in epoch {epoch}, step {step} of {task.title}: training has diverged. "
                "Lower stages.0.training.optimizer.learning_rate, set gradient_clip, or use precision 32-true."
            )
        if task.training.gradient_clip is not None:
            fabric.clip_gradients(model, optimizer, max_norm=task.training.gradient_clip)
        optimizer.step()
        for name, loss in [*losses.items(), ("total", total)]:
            sums[name] = sums.get(name, 0.0) + loss
        steps += 1
    return {f"loss_{name}" if name != "total" else "loss": value / steps for name, value in sums.items()}


def _accumulate(
    task: FitTask, model: Any, fabric: Fabric, batch: Batch, targets: Mapping[str, Target]
) -> dict[str, float]:
    """Add up the gradients of the batch, part by part, and return each head's weighted loss.

    Every loss is a mean over the samples whose label is known, so a part counts by its share of these: the sum is the
    loss of the whole batch.
    """
    known = {name: int(target.known.sum()) for name, target in targets.items()}
    sums: dict[str, float] = {}
    for part, wanted in split_batch(batch, targets, task.training.micro_batch):
        outputs = model(part)
        losses = []
        for name, head in task.heads.items():
            share = int(wanted[name].known.sum()) / known[name] if known[name] else 1.0
            loss = head.weight * head.loss(outputs[name], wanted[name].values, wanted[name].known) * share
            losses.append(loss)
            sums[name] = sums.get(name, 0.0) + float(loss.detach())
        fabric.backward(torch.stack(losses).sum())
    return sums
