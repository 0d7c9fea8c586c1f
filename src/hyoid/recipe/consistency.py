"""Whether the parts of a recipe fit together; each finding is one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyoid.imaging import FixedBox, FullView, NeckBox
from hyoid.recipe.augmentation import check_augmentation
from hyoid.recipe.inference import ENSEMBLES
from hyoid.recipe.multitask import check_multitask
from hyoid.recipe.postprocess import check_postprocess
from hyoid.recipe.stage import EstimatorStage, NetworkStage

if TYPE_CHECKING:
    from hyoid.recipe.schema import Recipe

_LABELS = ({1: "gtvp", 2: "gtvn"}, {1: "tumour"})


def check_recipe(recipe: Recipe) -> None:
    """Raise ValueError where inputs, stages, labels and inference contradict each other."""
    _check_stages(recipe)
    stage = recipe.stages[0]
    if bool(recipe.inputs.images) != (recipe.preprocess is not None):
        raise ValueError("images and preprocess belong together: give both, or neither")
    if isinstance(stage, NetworkStage) and stage.training.modality_dropout and recipe.inputs.missing == "refuse":
        raise ValueError(
            "modality_dropout trains for missing images, which inputs.missing: refuse never lets in: use fill"
        )
    if isinstance(stage, NetworkStage):
        check_augmentation(stage.training.augment, recipe.inputs.images, recipe.preprocess)
    _check_answers(recipe)
    if recipe.segments:
        if recipe.inputs.harmonise is not None:
            raise ValueError("inputs.harmonise is of classifiers and survival recipes that label no voxels")
        _check_segmentation(recipe, recipe.network_stage)
        if recipe.multitask:
            check_multitask(recipe, recipe.network_stage)
        else:
            _check_voxels_alone(recipe)
        return
    _check_patient_level(recipe)
    if isinstance(stage, NetworkStage):
        _check_branches(recipe, stage)
    elif recipe.inputs.images:
        raise ValueError("an estimator reads the table, not images: leave inputs.images and preprocess out")


def _check_stages(recipe: Recipe) -> None:
    """One network, one estimator, or a network and an estimator on its deep features, both for survival."""
    first, last = recipe.stages[0], recipe.stages[-1]
    if len(recipe.stages) == 1:
        if isinstance(last, EstimatorStage) and last.iterations == "all":
            raise ValueError("iterations: all is of an estimator that alternates with a network: leave it out")
        return
    if not isinstance(first, NetworkStage) or not isinstance(last, EstimatorStage):
        raise ValueError("two stages are a network and then an estimator on its deep features")
    if (first.task, last.task) != ("rfs", "rfs"):
        raise ValueError(f"a network for {first.task} before an estimator for {last.task}: both must be of survival")


def _check_segmentation(recipe: Recipe, stage: NetworkStage) -> None:
    if recipe.labels not in _LABELS:
        raise ValueError("labels are {1: gtvp, 2: gtvn}, or {1: tumour} for both merged into one")
    if not recipe.inputs.images:
        raise ValueError("a segmentation network reads images: name some in inputs.images")
    if recipe.inputs.mask is not None:
        raise ValueError("a network that segments is not given a mask: leave inputs.mask out")
    if stage.training.patch_mm is None and (recipe.preprocess is None or recipe.preprocess.frame.voxels() is None):
        raise ValueError("a backbone is trained on patches, or on whole frames of fixed_box: give training.patch_mm")
    _check_patch(recipe, stage)
    if recipe.preprocess is not None and not isinstance(recipe.preprocess.frame, NeckBox | FullView | FixedBox):
        raise ValueError(
            "segmentation needs a frame with a voxel size, neck_box, full_view or fixed_box, not "
            f"{recipe.preprocess.frame.name}"
        )
    check_postprocess(recipe.inference.postprocess, recipe.labels, recipe.inputs.images)
    names = {"background", *recipe.labels.values()}
    unknown = set(stage.training.sampling.ratios) - names if stage.training.sampling else set()
    if unknown:
        raise ValueError(f"sampling ratios name {sorted(unknown)}; the labels are {sorted(names)}")


def _check_patch(recipe: Recipe, stage: NetworkStage) -> None:
    """Refuse a patch that is mostly beyond its frame: padding would cost memory and teach nothing."""
    patch, frame = stage.training.patch_mm, None if recipe.preprocess is None else recipe.preprocess.frame
    if patch is not None and isinstance(frame, NeckBox) and max(patch) > 2 * max(frame.size_mm):
        longest = max(frame.size_mm)
        raise ValueError(f"training.patch_mm {max(patch):g} is more than twice the frame's {longest:g} mm: give less")


def _check_voxels_alone(recipe: Recipe) -> None:
    if recipe.inputs.clinical is not None:
        raise ValueError("a segmentation network reads images alone: leave inputs.clinical and inputs.mask out")
    if recipe.inference.decision is not None:
        raise ValueError("inference.decision is of classifiers: leave it out")
    if recipe.inference.ensemble.name not in ENSEMBLES["segmentation"][0]:
        raise ValueError("label maps are averaged by mean_probability, or taken from a single_fold")


def _check_answers(recipe: Recipe) -> None:
    stage = recipe.stages[0]
    known = stage.tasks if isinstance(stage, NetworkStage) and len(recipe.stages) == 1 else (recipe.stages[-1].task,)
    for name, named in (("answers", recipe.answers), ("labelled", recipe.labelled)):
        unknown = [task for task in named if task not in known]
        if unknown or len(set(named)) < len(named):
            raise ValueError(f"{name} are some of {list(known)}, each once; found {list(named)}")


def _check_patient_level(recipe: Recipe) -> None:
    if recipe.labels:
        raise ValueError(f"labels are of segmentation: leave them out of a recipe for {recipe.task}")
    if recipe.inference.window is not None or recipe.inference.postprocess:
        raise ValueError("inference.window and postprocess are of label maps: leave them out of other recipes")
    if recipe.task == "rfs":
        _check_survival(recipe)
    elif recipe.inputs.mask is not None:
        raise ValueError("inputs.mask is of survival recipes: leave it out of a classifier")
    elif recipe.inference.ensemble.name == "mean_risk":
        raise ValueError("mean_risk joins risks; log-odds are joined by mean_logits, mean_probability or median")
    elif recipe.inputs.clinical is not None and "hpv" in recipe.inputs.clinical.columns:
        raise ValueError("the column 'hpv' is what a classifier answers: leave it out of inputs.clinical.columns")
    ensemble = recipe.inference.ensemble
    if ensemble.name == "best_fold" and ensemble.chosen_by == "held_out" and recipe.split.name != "holdout_kfold":
        raise ValueError("a best fold chosen_by held_out needs the split holdout_kfold, which holds a part out")


def _check_survival(recipe: Recipe) -> None:
    if recipe.inference.decision is not None:
        raise ValueError("inference.decision is of classifiers: leave it out of a survival recipe")
    if recipe.inference.ensemble.name not in {"mean_risk", "single_fold", "best_fold"}:
        raise ValueError("risks of several folds are joined by mean_risk, or taken from a single_fold or the best_fold")


def _check_branches(recipe: Recipe, stage: NetworkStage) -> None:
    network = stage.network
    if (network.encoder is not None) != bool(recipe.inputs.images):
        raise ValueError("inputs.images and the network's encoder belong together: give both, or neither")
    if (network.clinical is not None) != (recipe.inputs.clinical is not None):
        raise ValueError("inputs.clinical and the network's clinical branch belong together: give both, or neither")
    if recipe.preprocess is None:
        return
    whole = recipe.preprocess.frame.voxels()
    if whole is None:
        raise ValueError(
            f"a network for {recipe.task} needs a frame of as many voxels for every case, not "
            f"{recipe.preprocess.frame.name}: axial_crop, resized_view or fixed_box"
        )
    _check_crop(recipe, whole)
    voxels = recipe.sample_voxels or whole
    wrong = [edge for edge in voxels if edge % network.divisor or edge < network.min_size]
    if wrong:
        raise ValueError(
            f"the encoder takes edges of {network.min_size} or more in steps of {network.divisor}: {voxels}"
        )


def _check_crop(recipe: Recipe, frame: tuple[int, int, int]) -> None:
    mask = recipe.inputs.mask
    if mask is None or mask.crop_mm is None:
        return
    crop = recipe.crop_voxels
    if crop is None:
        raise ValueError("inputs.mask.crop_mm needs a frame with a voxel size, fixed_box: leave it out, or change it")
    if any(edge > whole for edge, whole in zip(crop, frame, strict=True)):
        raise ValueError(f"inputs.mask.crop_mm is {crop} voxels (z, y, x), more than the frame's {frame}")
