"""Multi-task logistic regression for survival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from hyoid.errors import CohortError
from hyoid.estimators.discrete_time import FittedDiscreteTime, Layer, tensors
from hyoid.estimators.table import (
    LEAST_EVENTS_TO_CHOOSE,
    Floats,
    Part,
    center_and_spread,
    checked_part,
    checked_training_part,
    constant_notes,
    standardised,
)
from hyoid.losses.survival import bins_from_events, mtlr_loss, mtlr_pmf
from hyoid.metrics.survival import Observed
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch

_ITERATIONS = 5000
_SOUGHT, _ACCEPTED = 1e-6, 1e-3  # greatest slope of the objective, which is a sum over patients


class FittedMTLR(FittedDiscreteTime):
    """The state after `fit`: one linear layer, a logit for each edge, and the penalty that was chosen."""

    name: Literal["mtlr"] = "mtlr"
    penalty: float

    def _probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        return mtlr_pmf(logits)


class MTLR(Settings):
    """Multi-task logistic regression (Yu et al. 2011): a logistic regression for each edge of time bins, tied together.

    Minimises the negative log-likelihood, summed over patients, plus penalty / 2 |w|^2, where w are the weights of
    standardised columns for all edges. The offsets are free: where nobody outlasts the last edge, the one that speaks
    for the open bin goes as far as the search does. Of `penalties` the one with the least negative log-likelihood on
    the fold's `select` part is kept; where that has fewer than `LEAST_EVENTS_TO_CHOOSE` events the middle one is, with
    a note.

    Parameters
    ----------
    penalties
        Above 0; the C1 of torchmtlr.
    bins
        Time bins that an edge closes, each with about as many training events; None is the root of the number of
        training events, rounded up. One open bin follows.
    """

    name: Literal["mtlr"] = "mtlr"
    penalties: tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...] = Field(
        (1.0, 10.0, 100.0, 1000.0, 10000.0), min_length=1
    )
    bins: int | None = Field(None, ge=1)

    def fit(self, columns: tuple[str, ...], train: Part, select: Part) -> FittedMTLR:
        """Fit on encoded training cases (n, columns) and their outcomes, and choose the penalty on `select`.

        Raises
        ------
        CohortError
            If no training event has another patient at risk, or a value is missing in either part.
        """
        values, observed = checked_training_part(columns, train)
        selected, outcomes = checked_part(columns, select)
        center, spread = center_and_spread(values)
        edges = bins_from_events(observed.days, observed.event, self.bins)
        scaled, notes = standardised(values, center, spread), constant_notes(columns, spread)
        penalties = sorted(self.penalties)
        if outcomes.events < LEAST_EVENTS_TO_CHOOSE and len(penalties) > 1:
            penalties = [penalties[len(penalties) // 2]]
            notes = (*notes, f"The select part has too few events to choose a penalty: {penalties[0]:g}.")
        fits = [minimise(scaled, observed, edges, penalty) for penalty in penalties]
        losses = [0.0]
        if len(fits) > 1:
            part = standardised(selected, center, spread)
            losses = [_loss(layer, part, outcomes, edges) for layer in fits]
        best = len(fits) - 1 - int(np.argmin(losses[::-1]))  # of equal ones the strongest
        return FittedMTLR(
            columns=columns,
            means=tuple(center.tolist()),
            spreads=tuple(spread.tolist()),
            edges=tuple(edges.tolist()),
            layers=(fits[best],),
            penalty=penalties[best],
            notes=notes,
        )


def minimise(table: Floats, observed: Observed, edges: Floats, penalty: float) -> Layer:
    """Return the layer (columns -> edges) of the least penalised negative log-likelihood, by L-BFGS.

    Raises
    ------
    CohortError
        If the minimum is not found.
    """
    import torch
    from scipy.optimize import minimize

    # in units in which the objective bends about as much along weights as along offsets, which are not penalised
    unit = 1 / np.sqrt(1 + penalty / len(table))
    values, bins, event, _ = tensors(table * unit, observed, edges)
    strength = penalty * unit**2
    shape = (len(edges), table.shape[1] + 1)

    def objective(flat: Floats) -> tuple[float, Floats]:
        both = torch.from_numpy(flat.reshape(shape)).requires_grad_()
        weights, offset = both[:, :-1], both[:, -1]
        likelihood = len(values) * mtlr_loss(values @ weights.T + offset, bins, event)
        loss = likelihood + strength / 2 * weights.square().sum()
        (gradient,) = torch.autograd.grad(loss, both)
        return loss.item(), gradient.numpy().ravel()

    found = minimize(
        objective,
        np.zeros(shape).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _ITERATIONS, "maxfun": 2 * _ITERATIONS, "gtol": _SOUGHT, "ftol": 0.0, "maxcor": 30},
    )
    if not np.abs(found.jac).max() < _ACCEPTED:
        raise CohortError.of(
            f"columns on which L-BFGS ends with a slope of {np.abs(found.jac).max():.3g}",
            f"one below {_ACCEPTED:g}",
            "Drop columns that are copies of each other, or raise the penalty.",
        )
    both = found.x.reshape(shape)
    return Layer.of(both[:, :-1] * unit, both[:, -1])


def _loss(layer: Layer, table: Floats, observed: Observed, edges: Floats) -> float:
    import torch

    _, bins, event, _ = tensors(table, observed, edges)
    return float(mtlr_loss(torch.from_numpy(layer(table)), bins, event))
