"""Whether a network with heads on voxels and on whole patients fits its recipe; each finding is one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyoid.imaging import FixedBox
from hyoid.recipe.inference import ENSEMBLES
from hyoid.recipe.stage import NetworkStage

if TYPE_CHECKING:
    from hyoid.recipe.schema import Recipe


def check_multitask(recipe: Recipe, stage: NetworkStage) -> None:
    """Raise ValueError where the network with heads on voxels and patients contradicts inputs, frame or inference."""
    if recipe.preprocess is not None and not isinstance(recipe.preprocess.frame, FixedBox):
        raise ValueError(
            "heads on whole patients need a frame of as many voxels for every case, fixed_box, not "
            f"{recipe.preprocess.frame.name}"
        )
    if (stage.network.clinical is not None) != (recipe.inputs.clinical is not None):
        raise ValueError("inputs.clinical and the network's clinical branch belong together: give both, or neither")
    if recipe.inputs.lesions is not None or recipe.inputs.hpv is not None:
        raise ValueError("a network that segments is given neither lesion measures nor an inferred HPV status")
    columns = () if recipe.inputs.clinical is None else recipe.inputs.clinical.columns
    if "hpv" in columns and "hpv" in stage.tasks:
        raise ValueError("the column 'hpv' is what a head answers: leave it out of inputs.clinical.columns")
    if recipe.inference.decision is not None and "hpv" not in recipe.tasks:
        raise ValueError("inference.decision is of classifiers: leave it out, or name hpv in answers")
    if recipe.inference.ensemble.name not in ENSEMBLES[recipe.task][0]:
        raise ValueError(f"inference.ensemble.name of {recipe.task} is one of {', '.join(ENSEMBLES[recipe.task][0])}")
