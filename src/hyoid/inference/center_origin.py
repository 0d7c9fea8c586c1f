"""Where the harmonisation of a case comes from in each fold, and centers that are adopted from the cases given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from hyoid.cohort import Case
from hyoid.inference.classify import Classifier
from hyoid.inference.prognosis import RiskModel
from hyoid.recipe import Recipe

Model = TypeVar("Model", Classifier, RiskModel)


def waits_for_others(recipe: Recipe) -> bool:
    """Whether what is said of a case depends on the others given with it, so that all are read before one is asked."""
    harmonise = recipe.inputs.harmonise
    return harmonise is not None and harmonise.unseen == "transductive"


def adopting(models: Mapping[str, Model], cases: Sequence[Case]) -> dict[str, Model]:
    """Return the folds' models with an adjustment of each new center of which these cases, as read, are enough.

    Which center that is, `FittedCombat.adopt` decides.
    """
    return {
        fold: model if model.harmoniser is None else replace(model, harmoniser=model.harmoniser.adopt(cases))
        for fold, model in models.items()
    }


def harmonisation_of(models: Mapping[str, Model], case: Case) -> dict[str, Any]:
    """Return for a case's JSON, under `harmonised`, its center and where each fold's adjustment of it comes from.

    Nothing where the recipe harmonises nothing.
    """
    origins = {fold: one.harmoniser.origin(case) for fold, one in models.items() if one.harmoniser is not None}
    if not origins:
        return {}
    transductive = "transductive" in origins.values()
    return {"harmonised": {"center": case.center, "folds": origins, "transductive": transductive}}
