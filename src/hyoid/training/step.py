"""One step of the fit loop: a batch in, the gradient of the whole batch's loss on the network, the losses out.

The batch may be shared: by parts that go through the network one after the other (`micro_batch`), and by processes.
Every loss but the survival ones is a mean over the samples whose label is known, so a part adds its share of it. A
survival loss compares each patient with all others at risk. It is asked for the whole batch: processes exchange their
outputs with the gradients of these; parts are passed twice, first for their outputs, from which the loss and its
gradient on each output follow, and then for the gradient on the network. Both are exact, whatever the division.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from hyoid.errors import HyoidError
from hyoid.networks.batch import Batch, RiskOutput, Target
from hyoid.training.batch import TrainingBatch, split_batch, to_device
from hyoid.training.gather import gathered_output, gathered_target, summed
from hyoid.training.running import without_running_statistics

if TYPE_CHECKING:
    from lightning_fabric import Fabric

    from hyoid.training.fit import FitTask

Part = tuple[Batch, dict[str, Target]]


def take_step(
    task: FitTask,
    model: Any,
    optimizer: torch.optim.Optimizer,
    fabric: Fabric,
    samples: TrainingBatch,
    at: tuple[int, int],
) -> dict[str, float]:
    """Change the network by one step and return each head's weighted loss, the penalty, and their `total`.

    `at` is epoch and step: what is random within the network is a function of these, the process and the part.

    Raises
    ------
    HyoidError
        If the loss is no longer a number.
    """
    batch, targets = to_device(samples, task.loading, fabric.device)
    parts = list(split_batch(batch, targets, task.training.micro_batch))
    optimizer.zero_grad(set_to_none=True)
    losses = _gradients(task, model, fabric, parts, targets, at)
    total = sum(losses.values())
    if not math.isfinite(total):
        raise HyoidError(
            f"The loss is {total} in epoch {at[0]}, step {at[1]} of {task.title}: training has diverged. "
            "Lower stages.0.training.optimizer.learning_rate, set gradient_clip, or use precision 32-true."
        )
    if task.training.gradient_clip is not None:
        fabric.clip_gradients(model, optimizer, max_norm=task.training.gradient_clip)
    optimizer.step()
    return losses | {"total": total}


def _gradients(
    task: FitTask, model: Any, fabric: Fabric, parts: Sequence[Part], targets: Mapping[str, Target], at: tuple[int, int]
) -> dict[str, float]:
    known = {name: summed(fabric, int(target.known.sum())) for name, target in targets.items()}
    # processes must agree on the way, and the share of one of them may be a single part
    twice = len(parts) > 1 or (fabric.world_size > 1 and task.training.micro_batch is not None)
    first = _first_pass(task, model, fabric, parts, targets, at) if twice else {}
    sums: dict[str, float] = {}
    for index, (part, wanted) in enumerate(parts):
        last = index + 1 == len(parts)
        _seed(task, fabric, at, index)
        with fabric.no_backward_sync(model, enabled=not last):
            outputs, losses = model(part), []
            for name, head in task.heads.items():
                if name in first:
                    value, gradients = first[name]
                    losses.append(_dot(outputs[name], gradients[index]))
                    sums[name] = value
                    continue
                loss = head.weight * _loss_of_part(head, outputs[name], wanted[name], known[name], fabric)
                losses.append(loss)
                sums[name] = sums.get(name, 0.0) + float(loss.detach())
            if last and (penalty := penalty_of(model)) is not None:
                losses.append(penalty)
                sums["penalty"] = float(penalty.detach())
            fabric.backward(torch.stack(losses).sum())
    return sums


def penalty_of(network: Any) -> torch.Tensor | None:
    """Return the sum of strength x squared weights over the layers that name a strength, `squared_weights`; or None."""
    terms = [
        module.squared_weights * module.weight.square().sum()
        for module in network.modules()
        if getattr(module, "squared_weights", 0.0)
    ]
    return torch.stack(terms).sum() if terms else None


def compares_patients(head: Any) -> bool:
    """Whether a head's loss compares the patients of a batch with each other."""
    return bool(head.name == "rfs")


def _loss_of_part(head: Any, output: Any, target: Target, known: int, fabric: Fabric) -> torch.Tensor:
    """Return what this part adds to the batch's loss; as processes average gradients, each counts by their number."""
    if compares_patients(head):
        if fabric.world_size > 1:
            output, target = gathered_output(fabric, output), gathered_target(fabric, target)
        loss: torch.Tensor = head.loss(output, target.values, target.known)
        return loss
    share = int(target.known.sum()) * fabric.world_size / known if known else 1.0
    partial: torch.Tensor = head.loss(output, target.values, target.known)
    return partial * share


def _first_pass(
    task: FitTask, model: Any, fabric: Fabric, parts: Sequence[Part], targets: Mapping[str, Target], at: tuple[int, int]
) -> dict[str, tuple[float, list[RiskOutput]]]:
    """Return for each head that compares patients its weighted loss on the whole batch, and the gradient by part."""
    compared = {name: head for name, head in task.heads.items() if compares_patients(head)}
    if not compared:
        return {}
    seen: dict[str, list[RiskOutput]] = {name: [] for name in compared}
    with torch.no_grad(), without_running_statistics(model):
        for index, (part, _) in enumerate(parts):
            _seed(task, fabric, at, index)
            outputs = model(part)
            for name in compared:
                seen[name].append(outputs[name])
    found = {}
    for name, head in compared.items():
        own = RiskOutput(
            torch.cat([one.risk for one in seen[name]]).requires_grad_(),
            torch.cat([one.features for one in seen[name]]).requires_grad_(),
        )
        target = targets[name]
        loss = head.weight * _loss_of_part(head, own, target, 0, fabric)
        gradients = torch.autograd.grad(loss, (own.risk, own.features), allow_unused=True)
        sizes = [len(one.risk) for one in seen[name]]
        each = [
            torch.zeros_like(v) if g is None else g for g, v in zip(gradients, (own.risk, own.features), strict=True)
        ]
        by_part = zip(*(torch.split(values, sizes) for values in each), strict=True)
        found[name] = (float(loss.detach()), [RiskOutput(risk, features) for risk, features in by_part])
    return found


def _dot(output: RiskOutput, gradient: RiskOutput) -> torch.Tensor:
    """Return a number whose gradient on the output is the one given."""
    return (output.risk * gradient.risk).sum() + (output.features * gradient.features).sum()


def _seed(task: FitTask, fabric: Fabric, at: tuple[int, int], part: int) -> None:
    place = (fabric.global_rank, part)
    torch.manual_seed(int(np.random.default_rng([*task.seed, *at, *(place if any(place) else ())]).integers(2**31)))
