"""The papers' networks of several tasks: what their documents say, read back from the recipes."""

from typing import Any

import pytest
import torch

from hyoid.errors import RecipeError
from hyoid.networks import DeepMTS, DynUNet
from hyoid.networks.batch import Batch
from hyoid.recipe import Recipe, load_recipe, recipe_names

NAMES = ("cds-hpv", "cds-multitask", "sims-life-multitask")
ENCODED = 9


def test_they_are_all_the_recipes_of_several_tasks() -> None:
    assert set(NAMES) == {name for name in recipe_names() if load_recipe(name).multitask}


def test_sims_life_trains_as_its_paper_and_code_say() -> None:
    recipe = load_recipe("sims-life-multitask")
    stage = recipe.network_stage
    assert recipe.tasks == ("rfs", "hpv", "segmentation")
    assert recipe.labels == {1: "tumour"}
    assert recipe.patch_voxels == recipe.preprocess.frame.voxels() == (128, 128, 128)
    assert recipe.preprocess.frame.spacing_mm == (2, 2, 2)
    assert recipe.inputs.exclude == ("negative-suv", "extravasation")
    assert stage.network.backbone == DeepMTS()
    assert (stage.training.batch_size, stage.training.epochs, stage.training.augment) == (4, 500, ())
    rates = [stage.training.schedule.factor(epoch, 500, ()) * 1e-4 for epoch in (0, 49, 50, 100, 200, 499)]
    assert rates == pytest.approx([1e-4, 1e-4, 5e-5, 1e-5, 1e-6, 1e-6])
    heads = stage.network.heads
    assert (heads["segmentation"].loss.alpha, heads["segmentation"].loss.gamma) == (0.25, 2)
    assert heads["hpv"].reads == "last"
    assert heads["rfs"].squared_weights == stage.network.vectors.squared_weights == 0.1


def test_sims_life_s_ablation_is_its_table_1() -> None:
    full, seg_surv, surv = (load_recipe(f"sims-life-multitask:ablation{x}") for x in ("", "_seg_surv", "_surv"))
    for recipe in (full, seg_surv, surv):
        assert recipe.split.report_fraction == 0.1
        assert recipe.network_stage.training.epochs == 100
        assert recipe.network_stage.training.select.every_epochs == 10
    assert "hpv" in full.network_stage.tasks
    assert seg_surv.network_stage.tasks == ("segmentation", "rfs")
    assert surv.network_stage.network.heads["segmentation"].weight == 0
    assert surv.tasks == ("rfs",)
    assert load_recipe("sims-life-multitask:full_label").required_labels == ("rfs", "hpv", "segmentation")
    assert load_recipe("sims-life-multitask:partial_label").split.folds == 3


def test_cds_classifies_by_its_segmentation_network() -> None:
    recipe, segmenter = load_recipe("cds-hpv"), load_recipe("cds-dynunet")
    assert recipe.tasks == ("hpv",)
    assert recipe.network_stage.network.backbone == segmenter.network_stage.network.backbone == DynUNet()
    assert recipe.preprocess == segmenter.preprocess
    assert recipe.network_stage.training.augment == segmenter.network_stage.training.augment
    assert recipe.network_stage.training.batch_size == 4
    assert recipe.network_stage.training.cases.name == "balanced_batches"
    assert recipe.inputs.clinical.columns == ("age", "gender", "tobacco", "alcohol")
    assert load_recipe("cds-hpv:with_masks").tasks == ("hpv", "segmentation")


def test_cds_three_tasks_with_and_without_what_makes_cox_stable() -> None:
    stable, small = load_recipe("cds-multitask"), load_recipe("cds-multitask:small_batches")
    training = stable.network_stage.training
    assert (training.batch_size, training.micro_batch, training.gradient_clip) == (16, 2, 1.0)
    training = small.network_stage.training
    assert (training.batch_size, training.micro_batch, training.gradient_clip) == (4, None, None)
    assert load_recipe("cds-multitask:detached").network_stage.network.heads["rfs"].detached


@pytest.mark.parametrize("name", NAMES)
def test_at_tiny_size_every_head_answers(name: str) -> None:
    recipe = load_recipe(name, preset="tiny")
    network = recipe.build_network(ENCODED).eval()
    whole = recipe.preprocess.frame.voxels()
    with torch.no_grad():
        found = network.patients(Batch(torch.randn(1, 2, *whole), torch.ones(1, 2), torch.randn(1, ENCODED)))
        patch = network(Batch(torch.randn(1, 2, *recipe.patch_voxels), torch.ones(1, 2), torch.randn(1, ENCODED)))
    assert set(found) == {task for task in recipe.network_stage.tasks if task != "segmentation"}
    assert patch["segmentation"].shape == (1, recipe.classes, *recipe.patch_voxels)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answers": ["rfs", "rfs"]}, "answers are some of"),
        ({"labelled": ["survival"]}, "labelled"),
        ({"stages": {0: {"network": {"vectors": {"names": ["botleneck"]}}}}}, "no vector 'botleneck'"),
        ({"stages": {0: {"network": {"heads": {"hpv": {"reads": "lst"}}}}}}, "no vector 'lst'"),
        ({"stages": {0: {"network": {"vectors": None}}}}, "name some of"),
        ({"stages": {0: {"network": {"backbone": {"name": "unet"}}}}}, "makes no vectors"),
        ({"inputs": {"clinical": None}}, "inputs.clinical and the network's clinical branch"),
        ({"inputs": {"exclude": ["negative_suv"]}}, "negative-suv"),
        ({"preprocess": {"frame": {"name": "neck_box"}}}, "fixed_box"),
        ({"inference": {"ensemble": {"name": "median"}}}, "ensemble.name of rfs"),
        ({"stages": {0: {"training": {"schedule": {"name": "steps", "epochs": [9, 5], "factors": [1, 1]}}}}}, "rise"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any], message: str) -> None:
    raw = load_recipe("sims-life-multitask").model_dump(mode="json")
    from hyoid.recipe import parse_recipe
    from hyoid.recipe.overrides import merge

    with pytest.raises(RecipeError, match=message):
        parse_recipe(merge(raw, changes), "test")


def test_a_view_answers_one_task_and_joins_folds_as_it_allows() -> None:
    recipe = load_recipe("sims-life-multitask")
    views: dict[str, Recipe] = {task: recipe.answering(task) for task in recipe.tasks}
    assert {task: view.inference.ensemble.name for task, view in views.items()} == {
        "rfs": "mean_risk",
        "hpv": "mean_logits",
        "segmentation": "mean_probability",
    }
    assert all(view.tasks == (task,) for task, view in views.items())
    with pytest.raises(RecipeError, match="asked for hpv"):
        load_recipe("sims-life-multitask:surv").answering("hpv")
