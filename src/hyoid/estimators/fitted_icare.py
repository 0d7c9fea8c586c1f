"""What iCARE keeps of its fit: names, signs and scales of columns, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.estimators.icare_table import Floats, checked_table
from hyoid.settings import Settings
from hyoid.survival.icare import SignedMean


class Member(Settings):
    """The state of one iCARE model: risk = (mean of sign (x - mean) / std - output_mean) / output_std.

    Parameters
    ----------
    columns
        Names of the k columns that are used.
    signs
        (k,) +1 where a higher value is worse, else -1.
    means, stds
        (k,) of the training patients' values (n - 1 in the denominator).
    output_mean, output_std
        Of the training patients' mean signed z-scores (n in the denominator).
    """

    columns: tuple[str, ...]
    signs: tuple[Literal[-1, 1], ...]
    means: tuple[float, ...]
    stds: tuple[float, ...]
    output_mean: float
    output_std: float

    @classmethod
    def of(cls, model: SignedMean, names: Sequence[str]) -> Member:
        """Return the state of a fitted model on columns of these names."""
        return cls(
            columns=tuple(names[place] for place in model.columns),
            signs=tuple(1 if sign > 0 else -1 for sign in model.signs),
            means=tuple(model.means.tolist()),
            stds=tuple(model.stds.tolist()),
            output_mean=model.output_mean,
            output_std=model.output_std,
        )

    def risk(self, values: Floats, names: Sequence[str]) -> Floats:
        """Return the risk (m,) of patients whose values (m, names) are given under their names."""
        places = {name: place for place, name in enumerate(names)}
        model = SignedMean(
            columns=np.array([places[name] for name in self.columns], np.intp),
            signs=np.array(self.signs, np.intp),
            means=np.array(self.means),
            stds=np.array(self.stds),
            output_mean=self.output_mean,
            output_std=self.output_std,
        )
        return model.risk(values)


class FittedIcare(Settings):
    """The state after `Icare.fit`.

    Parameters
    ----------
    columns
        Names of all columns that it was fitted on, in the order that `risk` expects.
    member
        The columns that are used, with their signs.
    notes
        What a reader should know of the fit.
    """

    name: Literal["icare"] = "icare"
    columns: tuple[str, ...]
    member: Member
    notes: tuple[str, ...] = ()

    def risk(self, values: NDArray[np.floating]) -> Floats:
        """Return the risk (m,), higher is worse, of encoded patients (m, columns), which may hold NaN.

        It is in standard deviations of the training patients' risks. NaN where none of the used columns is known.

        Raises
        ------
        CohortError
            If the table has other columns than the fit, or a value is infinite.
        """
        return self.member.risk(checked_table(self.columns, values), self.columns)


class FittedBaggedIcare(Settings):
    """The state after `BaggedIcare.fit`.

    Parameters
    ----------
    columns
        Names of all columns that it was fitted on, in the order that `risk` expects.
    members
        The models, each fitted on a bootstrap of the training patients.
    aggregate
        How their risks become one.
    notes
        What a reader should know of the fit.
    """

    name: Literal["bagged_icare"] = "bagged_icare"
    columns: tuple[str, ...]
    members: tuple[Member, ...]
    aggregate: Literal["mean", "median"]
    notes: tuple[str, ...] = ()

    def risk(self, values: NDArray[np.floating]) -> Floats:
        """Return the risk (m,), higher is worse, of encoded patients (m, columns), which may hold NaN.

        A member that kept no column, or none that is known of a patient, has no say. NaN where no member has; 0 for
        every patient where no member kept a column.

        Raises
        ------
        CohortError
            If the table has other columns than the fit, or a value is infinite.
        """
        table = checked_table(self.columns, values)
        risks = np.array([member.risk(table, self.columns) for member in self.members if member.columns])
        if not len(risks):
            return np.zeros(len(table))
        known = ~np.isnan(risks).all(axis=0)
        risk = np.full(len(table), np.nan)
        risk[known] = (np.nanmean if self.aggregate == "mean" else np.nanmedian)(risks[:, known], axis=0)
        return risk
