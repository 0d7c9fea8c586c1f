"""Cox's proportional hazards model with a ridge penalty."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hyoid.estimators.table import (
    LEAST_EVENTS_TO_CHOOSE,
    Floats,
    Part,
    center_and_spread,
    checked_part,
    checked_training_part,
    checked_values,
    constant_notes,
    standardised,
)
from hyoid.settings import Settings
from hyoid.survival import fit_cox, partial_log_likelihood


class FittedCoxPH(Settings):
    """The state after `fit`: risk = weights . (columns - means), the log hazard ratio to the mean patient.

    Parameters
    ----------
    columns, weights
        Names of the encoded columns, and the log hazard ratio of one unit of each.
    means
        Means of the columns in the training part.
    penalty
        The penalty that was chosen.
    notes
        What a reader should know of the fit.
    """

    name: Literal["cox_ph"] = "cox_ph"
    columns: tuple[str, ...]
    weights: tuple[float, ...]
    means: tuple[float, ...]
    penalty: float
    notes: tuple[str, ...] = ()

    def risk(self, values: NDArray[np.floating]) -> Floats:
        """Return the log hazard ratio (n,) of encoded cases (n, columns) to the mean patient; higher is worse.

        Raises
        ------
        CohortError
            If the table has other columns, or a value is missing.
        """
        table = checked_values(self.columns, values)
        risk: Floats = (table - np.array(self.means)) @ np.array(self.weights)
        return risk


class CoxPH(Settings):
    """Cox's model, ln hazard = ln baseline + weights . columns, fitted by Newton's method.

    Maximises the partial log-likelihood less penalty / 2 |w|^2, where w are the weights of standardised columns. Of
    `penalties` the one with the greatest partial log-likelihood on the fold's `select` part is kept; where `select` has
    fewer than `LEAST_EVENTS_TO_CHOOSE` events the middle one is, with a note. There may be more columns than patients.

    Parameters
    ----------
    penalties
        Above 0. A penalty is the inverse variance of a normal prior on the log hazard ratio of one standard deviation.
    ties
        How events at the same time share their risk set: Efron 1977, or Breslow 1974.
    """

    name: Literal["cox_ph"] = "cox_ph"
    penalties: tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...] = Field(
        (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0), min_length=1
    )
    ties: Literal["efron", "breslow"] = "efron"

    def fit(self, columns: tuple[str, ...], train: Part, select: Part) -> FittedCoxPH:
        """Fit on encoded training cases (n, columns) and their outcomes, and choose the penalty on `select`.

        Raises
        ------
        CohortError
            If no training event has another patient at risk, or a value is missing in either part.
        """
        values, observed = checked_training_part(columns, train)
        center, spread = center_and_spread(values)
        notes = constant_notes(columns, spread)
        penalties = sorted(self.penalties)
        scaled = fit_cox(standardised(values, center, spread), observed, penalties, self.ties)
        weights = np.where(spread > 0, scaled / np.where(spread > 0, spread, 1.0), 0.0)
        fits = [
            FittedCoxPH(
                columns=columns,
                weights=tuple(each.tolist()),
                means=tuple(center.tolist()),
                penalty=penalty,
                notes=notes,
            )
            for each, penalty in zip(weights, penalties, strict=True)
        ]
        return self._chosen(fits, checked_part(columns, select))

    def _chosen(self, fits: list[FittedCoxPH], select: Part) -> FittedCoxPH:
        values, observed = select
        if len(fits) == 1:
            return fits[0]
        if observed.events < LEAST_EVENTS_TO_CHOOSE:
            middle = fits[len(fits) // 2]
            note = f"The select part has too few events to choose a penalty: {middle.penalty:g}."
            return middle.model_copy(update={"notes": (*middle.notes, note)})
        return max(reversed(fits), key=lambda fit: partial_log_likelihood(fit.risk(values), observed, self.ties))
