"""What a network is worth on the fold's `select` part, by the recipe's own metric."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from torch import nn

from hyoid.inference.postprocess import postprocess_frame
from hyoid.inference.segment import Compute, segment_frame
from hyoid.metrics import MEASURES, CaseScores, ratio, score_case
from hyoid.recipe import Recipe
from hyoid.training.stored_case import StoredCase

CHALLENGE_MEASURES = ("gtvp_dsc_exclude", "gtvn_dsc_agg", "gtvn_f1_agg")
"""The challenge's ranking: mean DSC of GTVp (cases without one left out), DSC_agg and F1_agg of GTVn."""


def select_by_segmentation(
    recipe: Recipe, network: nn.Module, cases: Sequence[StoredCase], compute: Compute
) -> dict[str, float]:
    """Return the measures on the frame's grid, and under "value" the one that chooses (higher is better).

    A measure that is undefined on these cases (no lesion of a kind) is left out of the mean. Without cases, or if
    nothing is defined, the result is empty and the caller keeps the last epoch.
    """
    scores = [_score(recipe, network, case, compute) for case in cases]
    if not scores:
        return {}
    if recipe.network_stage.training.select.metric == "mean_dice":
        measures = _mean_dice(recipe, scores)
    else:
        names = ("gtvp_dsc_exclude",) if recipe.merged else CHALLENGE_MEASURES
        measures = {name: float(ratio(MEASURES[name].sums(scores).sum(axis=0))) for name in names}
    if recipe.merged:  # the one label stands in the place of GTVp
        measures = {name.replace("gtvp", "tumour"): value for name, value in measures.items()}
    defined = {name: value for name, value in measures.items() if not math.isnan(value)}
    return {**defined, "value": float(np.mean(list(defined.values())))} if defined else {}


def _mean_dice(recipe: Recipe, scores: Sequence[CaseScores]) -> dict[str, float]:
    names = ("gtvp",) if recipe.merged else ("gtvp", "gtvn")
    return {f"{name}_dsc_exclude": _mean_over_cases_with(name, scores) for name in names}


def _mean_over_cases_with(name: str, scores: Sequence[CaseScores]) -> float:
    values = [
        2 * o.intersection_mm3 / (o.truth_mm3 + o.prediction_mm3)
        for o in (next(v for lesion, v in case.overlaps.items() if lesion == name) for case in scores)
        if o.truth_mm3 > 0
    ]
    return float(np.mean(values)) if values else math.nan


def _score(recipe: Recipe, network: nn.Module, case: StoredCase, compute: Compute) -> CaseScores:
    framed = case.framed()
    labels = postprocess_frame(recipe, segment_frame(recipe, [network], framed, compute), framed).labels
    truth = case.mask()
    if recipe.merged:
        truth = (truth > 0).astype(np.uint8)
    return score_case(truth, labels, framed.grid.spacing, surfaces=False)
