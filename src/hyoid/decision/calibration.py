"""Calibration: an increasing line from a model's logits to log-odds that can be believed.

Scale and offset are fitted on cases that the model was not trained on. The scale is always above 0, so a calibration
never changes who is ranked above whom. The line holds where there were cases: beyond them it goes on all but level.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field
from scipy.optimize import brentq
from scipy.special import expit

from hyoid.decision.cases import checked_cases, checked_logits, one_class
from hyoid.metrics import Bools, Floats, fit_logistic, fit_offset
from hyoid.settings import Settings

TEMPERATURES = (0.05, 20.0)
"""Least and greatest temperature: beyond them the cases say no more than that they are separated, or that logits say
nothing."""

HAIR = 0.01
"""How far, in log-odds, anyone beyond the cases may stand above or below the last of them: enough to be ranked."""

BEYOND = "the log-odds lie beyond those that the calibration was fitted on, and the probability is held at its bound"
"""Said of patients whose log-odds no case of the calibration came near."""


class FittedCalibrator(Settings):
    """A fitted calibration: calibrated logit = scale * logit + offset, between the least and greatest logit fitted on.

    Beyond them nothing is known of the line, and a model whose logits are ten times as wide as those that it was fitted
    on would be certain of everybody. So the calibrated logit stays there within `HAIR` of its value at the bound, still
    rising, so that nobody's rank is lost.

    Parameters
    ----------
    name
        The settings that it comes from.
    scale, offset
        The line; 1 and 0 change nothing.
    cases, positives
        Number of cases that it was fitted on, and how many of them were positive.
    lowest, highest
        Least and greatest logit that it was fitted on; None where nothing was fitted, and then nothing is held.
    notes
        Sentences on what was done instead of what was asked for.
    """

    name: Literal["none", "temperature", "platt"]
    scale: float = Field(1.0, gt=0, allow_inf_nan=False)
    offset: float = Field(0.0, allow_inf_nan=False)
    cases: int = Field(0, ge=0)
    positives: int = Field(0, ge=0)
    lowest: float | None = Field(None, allow_inf_nan=False)
    highest: float | None = Field(None, allow_inf_nan=False)
    notes: tuple[str, ...] = ()

    def apply(self, logits: ArrayLike) -> Floats:
        """Return the calibrated logits (n,)."""
        values = checked_logits(logits)
        held = self._held(values)
        over = values - held
        return np.asarray(self.scale * held + self.offset + min(HAIR, self.scale) * over / (1 + np.abs(over)))

    def beyond(self, logits: ArrayLike) -> Bools:
        """Return (n,) of bool: whose logit lies beyond all that the line was fitted on."""
        values = checked_logits(logits)
        return np.asarray(values != self._held(values), np.bool_)

    def _held(self, values: Floats) -> Floats:
        return values if self.lowest is None or self.highest is None else np.clip(values, self.lowest, self.highest)


class NoCalibration(Settings):
    """The logits as the model gives them."""

    name: Literal["none"] = "none"

    def fit(self, logits: ArrayLike, positive: ArrayLike) -> FittedCalibrator:
        """Return the identity; logits (n,) and classes (n,) of bool are only counted."""
        _, classes = checked_cases(logits, positive)
        return _fitted(self.name, classes)


class Temperature(Settings):
    """Division of the logits by one temperature T, which minimises the log loss. Guo et al., ICML 2017.

    T lies within `TEMPERATURES`. The prior of the classes is not corrected.
    """

    name: Literal["temperature"] = "temperature"

    def fit(self, logits: ArrayLike, positive: ArrayLike) -> FittedCalibrator:
        """Fit the temperature to logits (n,) and classes (n,) of bool; the identity where a class is absent."""
        values, classes = checked_cases(logits, positive)
        if (absent := one_class(classes)) is not None:
            return _identity(self.name, classes, absent)

        def slope(scale: float) -> float:
            """Return the derivative of the log loss by 1/T; it only rises, since the loss is convex in 1/T."""
            return float(np.sum((expit(scale * values) - classes) * values))

        low, high = 1 / TEMPERATURES[1], 1 / TEMPERATURES[0]
        at_low, at_high = slope(low), slope(high)
        if at_low == 0 and at_high == 0:
            return _fitted(self.name, classes, values, notes=("All logits are 0: no temperature changes them.",))
        if at_low >= 0:
            note = f"The logits rank the classes hardly or wrongly: temperature held at {TEMPERATURES[1]:g}."
            return _fitted(self.name, classes, values, scale=low, notes=(note,))
        if at_high <= 0:
            note = f"The logits separate the classes: temperature held at {TEMPERATURES[0]:g}."
            return _fitted(self.name, classes, values, scale=high, notes=(note,))
        return _fitted(self.name, classes, values, scale=float(brentq(slope, low, high, xtol=1e-12, rtol=1e-12)))


class Platt(Settings):
    """A scale and an offset by logistic regression on the logit, with Platt's smoothed targets.

    Positives have the target (N+ + 1) / (N+ + 2) and negatives 1 / (N- + 2), so that the line exists where the logits
    separate the classes. Platt 1999. Where the best scale would not be above 0, which would turn or level the ranking,
    it stays 1 and the offset alone is fitted. The probabilities have the prior of the cases fitted on.
    """

    name: Literal["platt"] = "platt"

    def fit(self, logits: ArrayLike, positive: ArrayLike) -> FittedCalibrator:
        """Fit the line to logits (n,) and classes (n,) of bool; the identity where a class is absent."""
        values, classes = checked_cases(logits, positive)
        if (absent := one_class(classes)) is not None:
            return _identity(self.name, classes, absent)
        targets = _smoothed(classes)
        scale, offset = _line(values, targets)
        if scale > 0:
            return _fitted(self.name, classes, values, scale=scale, offset=offset)
        note = "The logits do not rank the classes: the scale stays 1, and only the offset was fitted."
        return _fitted(self.name, classes, values, offset=fit_offset(values, targets), notes=(note,))


Calibration = Annotated[NoCalibration | Temperature | Platt, Field(discriminator="name")]
"""Any calibration that a recipe may name."""


def _smoothed(classes: Bools) -> Floats:
    positives = int(np.count_nonzero(classes))
    negatives = len(classes) - positives
    return np.where(classes, (positives + 1) / (positives + 2), 1 / (negatives + 2))


def _line(logits: Floats, targets: Floats) -> tuple[float, float]:
    """Return scale and offset of the least cross-entropy; scale 0 where all logits are equal."""
    center, spread = float(logits.mean()), float(logits.std())
    if logits.max() == logits.min() or spread == 0:
        return 0.0, 0.0
    # standardised, since Newton's equations of raw logits may be singular to rounding
    standardised = (logits - center) / spread
    slope, level = fit_logistic(np.column_stack([standardised, np.ones_like(logits)]), targets)
    if not np.isfinite([slope, level]).all():
        return 0.0, 0.0
    return float(slope / spread), float(level - slope * center / spread)


def _identity(name: Literal["temperature", "platt"], classes: Bools, absent: str) -> FittedCalibrator:
    return _fitted(name, classes, notes=(f"Not calibrated: {absent} to calibrate on.",))


def _fitted(
    name: Literal["none", "temperature", "platt"],
    classes: Bools,
    logits: Floats | None = None,
    *,
    scale: float = 1.0,
    offset: float = 0.0,
    notes: tuple[str, ...] = (),
) -> FittedCalibrator:
    return FittedCalibrator(
        name=name,
        scale=scale,
        offset=offset,
        cases=len(classes),
        positives=int(np.count_nonzero(classes)),
        lowest=None if logits is None else float(logits.min()),
        highest=None if logits is None else float(logits.max()),
        notes=notes,
    )
