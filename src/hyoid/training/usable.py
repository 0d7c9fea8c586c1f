"""Which cases a recipe can be trained on, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import Case
from hyoid.errors import CohortError
from hyoid.recipe import Recipe

_LABEL: dict[str, str] = {
    "segmentation": "an expert mask",
    "hpv": "a known HPV status",
    "rfs": "a known recurrence and its time",
}


def usable_cases(cases: Iterable[Case], recipe: Recipe) -> tuple[list[Case], dict[str, str]]:
    """Split cases into those with the inputs and a label of the recipe, and `{id: reason}` for the rest.

    Raises
    ------
    CohortError
        If none is usable; the most frequent reason is given.
    """
    usable, excluded = [], {}
    for case in cases:
        missing = [name for name in recipe.inputs.images if name not in case.images]
        lacking = [name for name in recipe.inputs.only_with if name not in case.images]
        if lacking:
            excluded[case.id] = f"no {' and no '.join(lacking)} (inputs.only_with)"
        elif missing and (recipe.inputs.missing == "refuse" or len(missing) == len(recipe.inputs.images)):
            excluded[case.id] = f"no {' and no '.join(missing)}"
        elif recipe.task == "segmentation" and case.mask is None:
            excluded[case.id] = "no expert mask"
        elif recipe.task == "hpv" and case.hpv is None:
            excluded[case.id] = "HPV status unknown"
        elif recipe.task == "rfs" and (case.relapse is None or case.rfs_days is None):
            excluded[case.id] = "outcome unknown"
        elif recipe.inputs.lesions is not None and recipe.inputs.missing == "refuse" and case.mask is None:
            excluded[case.id] = "no expert mask to measure lesions in"
        else:
            usable.append(case)
    if not usable:
        reasons = sorted(excluded.values(), key=list(excluded.values()).count)
        raise CohortError.of(
            f"{len(excluded)} cases, none of them usable ({reasons[-1] if reasons else 'the cohort is empty'})",
            f"cases with {' and '.join(needed(recipe))}",
            "Run `hyoid check` on the cohort.",
        )
    return usable, excluded


def needed(recipe: Recipe) -> list[str]:
    """Return in words what a training case must have."""
    label = [_LABEL[recipe.task]]
    masks = ["an expert mask"] if recipe.inputs.lesions is not None and recipe.inputs.missing == "refuse" else []
    images = dict.fromkeys((*recipe.inputs.images, *recipe.inputs.only_with))
    return [*(name.upper() for name in images), *masks, *label]


def check_events(train: Sequence[Case], stack: Sequence[Case], fold: str) -> None:
    """Refuse parts of a fold that no survival model can be learnt from, before hours of training on them.

    Raises
    ------
    CohortError
        If either part has no event, or no training event has another patient at risk.
    """
    for name, cases in (("training", train), ("stack", stack)):
        if cases and not any(case.relapse for case in cases):
            raise CohortError.of(
                f"no event among {len(cases)} {name} cases in {fold}",
                f"an event in the {name} part of every fold",
                "Use fewer folds, or a cohort with more events.",
            )
    first = min(case.rfs_days or 0.0 for case in train if case.relapse)
    if sum((case.rfs_days or 0.0) >= first for case in train) == 1:
        raise CohortError.of(
            f"nobody at risk among {len(train)} training cases in {fold} when the one event happens",
            "an event with another patient at risk in the training part of every fold",
            "Use fewer folds, or a cohort with more events.",
        )


def trained_without(recipe: Recipe, present: Sequence[NDArray[np.bool_]]) -> dict[str, int]:
    """Return for each image how many training cases lacked it; with modality dropout, all of them at times.

    A network may be given a case without an image only where this is not 0.
    """
    if recipe.network_stage.training.modality_dropout > 0:
        return dict.fromkeys(recipe.inputs.images, len(present))
    absent = (~np.stack(present)).sum(axis=0)
    return {channel: int(count) for channel, count in zip(recipe.inputs.images, absent, strict=True)}
