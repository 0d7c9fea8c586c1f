"""Which cases a recipe can be trained on, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import Case
from hyoid.errors import CohortError
from hyoid.recipe import Recipe, upstream_recipes

_LABEL: dict[str, str] = {
    "segmentation": "an expert mask",
    "hpv": "a known HPV status",
    "rfs": "a known recurrence and its time",
}

_UNKNOWN: dict[str, str] = {
    "segmentation": "no expert mask",
    "hpv": "HPV status unknown",
    "rfs": "outcome unknown",
}


def has_label(case: Case, task: str) -> bool:
    """Whether what a task learns from is known of a case: an expert's mask, HPV status, the outcome."""
    if task == "segmentation":
        return case.mask is not None
    return case.hpv is not None if task == "hpv" else case.relapse is not None and case.rfs_days is not None


def usable_cases(cases: Iterable[Case], recipe: Recipe) -> tuple[list[Case], dict[str, str]]:
    """Split cases into those with the inputs and a label of the recipe, and `{id: reason}` for the rest.

    Raises
    ------
    CohortError
        If none is usable; the most frequent reason is given.
    """
    segmentation = upstream_recipes(recipe).get("segmentation")
    usable, excluded = [], {}
    for case in cases:
        reason = _why_not(case, recipe) or _why_no_mask(case, recipe, segmentation)
        if reason:
            excluded[case.id] = reason
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


def lacking_images(case: Case, recipe: Recipe) -> list[str]:
    """Return the images that the case lacks and the recipe cannot do without."""
    wanted = recipe.inputs.images
    missing: list[str] = [name for name in wanted if name not in case.images]
    return missing if recipe.inputs.missing == "refuse" or len(missing) == len(wanted) else []


def _why_not(case: Case, recipe: Recipe) -> str | None:
    """Return why a case has not the images or the label of the recipe."""
    lacking = [name for name in recipe.inputs.only_with if name not in case.images]
    if lacking:
        return f"no {' and no '.join(lacking)} (inputs.only_with)"
    if missing := lacking_images(case, recipe):
        return f"no {' and no '.join(missing)}"
    unknown = [_why_unknown(case, task) for task in recipe.required_labels if not has_label(case, task)]
    return ", ".join(unknown) or None


def _why_unknown(case: Case, task: str) -> str:
    """Return that a label is unknown, and what stood in its place where something did."""
    found = case.unread.get(task)
    return _UNKNOWN[task] + (f" ({found})" if found else "")


def _why_no_mask(case: Case, recipe: Recipe, segmentation: Recipe | None) -> str | None:
    """Return why a case has no mask that the recipe cannot do without; `segmentation` is who predicts masks."""
    if recipe.inputs.missing == "fill":
        return None
    if case.mask is None and (purpose := _purpose_of_mask(recipe)):
        return f"no expert mask {purpose}"
    lacking = [] if segmentation is None else lacking_images(case, segmentation)
    return f"no {' and no '.join(lacking)} to predict a mask by" if lacking else None


def _purpose_of_mask(recipe: Recipe) -> str:
    """Return what a patient-level recipe needs the expert's mask for, empty where it can do without."""
    inputs = recipe.inputs
    if inputs.missing == "fill":
        return ""
    if inputs.lesions is not None:
        return "to measure lesions in"
    return "to read (inputs.mask)" if inputs.mask is not None and "expert" in inputs.mask.uses else ""


def needed(recipe: Recipe) -> list[str]:
    """Return in words what a training case must have."""
    label = [_LABEL[task] for task in recipe.required_labels]
    masks = ["an expert mask"] if _purpose_of_mask(recipe) else []
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
