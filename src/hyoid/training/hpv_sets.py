"""Conformal sets of a run: fitted beside calibrator and threshold, on the same cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hyoid.cohort import Case, Fold
from hyoid.decision import Conformal, FittedConformal
from hyoid.errors import CohortError, HyoidError
from hyoid.metrics import Bools, Floats
from hyoid.recipe import Recipe


def fit_sets(conformal: Conformal | None, calibrated: Floats, positive: Bools) -> dict[str, Any]:
    """Return the fitted rule as JSON under `conformal`; null with the reason where the cases are too few for it.

    Empty where the recipe asks for no sets. Too few they are only as long as other folds are missing, or `check_sets`
    would have refused the run.
    """
    if conformal is None:
        return {}
    try:
        return {"conformal": conformal.fit(calibrated, positive).model_dump(mode="json")}
    except HyoidError as error:
        return {"conformal": None, "conformal_refused": str(error)}


def set_columns(decision: Mapping[str, Any], calibrated: Floats) -> dict[str, Any]:
    """Return the columns `hpv_set` and `hpv_set_alpha` of a table of predictions; none where there are no sets."""
    if decision.get("conformal") is None:
        return {}
    fitted = FittedConformal.model_validate(decision["conformal"])
    return {"hpv_set": fitted.sets(calibrated), "hpv_set_alpha": fitted.alpha}


def check_sets(recipe: Recipe, cases: Sequence[Case], folds: Sequence[Fold]) -> None:
    """Refuse a split by which a fold's sets would be fitted on too few cases of a class, before anything is trained.

    Raises
    ------
    CohortError
        If so.
    """
    conformal = recipe.decision.conformal
    if conformal is None or "hpv" not in recipe.tasks:
        return
    status = {case.id: case.hpv for case in cases}
    for fold in folds:
        others = [i for other in folds if other is not fold for i in other.report]
        own = recipe.decision.source == "select" or not others
        known = [status[i] for i in (fold.select if own else others)]
        try:
            conformal.check(known.count(True), known.count(False))
        except HyoidError as error:
            where = "its own select part" if own else "the other folds"
            raise CohortError(f"Sets of {fold.name}, which are fitted on {where}: {error}") from error
