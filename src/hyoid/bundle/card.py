"""The model card that travels with a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hyoid.recipe import Recipe
from hyoid.recipe.inputs import LesionInput

_ANSWERS = {"segmentation": "", "hpv": "HPV status", "rfs": "recurrence-free survival: risk and survival function"}


def model_card(recipe: Recipe, folds: Sequence[str], cohort: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """Return the card as Markdown: what the model is, what it was trained on, what it is worth, what it is not."""
    centers = ", ".join(map(str, cohort.get("centers", []))) or "unknown centres"
    lines = [
        f"# {recipe.title}",
        "",
        recipe.description,
        "",
        "**Research use only. Not a medical device.**",
        "",
        f"- Inputs: {', '.join(_inputs(recipe))}",
        f"- Answers: {'; '.join(_ANSWERS[task] or ', '.join(recipe.labels.values()) for task in recipe.tasks)}",
        f"- Folds: {len(folds)} ({', '.join(folds)}); ensemble: {recipe.inference.ensemble.name}",
        f"- Trained on {cohort.get('cases', 'an unknown number of')} cases of {centers}",
    ]
    if recipe.preset != "full":
        lines.append(f"- Preset `{recipe.preset}`: coarser and smaller than the published system")
    lines += ["", "## Out-of-fold results", ""]
    metrics = results.get("metrics", {})
    if metrics:
        lines += ["| metric | value | 95 % interval | n |", "|---|---|---|---|"]
        for name, entry in metrics.items():
            lines.append(f"| {name} | {_figure(entry['value'])} | {_interval(*entry['interval'])} | {entry['n']} |")
    else:
        lines.append(str(results.get("note", "None: no reported case has been predicted.")))
    if recipe.optimistic:
        lines += ["", "Selected on the reported part, as published: these figures are optimistic."]
    lines += ["", "Trained in the hospitals above; what it is worth elsewhere is not known from these figures.", ""]
    if recipe.paper is not None and recipe.paper.reported:
        lines += [f"## What the paper reports (`{recipe.paper.key}`), on other patients", ""]
        lines += [f"- {one.metric} {one.value:g} ({one.split})" for one in recipe.paper.reported] + [""]
    if cohort.get("notes"):
        lines += ["## What was not as expected", "", *(f"- {note}" for note in cohort["notes"]), ""]
    if recipe.deviations:
        lines += ["## Deviations from the paper", "", *(f"- {text.strip()}" for text in recipe.deviations), ""]
    return "\n".join(lines)


def _inputs(recipe: Recipe) -> list[str]:
    clinical = (
        [] if recipe.inputs.clinical is None else [f"clinical record ({', '.join(recipe.inputs.clinical.columns)})"]
    )
    lesions = [] if recipe.inputs.lesions is None else [f"lesion measures ({_measures(recipe.inputs.lesions)})"]
    return [*recipe.inputs.images, *_inferred(recipe), *clinical, *lesions]


def _inferred(recipe: Recipe) -> list[str]:
    mask, hpv = recipe.inputs.mask, recipe.inputs.hpv
    told = [] if mask is None else [f"mask (trained on {mask.train}, applied to {mask.predict} ones)"]
    return told + ([] if hpv is None else [f"HPV status (trained on {hpv.train}, applied to {hpv.predict})"])


def _measures(lesions: LesionInput) -> str:
    radiomics = [] if lesions.radiomics is None else [f"{len(lesions.columns) - len(lesions.measures)} of radiomics"]
    return ", ".join([*lesions.measures, *radiomics])


def _interval(lower: float | None, upper: float | None) -> str:
    return "none" if lower is None or upper is None else f"{_figure(lower)} to {_figure(upper)}"


def _figure(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
