"""What a fold's model is given besides images: records with the HPV status, and label maps, each from its source.

Whom the fold learns or selects from is given what the recipe trains on (`train`), whom it reports what the recipe is
applied to (`predict`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hyoid.cohort import Case, Fold
from hyoid.errors import CohortError
from hyoid.recipe import Recipe
from hyoid.recipe.inferred import HpvInput, MaskInput
from hyoid.training.expert_masks import EXPERT_MASKS, mask_file
from hyoid.training.inferred import Inferred
from hyoid.training.patients import Masks
from hyoid.training.store import Store


@dataclass(frozen=True, slots=True)
class Given:
    """Cases by id, with the HPV status as the model is given it, and their masks, None where none are read."""

    cases: Mapping[str, Case]
    masks: Masks | None = None


def given_inputs(
    recipe: Recipe,
    fold: Fold,
    parts: Sequence[str],
    cases: Mapping[str, Case],
    store: Store | None,
    folder: Path,
    device: str,
) -> Given:
    """Return what the model of `fold` is given of the patients of `parts`; what is inferred is made once in `folder`.

    Raises
    ------
    CohortError
        If the recipe refuses patients without a mask, and one cannot be predicted.
    BundleError
        If the fold's upstream models are not there.
    """
    mask, hpv = recipe.inputs.mask, recipe.inputs.hpv
    if mask is None and hpv is None:
        return Given(cases)
    asked = {case_id for part in parts for case_id in getattr(fold, part)}
    applied = asked & {*fold.report, *fold.held_out}
    inferred = Inferred(folder, cases, store, device)
    masks = None
    if mask is not None:
        masks = Masks(_mask_files(mask, asked - applied, applied, folder, inferred), recipe.crop_voxels)
        _check_masks(recipe, asked, masks)
    if hpv is not None:
        statuses = _statuses(hpv, asked - applied, applied, cases, inferred)
        cases = {**cases, **{i: replace(cases[i], hpv=status) for i, status in statuses.items()}}
    return Given(cases, masks)


def _mask_files(
    mask: MaskInput, learnt: Iterable[str], applied: Iterable[str], folder: Path, inferred: Inferred
) -> dict[str, Path]:
    source = {**dict.fromkeys(learnt, mask.train), **dict.fromkeys(applied, mask.predict)}
    predicted = inferred.masks(i for i, where in source.items() if where == "predicted")
    expert = {i: mask_file(folder.parent / EXPERT_MASKS, i) for i, where in source.items() if where == "expert"}
    return predicted | {i: path for i, path in expert.items() if path.is_file()}


def _statuses(
    hpv: HpvInput, learnt: set[str], applied: set[str], cases: Mapping[str, Case], inferred: Inferred
) -> dict[str, bool | None]:
    statuses = {i: cases[i].hpv for i in (*learnt, *applied)}
    if hpv.train == "predicted":
        statuses |= inferred.hpv(learnt, None)
    if hpv.predict != "recorded":
        statuses |= inferred.hpv(applied, hpv.predict)
    return statuses


def _check_masks(recipe: Recipe, ids: set[str], masks: Masks) -> None:
    """Refuse a patient without a mask where the recipe does: zeros would pass for a patient without a tumour."""
    without = sorted(ids - set(masks.files))
    if without and recipe.inputs.missing == "refuse":
        raise CohortError.of(
            f"no mask of {len(without)} patients (first: {without[0]})",
            f"one of each, which {recipe.title} reads",
            "Use inputs.missing=fill, or leave them out of the cohort.",
        )
