"""What estimators on time bins share: their fitted state, and how it becomes a risk and a survival function."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from hyoid.estimators.table import Floats, checked_values, standardised
from hyoid.losses.survival import bin_of, survival_at_edges
from hyoid.metrics.survival import Observed
from hyoid.settings import Settings
from hyoid.survival import checked_days

if TYPE_CHECKING:
    import torch


class Layer(Settings):
    """A linear layer of n inputs and m outputs, in the shortest decimals that single precision tells apart."""

    weights: tuple[tuple[float, ...], ...]  # (m, n)
    offset: tuple[float, ...]  # (m,)

    @classmethod
    def of(cls, weights: Floats, offset: Floats) -> Self:
        """Round weights (m, n) and offset (m,) to single precision."""
        return cls(weights=tuple(_shortest(row) for row in weights), offset=_shortest(offset))

    def __call__(self, values: Floats) -> Floats:
        """Return the outputs (., m) of inputs (., n)."""
        outputs: Floats = values @ np.array(self.weights).T + np.array(self.offset)
        return outputs


class FittedDiscreteTime(Settings):
    """The state after `fit` of a model that gives each time bin a probability, the last one open.

    Parameters
    ----------
    columns
        Names of the encoded columns.
    means, spreads
        By which the columns are standardised; a spread of 0 marks one that was constant and is not read.
    edges
        Rising days that close the bins, the last that of the last training event.
    layers
        From the standardised columns to the logits, with max(0, x) between them.
    notes
        What a reader should know of the fit.
    """

    columns: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    edges: tuple[float, ...] = Field(min_length=1)
    layers: tuple[Layer, ...] = Field(min_length=1)
    notes: tuple[str, ...] = ()

    @property
    def last_day(self) -> float:
        """The last edge; beyond it the survival functions are held, and nothing is known."""
        return self.edges[-1]

    def probabilities(self, values: NDArray[np.floating]) -> Floats:
        """Return the probability (n, edges + 1) of each time bin for encoded cases (n, columns).

        Raises
        ------
        CohortError
            If the table has other columns, or a value is missing.
        """
        import torch

        table = checked_values(self.columns, values)
        outputs = standardised(table, np.array(self.means), np.array(self.spreads))
        for layer in self.layers[:-1]:
            outputs = np.maximum(layer(outputs), 0.0)
        logits = torch.from_numpy(self.layers[-1](outputs))
        found: Floats = self._probabilities(logits).numpy()
        return found

    def risk(self, values: NDArray[np.floating]) -> Floats:
        """Return the cumulative hazard at each edge, summed over the edges (n,); higher is worse.

        The hazard of a bin is its probability among those who reach it; with h_k of K - 1 edges the risk is the sum of
        (K - k) h_k: the earlier an event is likely, the more it counts.

        Raises
        ------
        CohortError
            As `probabilities`.
        """
        probabilities = self.probabilities(values)
        closed = probabilities[:, :-1]
        reached = closed + self._at_edges(probabilities)
        hazard = np.divide(closed, reached, out=np.ones_like(closed), where=reached > 0)
        risk: Floats = hazard.cumsum(axis=1).sum(axis=1)
        return risk

    def survival(self, values: NDArray[np.floating], days: ArrayLike) -> Floats:
        """Return the probability (n, m) of surviving each of days (m,).

        1 on day 0 and the sum of the later bins at an edge, with straight lines between: within a bin all times are
        equally likely. Beyond the last edge it is held.

        Raises
        ------
        CohortError
            As `probabilities`; if a day is NaN.
        """
        wanted = checked_days(days)
        at_edges = self._at_edges(self.probabilities(values))
        start = [] if self.edges[0] == 0 else [0.0]  # events on day 0 are a step there, as of Kaplan and Meier
        knots = np.array([*start, *self.edges])
        ones = np.ones(len(start))
        rows = [np.interp(wanted, knots, np.concatenate([ones, row]), left=1.0) for row in at_edges]
        return np.array(rows).reshape(len(at_edges), len(wanted))

    @abstractmethod
    def _probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        """Return the probabilities of the bins from the logits of the last layer."""

    @staticmethod
    def _at_edges(probabilities: Floats) -> Floats:
        import torch

        survival: Floats = np.minimum(survival_at_edges(torch.from_numpy(probabilities)).numpy(), 1.0)
        return survival


def tensors(table: Floats, observed: Observed, edges: Floats) -> tuple[torch.Tensor, ...]:
    """Return the values (n, columns), the bin of each time, the event and the days (n,) as tensors."""
    import torch

    bins = torch.from_numpy(bin_of(observed.days, edges))
    return torch.from_numpy(table), bins, torch.from_numpy(observed.event), torch.from_numpy(observed.days)


def _shortest(values: Floats) -> tuple[float, ...]:
    return tuple(float(str(value)) for value in values.astype(np.float32))
