"""Images that a case lacks: filled where the networks were trained so, otherwise refused in one sentence."""

from __future__ import annotations

from hyoid.bundle import Bundle
from hyoid.cohort import Case
from hyoid.errors import CohortError


def check_images(case: Case, bundle: Bundle) -> list[str]:
    """Return which of the recipe's images the case lacks, where its networks can do without them.

    Raises
    ------
    CohortError
        If the recipe refuses, all images are missing, or no training case lacked the missing one.
    """
    recipe = bundle.recipe
    wanted = recipe.inputs.images
    missing: list[str] = [name for name in wanted if name not in case.images]
    if not missing:
        return []
    if len(missing) == len(wanted) or recipe.inputs.missing == "refuse":
        raise CohortError.of(
            f"case {case.id} without {' and '.join(missing)}",
            f"{' and '.join(wanted)}, which {recipe.title} was trained on",
            "Give the missing image, or use a recipe that was trained to do without it (`inputs.missing: fill`).",
        )
    known = bundle.trained_without()
    strange = [name for name in missing if not known[name]]
    if strange:
        raise CohortError.of(
            f"case {case.id} without {' and '.join(strange)}",
            f"an image that all training cases of {recipe.title} had",
            "Give the image, or train with stages.0.training.modality_dropout above 0.",
        )
    return missing
