"""iCARE: signs of single columns instead of fitted weights, so that there is little to overfit; alone and bagged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hyoid.errors import CohortError
from hyoid.estimators.fitted_icare import FittedBaggedIcare, FittedIcare, Member
from hyoid.estimators.icare_table import Floats, canonical_training_part
from hyoid.estimators.table import Part
from hyoid.metrics.survival import Observed
from hyoid.settings import Settings, nearest
from hyoid.survival.icare import (
    Correlation,
    Draw,
    Rule,
    SignedMean,
    draw_columns,
    draw_counts,
    fit_members,
    varies,
)

_NAMED = 5
"""Columns that a note names."""

_LONGEST_HINT = 500
"""Characters: the names of thousands of radiomics columns help nobody."""


class Icare(Settings):
    """iCARE: each column gets the sign of its own concordance with survival, and the risk is the mean signed z-score.

    After Rebaud et al. 2022. In order: a share of the columns is drawn, the mandatory ones are added, other groups left
    out; in random order a column goes that is correlated with an earlier one (even if that goes too); each column that
    is left is scored by every rule over the patients in whom it is known, and has a sign where all rules agree.

    Parameters
    ----------
    rho
        A column goes whose |correlation| to any earlier one is greater; None keeps all.
    correlation
        Over the patients of whom both columns are known; `spearman` of the mid-ranks within each column.
    signs
        The rules: `harrell` and `uno` (up to the latest event), and `tauc`, the mean cumulative/dynamic AUC at 25
        percentiles from 10 to 81 of the times.
    least_concordance
        Of the mean over the rules of max(c, 1 - c); a column below it goes. 0.5 keeps all.
    max_features
        Share of the columns that is drawn; at least one is.
    mandatory
        Columns that are added to the drawn ones. They go like others where correlated or without a sign.
    groups, use_groups
        Columns of each group, and which groups to use.
    seed
        Of the drawn columns and of their order.
    """

    name: Literal["icare"] = "icare"
    rho: float | None = Field(None, ge=0, lt=1)
    correlation: Correlation = "pearson"
    signs: tuple[Rule, ...] = Field(("harrell", "uno", "tauc"), min_length=1)
    least_concordance: float = Field(0.5, ge=0.5, lt=1)
    max_features: float = Field(1.0, gt=0, le=1)
    mandatory: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = {}
    use_groups: tuple[str, ...] = ()
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.signs)) < len(self.signs):
            raise ValueError(f"signs {list(self.signs)} name a rule twice; name each once")
        for group in self.use_groups:
            if group not in self.groups:
                raise ValueError(f"no group is named '{group}'; {nearest(group, self.groups)}")
        if self.groups and not self.use_groups:
            raise ValueError("groups without use_groups change nothing; name the groups to use")
        return self

    def fit(self, columns: tuple[str, ...], train: Part, select: Part) -> FittedIcare:  # noqa: ARG002 - one signature
        """Fit on encoded training cases (n, columns) and their outcomes (n); `select` is not used.

        Raises
        ------
        CohortError
            If no training patient has an event, names, values and outcomes do not fit, a value is infinite, or a
            mandatory column or one of a group is not there.
        """
        values, observed = canonical_training_part(columns, train)
        draw = self.draw(np.random.default_rng(self.seed), columns, np.ones(len(observed), np.intp))
        models = fit_members(values, observed.days, observed.event, [draw])
        return FittedIcare(columns=columns, member=Member.of(models[0], columns), notes=_notes(columns, values, models))

    def draw(self, rng: np.random.Generator, columns: tuple[str, ...], counts: NDArray[np.intp]) -> Draw:
        """Return what a member is fitted on: the patients (n,) counted as given, and drawn columns."""
        places = {name: place for place, name in enumerate(columns)}
        for name in (*self.mandatory, *(name for group in self.use_groups for name in self.groups[group])):
            if name not in places:
                hint = nearest(name, columns)
                raise CohortError.of(
                    f"no column '{name}', which iCARE's settings name",
                    f"one of the {len(columns)} columns",
                    "Correct the name" + (f"; {hint}" if len(hint) < _LONGEST_HINT else "."),
                )
        allowed = {places[name] for group in self.use_groups for name in self.groups[group]}
        chosen = draw_columns(
            rng,
            len(columns),
            self.max_features,
            mandatory={places[name] for name in self.mandatory},
            allowed=allowed if self.use_groups else None,
        )
        rho = 1.0 if self.rho is None else self.rho
        return Draw(counts, chosen, self.signs, self.least_concordance, rho, self.correlation)


class BaggedIcare(Settings):
    """Several iCARE models, each on a bootstrap of the patients; the mean or the median of their risks.

    The bootstrap is drawn over the patients in an order of its own (time, event, values), so that the order in which
    they come changes nothing.

    Parameters
    ----------
    estimators
        Number of models.
    aggregate
        How their risks become one.
    parameter_sets
        Settings, of which each model draws one.
    seed
        Of all draws; model k's generator starts from (seed, k, seed of its settings).
    """

    name: Literal["bagged_icare"] = "bagged_icare"
    estimators: int = Field(10, ge=1)
    aggregate: Literal["mean", "median"] = "mean"
    parameter_sets: tuple[Icare, ...] = Field((Icare(),), min_length=1)
    seed: int = Field(0, ge=0)

    def fit(self, columns: tuple[str, ...], train: Part, select: Part) -> FittedBaggedIcare:  # noqa: ARG002 - one signature
        """Fit on encoded training cases (n, columns) and their outcomes (n); `select` is not used.

        Raises
        ------
        CohortError
            As `Icare.fit`.
        """
        values, observed = canonical_training_part(columns, train)
        models = fit_members(values, observed.days, observed.event, self.draws(columns, observed))
        members = tuple(Member.of(model, columns) for model in models)
        notes = _notes(columns, values, models)
        return FittedBaggedIcare(columns=columns, members=members, aggregate=self.aggregate, notes=notes)

    def draws(self, columns: tuple[str, ...], observed: Observed) -> list[Draw]:
        """Return what each model is fitted on; the patients are counted in the order given."""
        draws = []
        for number in range(self.estimators):
            which = np.random.default_rng([self.seed, number]).integers(len(self.parameter_sets))
            settings = self.parameter_sets[which]
            rng = np.random.default_rng([self.seed, number, settings.seed])
            draws.append(settings.draw(rng, columns, draw_counts(rng, observed.event)))
        return draws


def _notes(columns: tuple[str, ...], values: Floats, models: Sequence[SignedMean]) -> tuple[str, ...]:
    notes = []
    still = [columns[place] for place in np.flatnonzero(~varies(values))]
    if still:
        named = ", ".join(still[:_NAMED]) + (f" and {len(still) - _NAMED} more" if len(still) > _NAMED else "")
        notes.append(f"Constant or never known in the training part, and without weight: {named}.")
    empty = sum(not len(model.columns) for model in models)
    if empty == len(models):
        notes.append("iCARE kept no column: every risk is 0.")
    elif empty:
        notes.append(f"{empty} of {len(models)} iCARE models kept no column and have no say.")
    return tuple(notes)
