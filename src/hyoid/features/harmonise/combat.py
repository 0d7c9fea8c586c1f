"""ComBat: the settings of a recipe, and their fit on the cases of a fold's training part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hyoid.cohort import Case
from hyoid.cohort.encoders.value import FORBIDDEN, value_of
from hyoid.cohort.schema import SPECIAL_NAMES, canonical_name
from hyoid.cohort.values import column_key
from hyoid.errors import CohortError
from hyoid.features.harmonise.adjustment import fit_adjustment
from hyoid.features.harmonise.fitted import CenterAdjustment, FittedCombat, adjustment_of, numbers
from hyoid.features.harmonise.reference import Floats, Reference, design_of, fit_reference
from hyoid.settings import Settings

_NAMED = 5

_OUTCOME_WORDS = frozenset(
    {"relapse", "recurrence", "rfs", "pfs", "dfs", "os", "survival", "death", "dead", "event", "outcome", "hpv", "p16"}
)
"""Words in a column's name by which it is taken for an outcome."""

ColumnName = Annotated[str, Field(min_length=1)]


class Combat(Settings):
    """Brings each column to the same level and spread in all training centers. Johnson, Li and Rabinovic 2007.

    It is the one part that looks at the center. The center is no input of the model, but it decides how far features
    are moved: where patients of the centers differ in truth, that difference goes too, unless covariates explain it.

    Parameters
    ----------
    columns
        Quantities that are harmonised; without any, all lesion measures of the recipe.
    covariates
        Clinical columns whose effects are kept, since patients of the centers may differ in them: `age`. Outcomes are
        refused: features adjusted for them would carry the answer into what is learnt, and a new patient has none.
    empirical_bayes
        Shrinks a center's shifts and scales towards those of its other columns, so that few cases move less.
    unseen
        What happens to a center that was not in training: `identity` leaves it as it is; `transductive` estimates its
        adjustment from its unlabelled cases, where `LEAST_UNLABELLED` of them or more are given together.
    least_cases
        Fewest known values of a column with which a training center takes part in it.
    """

    name: Literal["combat"] = "combat"
    columns: tuple[ColumnName, ...] = ()
    covariates: tuple[ColumnName, ...] = ()
    empirical_bayes: bool = True
    unseen: Literal["identity", "transductive"] = "identity"
    least_cases: int = Field(5, ge=2)

    @model_validator(mode="after")
    def _allowed(self) -> Self:
        for column in self.covariates:
            key = column_key(column)
            special = canonical_name(key) in SPECIAL_NAMES or column in FORBIDDEN
            if special or _OUTCOME_WORDS & set(key.split("_")):
                raise ValueError(f"covariates: '{column}' is no covariate: outcomes, the center and ids never are one")
        for named in (self.columns, self.covariates):
            if len(set(named)) < len(named):
                raise ValueError(f"the columns {list(named)} name one twice")
        both = [column for column in self.covariates if column in self.columns]
        if both:
            raise ValueError(f"'{both[0]}' is a covariate, whose effect is kept, and a column to harmonise: choose one")
        return self

    def fit(self, cases: Sequence[Case], columns: Sequence[str]) -> FittedCombat:
        """Fit on these cases, the fold's training part, and on nothing else; their order changes nothing.

        Parameters
        ----------
        cases
            With their lesion measures among the clinical values. Those of no known center are left out.
        columns
            What is harmonised, `columns` of these settings or the recipe's lesion measures.

        Raises
        ------
        CohortError
            If a column or covariate has words, or the covariates cannot be told from the centers.
        """
        known = sorted((case for case in cases if case.center is not None), key=lambda case: case.id)
        _check_numbers(known, (*columns, *self.covariates))
        values, centers = numbers(known, columns), np.array([case.center for case in known], str)
        covariates, means, dropped = _covariates(known, self.covariates)
        kept = tuple(name for name in self.covariates if name not in dropped)
        _check_told_apart(centers, covariates, kept)
        reference = fit_reference(values, centers, covariates, self.least_cases)
        found = self._centers(reference.standardised(values, covariates), centers)
        notes = [
            *([f"Constant in the training part, and no covariate: {_listed(dropped)}."] if dropped else []),
            *_notes(reference, columns, centers, found),
        ]
        return FittedCombat(
            columns=tuple(columns),
            mean=tuple(reference.mean.tolist()),
            spread=tuple(reference.spread.tolist()),
            covariates=kept,
            covariate_means=tuple(means.tolist()),
            effects=tuple(map(tuple, reference.effects.tolist())),
            centers=found,
            empirical_bayes=self.empirical_bayes,
            unseen=self.unseen,
            notes=tuple(notes),
        )

    def _centers(self, standardised: Floats, centers: NDArray[np.str_]) -> dict[str, CenterAdjustment]:
        found = {}
        for center in np.unique(centers).tolist():
            own = standardised[centers == center]
            fitted = fit_adjustment(own, self.least_cases, empirical_bayes=self.empirical_bayes)
            if fitted.adjusts:
                found[center] = adjustment_of(fitted, len(own))
        return found


def harmonised(fitted: FittedCombat | None, cases: Sequence[Case]) -> tuple[list[Case], tuple[str, ...]]:
    """Return cases given together as a model reads them, and what is to be said of it; as they are without a fit."""
    return (list(cases), ()) if fitted is None else fitted.adopt(cases).apply(cases)


def _covariates(cases: Sequence[Case], columns: tuple[str, ...]) -> tuple[Floats, Floats, list[str]]:
    """Return the covariates (n, k) from their means, 0 where missing, their means, and the names of constant ones."""
    values = numbers(cases, columns)
    varies = [len(np.unique(column[np.isfinite(column)])) > 1 for column in values.T]
    values = values[:, varies]
    means = np.nanmean(values, axis=0) if values.size else np.zeros(values.shape[1])
    dropped = [name for name, there in zip(columns, varies, strict=True) if not there]
    return np.nan_to_num(values - means), means, dropped


def _check_numbers(cases: Sequence[Case], columns: Sequence[str]) -> None:
    for column in columns:
        words = [value for case in cases if isinstance(value := value_of(case, column), str)]
        if words:
            raise CohortError.of(
                f"words in column '{column}' (first: {words[0]!r})", "numbers to harmonise by", "Name another column."
            )


def _check_told_apart(centers: NDArray[np.str_], covariates: Floats, names: tuple[str, ...]) -> None:
    design = design_of(centers, np.unique(centers), covariates)
    if names and np.linalg.matrix_rank(design) < design.shape[1]:
        raise CohortError.of(
            f"covariates {_listed(names)} that cannot be told from the centers or from each other",
            "covariates that vary within centers",
            "Leave one out of inputs.harmonise.covariates.",
        )


def _notes(
    reference: Reference, columns: Sequence[str], centers: NDArray[np.str_], found: dict[str, CenterAdjustment]
) -> list[str]:
    alone = [name for name, spread in zip(columns, reference.spread, strict=True) if spread == 0]
    few = [name for name in np.unique(centers).tolist() if name not in found]
    if len(alone) == len(columns):
        return ["ComBat changes nothing: no column varies within two centers or more of enough cases."]
    return [
        *([f"Left alone by ComBat, too few centers or no spread within them: {_listed(alone)}."] if alone else []),
        *([f"Too few cases for ComBat, and left as they are: the centers {_listed(few)}."] if few else []),
    ]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
