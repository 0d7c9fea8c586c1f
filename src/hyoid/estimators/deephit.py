"""DeepHit for one kind of event: a small network on a table that gives each time bin a probability."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from hyoid.errors import HyoidError
from hyoid.estimators.discrete_time import FittedDiscreteTime, Layer, tensors
from hyoid.estimators.table import (
    LEAST_EVENTS_TO_CHOOSE,
    Part,
    center_and_spread,
    checked_part,
    checked_training_part,
    constant_notes,
    standardised,
)
from hyoid.losses.survival import bins_from_events, deephit_loss, deephit_pmf
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch

    Tensors = tuple[torch.Tensor, ...]
    Weights = list[tuple[torch.Tensor, torch.Tensor]]


class FittedDeepHit(FittedDiscreteTime):
    """The state after `fit`: layers with a logit for each bin at the end, and the epoch that they are of."""

    name: Literal["deephit"] = "deephit"
    epoch: int

    def _probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        return deephit_pmf(logits)


class DeepHit(Settings):
    """DeepHit (Lee et al. 2018) for one kind of event, on a table.

    Hidden layers with max(0, x) and dropout, and a softmax over time bins, the last of which is open. Trained by Adam
    on all patients at once. The weights of the epoch with the least loss on the fold's `select` part are kept; where
    that has fewer than `LEAST_EVENTS_TO_CHOOSE` events, training lasts for `epochs_unselected`, with a note.

    Parameters
    ----------
    hidden
        Outputs of each hidden layer; none makes the model linear.
    bins
        Time bins that an edge closes, each with about as many training events; None is the root of the number of
        training events, rounded up. One open bin follows.
    alpha, sigma
        Weight and width of the ranking term, see `hyoid.losses.survival.deephit_loss`.
    weight_decay
        Adam's L2 penalty on weights and offsets.
    patience
        Epochs without a lesser loss on `select` after which training ends.
    seed
        Of the first weights and of dropout.
    """

    name: Literal["deephit"] = "deephit"
    hidden: tuple[Annotated[int, Field(ge=1)], ...] = (32,)
    bins: int | None = Field(None, ge=1)
    dropout: float = Field(0.2, ge=0, lt=1)
    alpha: float = Field(0.2, ge=0, allow_inf_nan=False)
    sigma: float = Field(0.1, gt=0, allow_inf_nan=False)
    learning_rate: float = Field(0.02, gt=0, allow_inf_nan=False)
    weight_decay: float = Field(0.1, ge=0, allow_inf_nan=False)
    epochs: int = Field(200, ge=1)
    epochs_unselected: int = Field(60, ge=1)
    patience: int = Field(25, ge=1)
    seed: int = Field(0, ge=0)

    def fit(self, columns: tuple[str, ...], train: Part, select: Part) -> FittedDeepHit:
        """Fit on encoded training cases (n, columns) and their outcomes, and choose the epoch on `select`.

        Raises
        ------
        CohortError
            If no training event has another patient at risk, or a value is missing in either part.
        HyoidError
            If training diverges.
        """
        values, observed = checked_training_part(columns, train)
        selected, outcomes = checked_part(columns, select)
        center, spread = center_and_spread(values)
        edges = bins_from_events(observed.days, observed.event, self.bins)
        learnt = tensors(standardised(values, center, spread), observed, edges)
        watched = tensors(standardised(selected, center, spread), outcomes, edges)
        notes = constant_notes(columns, spread)
        if outcomes.events < LEAST_EVENTS_TO_CHOOSE:
            notes = (*notes, f"The select part has too few events to end training on: {self.epochs_unselected} epochs.")
            weights, epoch = self._train(learnt, None, len(edges) + 1)
        else:
            weights, epoch = self._train(learnt, watched, len(edges) + 1)
        return FittedDeepHit(
            columns=columns,
            means=tuple(center.tolist()),
            spreads=tuple(spread.tolist()),
            edges=tuple(edges.tolist()),
            layers=tuple(Layer.of(weight.numpy(), offset.numpy()) for weight, offset in weights),
            epoch=epoch,
            notes=notes,
        )

    def _train(self, learnt: Tensors, watched: Tensors | None, bins: int) -> tuple[Weights, int]:
        """Return weights and epoch of the least loss on `watched`, or of the last epoch without it."""
        import torch

        generator = torch.Generator().manual_seed(self.seed)
        weights = self._first_weights(learnt[0].shape[1], bins, generator)
        flat = [tensor for layer in weights for tensor in layer]
        adam = torch.optim.Adam(flat, lr=self.learning_rate, weight_decay=self.weight_decay)
        best, least, kept = 0, math.inf, _copy(weights)
        last = self.epochs if watched is not None else self.epochs_unselected
        for epoch in range(1, last + 1):
            adam.zero_grad()
            self._loss(self._logits(weights, learnt[0], generator), learnt).backward()  # type: ignore[no-untyped-call]
            adam.step()
            if watched is None:
                continue
            with torch.no_grad():
                loss = float(self._loss(self._logits(weights, watched[0]), watched))
            if loss < least:
                best, least, kept = epoch, loss, _copy(weights)
            elif epoch - best >= self.patience:
                break
        if watched is None:
            best, kept = last, _copy(weights)
        if best == 0 or not all(bool(tensor.isfinite().all()) for layer in kept for tensor in layer):
            raise HyoidError.of("a training of DeepHit that diverged", "finite weights", "Lower the learning rate.")
        return kept, best

    def _loss(self, logits: torch.Tensor, part: Tensors) -> torch.Tensor:
        _, bins, event, days = part
        return deephit_loss(logits, bins, event, days, alpha=self.alpha, sigma=self.sigma)

    def _logits(self, weights: Weights, values: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Return the logits (n, bins); with a generator units are dropped."""
        import torch

        for weight, offset in weights[:-1]:
            values = (values @ weight.T + offset).relu()
            if generator is not None:
                kept = torch.rand(values.shape, generator=generator, dtype=values.dtype) >= self.dropout
                values = values * kept / (1 - self.dropout)
        weight, offset = weights[-1]
        return values @ weight.T + offset

    def _first_weights(self, inputs: int, outputs: int, generator: torch.Generator) -> Weights:
        """Return normal weights of variance 2 / inputs (He et al. 2015) and offsets of 0."""
        import torch

        widths, weights = (inputs, *self.hidden, outputs), []
        for entering, leaving in pairwise(widths):
            drawn = torch.randn((leaving, entering), generator=generator, dtype=torch.float64)
            weights.append(
                (
                    (drawn * math.sqrt(2 / entering)).requires_grad_(),
                    torch.zeros(leaving, dtype=torch.float64).requires_grad_(),
                )
            )
        return weights


def _copy(weights: Weights) -> Weights:
    return [(weight.detach().clone(), offset.detach().clone()) for weight, offset in weights]
