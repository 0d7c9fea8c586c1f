"""A line through predicted and observed risk on the scale of the log cumulative hazard, for many resamples at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyoid.metrics.confusion import Bools
from hyoid.metrics.draws import Floats

_STEPS = 100
_TOLERANCE = 1e-10  # of the Newton decrement per patient: the step after it, which is taken, is exact to rounding
_BOUNDS = (-30.0, 5.0)  # of the linear predictor: exp of it is far beyond any cumulative hazard, and still a number
_WEIGHTS_PER_CHUNK = 50_000  # so many numbers stay in the processor's cache


def fit_cloglog(predictor: Floats, event: Bools, weights: Floats) -> Floats:
    """Maximise the likelihood of events whose probability is 1 - exp(-exp(intercept + slope * predictor)).

    Newton's method with steps that are halved until the likelihood does not fall; it is concave, so that what is found
    is the maximum.

    Parameters
    ----------
    predictor, event
        (n,), and (n,) of bool.
    weights
        (replicates, n), 0 or more.

    Returns
    -------
    Floats
        Intercept and slope (replicates, 2); NaN where no finite maximum exists: only one kind of outcome has weight, or
        the predictor separates the two kinds, or is the same for all.
    """
    if len(predictor) == 0:
        return np.full((len(weights), 2), np.nan)
    events_first = np.argsort(~event, kind="stable")
    center, spread = float(predictor.mean()), float(predictor.std()) or 1.0
    data = _Data((predictor[events_first] - center) / spread, int(np.count_nonzero(event)))
    drawn = weights[:, events_first]
    found = np.full((len(weights), 2), np.nan)
    solvable = np.flatnonzero(_has_maximum(data, drawn))
    if len(solvable) == 0:
        return found
    # resamples lie around the mean of them, from where few steps lead to each
    middle = drawn[solvable].mean(axis=0, keepdims=True)
    rate = middle[0, : data.events].sum() / middle.sum()
    start = _newton(data, middle, np.array([[np.log(-np.log1p(-rate)), 0.0]]))
    size = max(1, _WEIGHTS_PER_CHUNK // len(predictor))
    for begin in range(0, len(solvable), size):
        chosen = solvable[begin : begin + size]
        found[chosen] = _newton(data, drawn[chosen], np.repeat(start, len(chosen), axis=0))
    slope = found[:, 1] / spread
    return np.stack([found[:, 0] - slope * center, slope], axis=-1)


class _Data(NamedTuple):
    """The predictor (n,) of the patients, those with the event first, and how many these are."""

    predictor: Floats
    events: int


class _Point(NamedTuple):
    """Log-likelihood (R,), gradient (R, 2) and curvature (R, 3: the matrix's 00, 01 and 11) at some lines."""

    likelihood: Floats
    gradient: Floats
    curvature: Floats


def _has_maximum(data: _Data, weights: Floats) -> Bools:
    """Whether the predictors with weight of events and of others overlap; (replicates,)."""
    lowest: Floats = np.where(weights > 0, data.predictor, np.inf)
    highest: Floats = np.where(weights > 0, data.predictor, -np.inf)
    bounds = []
    for kind in (slice(None, data.events), slice(data.events, None)):
        bounds += [lowest[:, kind].min(axis=1, initial=np.inf), highest[:, kind].max(axis=1, initial=-np.inf)]
    least_event, greatest_event, least_other, greatest_other = bounds
    overlap: Bools = (least_event < greatest_other) & (least_other < greatest_event)
    return overlap


def _newton(data: _Data, weights: Floats, start: Floats) -> Floats:
    """Return the lines (R, 2) of most likelihood, from lines to start at; NaN where no end is reached."""
    found = np.full_like(start, np.nan)
    enough = _TOLERANCE * weights.sum(axis=1)
    line, left = start, np.arange(len(start))
    point = _evaluate(data, weights, line)
    step, decrement = _step(point)
    for _ in range(_STEPS):
        done = decrement <= enough[left]
        found[left[done]] = line[done] + step[done]
        if done.any():
            left, line, step = left[~done], line[~done], step[~done]
            weights, point = weights[~done], _Point(*(values[~done] for values in point))
        if len(left) == 0:
            break
        tried = _evaluate(data, weights, line + step)
        risen = (tried.likelihood >= point.likelihood - 1e-12 * (1 + np.abs(point.likelihood)))[:, np.newaxis]
        line = np.where(risen, line + step, line)
        point = _Point(
            np.where(risen[:, 0], tried.likelihood, point.likelihood),
            np.where(risen, tried.gradient, point.gradient),
            np.where(risen, tried.curvature, point.curvature),
        )
        fresh, decrement = _step(point)
        step = np.where(risen, fresh, step / 2)
    return found


def _step(point: _Point) -> tuple[Floats, Floats]:
    """Return the Newton steps (R, 2) and their decrements (R,)."""
    (first, both, second), (along, across) = point.curvature.T, point.gradient.T
    determinant = first * second - both**2
    safe = np.where(determinant > 0, determinant, np.inf)
    step = np.stack([second * along - both * across, first * across - both * along], axis=-1) / safe[:, np.newaxis]
    decrement = np.where(determinant > 0, (step * point.gradient).sum(axis=1), np.inf)
    return step, decrement


def _evaluate(data: _Data, weights: Floats, line: Floats) -> _Point:
    """Return likelihood, gradient and curvature (of its negative) at lines (R, 2)."""
    x, k = data.predictor, data.events
    hazard = np.exp(np.clip(line[:, :1] + line[:, 1:] * x, *_BOUNDS))
    of_events, counted = hazard[:, :k], weights[:, :k]
    grown = np.expm1(of_events)
    share = of_events / grown  # derivative of log(1 - exp(-hazard)) along the linear predictor
    slope = weights * hazard
    likelihood = (counted * (np.log(grown) - of_events)).sum(axis=1) - slope[:, k:].sum(axis=1)
    bend = slope.copy()
    slope[:, :k] = counted * share
    slope[:, k:] *= -1
    bend[:, :k] = slope[:, :k] * (of_events + share - 1)
    gradient = np.stack([slope.sum(axis=1), slope @ x], axis=-1)
    curvature = np.stack([bend.sum(axis=1), bend @ x, bend @ x**2], axis=-1)
    return _Point(likelihood, gradient, curvature)
