"""A fitted ComBat: plain data of a fold that brings cases of known centers to the level of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from hyoid.cohort import Case
from hyoid.cohort.encoders.value import value_of
from hyoid.errors import CohortError
from hyoid.features.harmonise.adjustment import Adjustment, fit_adjustment
from hyoid.features.harmonise.reference import Floats, Reference
from hyoid.settings import Settings, describe_errors

LEAST_UNLABELLED = 10
"""Fewest cases of a center that training did not have, given together, from which its own adjustment is estimated."""

Origin = Literal["training", "transductive", "identity"]
"""Where a case's adjustment comes from: its center's training cases, the unlabelled cases given with it, or nowhere."""


class CenterAdjustment(Settings):
    """Shift and scale of each column in one center, in pooled standard deviations, and the cases they come from."""

    shift: tuple[float, ...]
    scale: tuple[float, ...]
    cases: int = Field(ge=1)
    origin: Literal["training", "transductive"] = "training"


class FittedCombat(Settings):
    """The state after `Combat.fit`: it belongs to a fold and is saved as JSON with it.

    A harmonised value is mean + e + spread * ((value - mean - e) / spread - shift) / scale, where e = effects .
    (covariates - covariate_means) is kept, for it is biology.

    Parameters
    ----------
    columns
        The harmonised columns.
    mean, spread
        Grand mean and pooled standard deviation of each column; a spread of 0 marks one that is left alone.
    covariates, covariate_means, effects
        Covariates, their training means (a missing covariate is taken to be the mean), and the effect of one unit of
        each (covariates, columns).
    centers
        By name of the center; a center that is not there leaves its cases as they are.
    empirical_bayes, unseen
        As in `Combat`.
    notes
        What a reader should know of the fit.
    """

    name: Literal["combat"] = "combat"
    columns: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    covariates: tuple[str, ...] = ()
    covariate_means: tuple[float, ...] = ()
    effects: tuple[tuple[float, ...], ...] = ()
    centers: dict[str, CenterAdjustment]
    empirical_bayes: bool
    unseen: Literal["identity", "transductive"]
    notes: tuple[str, ...] = ()

    def adopt(self, cases: Sequence[Case]) -> FittedCombat:
        """Return this with an adjustment for each new center of which `LEAST_UNLABELLED` cases or more are given.

        Where `unseen` is identity nothing changes. Labels are not looked at. Such an adjustment is marked transductive:
        what is said of one case then depends on which others were given with it.
        """
        if self.unseen == "identity":
            return self
        counts = Counter(case.center for case in cases if case.center is not None and case.center not in self.centers)
        found = {}
        for center in sorted(name for name, number in counts.items() if number >= LEAST_UNLABELLED):
            own = [case for case in cases if case.center == center]
            covariates = self._covariates(own)
            values = in_order(self._reference.standardised(numbers(own, self.columns), covariates))
            fitted = fit_adjustment(values, LEAST_UNLABELLED, empirical_bayes=self.empirical_bayes)
            if fitted.adjusts:
                found[center] = adjustment_of(fitted, len(own), "transductive")
        return self.model_copy(update={"centers": self.centers | found}) if found else self

    def apply(self, cases: Sequence[Case]) -> tuple[list[Case], tuple[str, ...]]:
        """Return the cases with harmonised columns, and a sentence on each center that training did not have.

        A missing value stays missing. Of the clinical record only the harmonised columns change.
        """
        values, covariates = numbers(cases, self.columns), self._covariates(cases)
        standardised = self._reference.standardised(values, covariates)
        shift, scale = np.zeros_like(values), np.ones_like(values)
        for row, case in enumerate(cases):
            known = self.centers.get(case.center or "")
            if known is not None:
                shift[row], scale[row] = known.shift, known.scale
        adjusted = self._reference.restored((standardised - shift) / scale, covariates)
        changes = np.isfinite(adjusted) & ((shift != 0) | (scale != 1))
        moved = [
            replace(case, clinical={**case.clinical, **self._moved(new, at)}) if at.any() else case
            for case, new, at in zip(cases, adjusted, changes, strict=True)
        ]
        return moved, self._notes(cases)

    def origin(self, case: Case) -> Origin:
        """Return where the adjustment of a case comes from."""
        known = self.centers.get(case.center or "")
        return "identity" if known is None else known.origin

    def to_json(self) -> dict[str, Any]:
        """Return the state in plain JSON types; `from_json` gives back an equal one."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, value: Any) -> FittedCombat:
        """Return the state of a `to_json` value; raises CohortError when it is something else."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise CohortError(f"This is no fitted ComBat: {describe_errors(error)}.") from error

    @property
    def _reference(self) -> Reference:
        effects = np.array(self.effects, np.float64).reshape(len(self.covariates), len(self.columns))
        return Reference(np.array(self.mean), np.array(self.spread), effects)

    def _covariates(self, cases: Sequence[Case]) -> Floats:
        """Return the covariates (n, k) from their means; 0 where missing."""
        return np.nan_to_num(numbers(cases, self.covariates) - np.array(self.covariate_means, np.float64))

    def _moved(self, values: Floats, at: np.ndarray) -> Mapping[str, float]:
        return {name: float(value) for name, value, moves in zip(self.columns, values, at, strict=True) if moves}

    def _notes(self, cases: Sequence[Case]) -> tuple[str, ...]:
        strange = Counter(case.center for case in cases if self.origin(case) != "training")
        return tuple(self._note(center, strange[center]) for center in sorted(strange, key=str))

    def _note(self, center: str | None, count: int) -> str:
        if center is None:
            return f"ComBat: center unknown of {count} cases, whose features stay as they are."
        known, strange = self.centers.get(center), f"the center {center} was not in training, or with too few cases"
        if known is None:
            return f"ComBat: {strange}; its features stay as they are."
        return (
            f"ComBat (transductive): {strange}; its features were adjusted by {known.cases} unlabelled cases of it, so "
            "that an answer depends on which cases were given together."
        )


def numbers(cases: Sequence[Case], columns: Sequence[str]) -> Floats:
    """Return columns of the cases (n, columns); NaN where a value is missing or a word."""
    found = np.full((len(cases), len(columns)), np.nan)
    for row, case in zip(found, cases, strict=True):
        for position, column in enumerate(columns):
            value = value_of(case, column)
            if value is not None and not isinstance(value, str):
                row[position] = value
    return found


def in_order(values: Floats) -> Floats:
    """Return the rows in an order that does not depend on the given one, so that sums do not either."""
    return values[np.lexsort(values.T[::-1])] if values.shape[1] else values


def adjustment_of(
    fitted: Adjustment, cases: int, origin: Literal["training", "transductive"] = "training"
) -> CenterAdjustment:
    """Return a fitted adjustment as plain data."""
    return CenterAdjustment(
        shift=tuple(fitted.shift.tolist()), scale=tuple(fitted.scale.tolist()), cases=cases, origin=origin
    )
