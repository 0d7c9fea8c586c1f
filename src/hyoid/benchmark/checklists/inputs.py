"""What is known of the recipes' inputs: what they read, how it is prepared, and what happens where it is missing."""

from __future__ import annotations

from collections.abc import Mapping

from hyoid.benchmark.checklists.known import Known
from hyoid.benchmark.checklists.words import by_recipe, described, listed, percent
from hyoid.cohort.encoders.value import value_of
from hyoid.imaging import Preprocess
from hyoid.recipe import Recipe
from hyoid.recipe.stage import Task

_MISSING_VALUES: Mapping[str, str] = {
    "one_hot": "a missing number becomes the fitted median, a missing category one of its own",
    "minus_one": "whatever is missing becomes -1",
    "shifted": "whatever is missing becomes 0",
    "median": "a missing number or ordered code becomes the fitted median, other categories have one for missing",
    "regression": "a missing number or ordered code is predicted from the others by ridge regression, other categories "
    "have one for missing",
}
"""What each clinical encoder makes of a missing value."""


_LABELS: Mapping[Task, str] = {
    "segmentation": "an expert label map",
    "hpv": "a known HPV status",
    "rfs": "a known outcome",
}


def predictors(known: Known) -> str | None:
    """Return what each recipe reads of a patient."""
    return by_recipe(known.recipes, _read)


def _read(recipe: Recipe) -> str:
    inputs, words = recipe.inputs, []
    if inputs.images:
        words.append(listed(name.upper() for name in inputs.images))
    if inputs.mask is not None:
        who = f", predicted by {inputs.mask.recipe}" if inputs.mask.inferred else ""
        words.append(f"label map ({inputs.mask.train} in training, {inputs.mask.predict} in prediction{who})")
    if inputs.clinical is not None:
        words.append(f"clinical record ({', '.join(inputs.clinical.columns)})")
    if inputs.hpv is not None:
        who = f", predicted by {inputs.hpv.recipe}" if inputs.hpv.inferred else ""
        words.append(f"HPV status ({inputs.hpv.train} in training, {inputs.hpv.predict} in prediction{who})")
    if inputs.lesions is not None:
        lesions = list(inputs.lesions.measures)
        if inputs.lesions.radiomics is not None:
            lesions.append(f"{len(inputs.lesions.columns) - len(lesions)} radiomic features")
        words.append(f"lesion measures ({', '.join(lesions)})")
    return ", ".join(words)


def preprocessing(known: Known) -> str | None:
    """Return what becomes of the images of the recipes that read or measure them."""
    return by_recipe(known.recipes, _prepared)


def _prepared(recipe: Recipe) -> str | None:
    lesions, words = recipe.inputs.lesions, []
    if recipe.preprocess is not None:
        words.append(_framed(recipe, recipe.preprocess))
    if lesions is not None and lesions.radiomics is not None:
        words.append(f"radiomic features by {described(lesions.radiomics)}")
    return ", ".join(words) or None


def _framed(recipe: Recipe, chosen: Preprocess) -> str:
    images, mask = recipe.inputs.images, recipe.inputs.mask
    kinds = listed(f"{name.upper()} {chosen.interpolation[name]}" for name in images)
    chains = [
        f"{name.upper()} {' then '.join(map(described, chosen.intensity[name]))}"
        for name in images
        if chosen.intensity.get(name)
    ]
    intensity = f", intensities {', '.join(chains)}" if chains else ""
    crop = ""
    if mask is not None and mask.crop_mm is not None:
        crop = f", cut to {' x '.join(f'{edge:g}' for edge in mask.crop_mm)} mm around the lesions"
    return f"images on the grid {described(chosen.frame)}, interpolation {kinds}{intensity}{crop}"


def encoding(known: Known) -> str | None:
    """Return how clinical values and lesion measures become numbers."""
    return by_recipe(known.recipes, _encoded)


def _encoded(recipe: Recipe) -> str | None:
    inputs = recipe.inputs
    if inputs.clinical is None:
        return None
    words = f"columns encoded by {described(inputs.clinical.encoder)}"
    words += "" if inputs.harmonise is None else f", centres harmonised by {described(inputs.harmonise)}"
    return f"{words}, fitted on the training part of each fold alone"


def missing_policy(known: Known) -> str | None:
    """Return what each recipe does where an image, a label map or a value is missing."""
    return by_recipe(known.recipes, _policy)


def _policy(recipe: Recipe) -> str:
    inputs = recipe.inputs
    words = [f"a patient without {' and '.join(_LABELS[task] for task in recipe.required_labels)} is left out"]
    if inputs.only_with:
        words.append(f"only patients with {listed(name.upper() for name in inputs.only_with)} take part")
    if inputs.images:
        words.append(
            "a patient without one of the images is left out"
            if inputs.missing == "refuse"
            else "a missing image is filled and the network told so"
        )
    if inputs.lesions is not None or (inputs.mask is not None and "expert" in inputs.mask.uses):
        words.append(
            "a patient without a label map is left out"
            if inputs.missing == "refuse"
            else "a patient without a label map takes part, and what is read or measured in it is missing"
        )
    if inputs.clinical is not None:
        words.append(_MISSING_VALUES[inputs.clinical.encoder.name])
        if getattr(inputs.clinical.encoder, "flag", False):
            words.append("columns say which numbers were missing")
    return ", ".join(words)


def missing_values(known: Known) -> str | None:
    """Return the share of patients without each image and clinical value that a recipe reads."""
    images = dict.fromkeys(name for recipe in known.recipes for name in recipe.inputs.images)
    columns = dict.fromkeys(
        column
        for recipe in known.recipes
        if recipe.inputs.clinical is not None
        for column in recipe.inputs.clinical.columns
    )
    if not images and not columns:
        return None
    parts = []
    for side, cases in known.sides:
        counts = {name.upper(): sum(name not in case.images for case in cases) for name in images}
        counts |= {name: sum(value_of(case, name) is None for case in cases) for name in columns}
        some = [f"{name} {count} ({percent(count / len(cases))})" for name, count in counts.items() if count]
        none = [name for name, count in counts.items() if not count]
        words = [f"missing in {len(cases)} patients: {', '.join(some)}"] if some else []
        words += [f"known of all {len(cases)}: {', '.join(none)}"] if none else []
        parts.append(f"{side}{'; '.join(words)}.")
    return " ".join(parts)
