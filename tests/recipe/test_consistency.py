"""Every contradiction within a recipe is one clear sentence."""

from typing import Any

import pytest

from hyoid.errors import RecipeError
from hyoid.recipe import Recipe, load_recipe, parse_recipe

CHANGES: list[tuple[str, dict[str, Any], str]] = [
    # inputs
    ("subtle-hpv:image", {"inputs.lesions": {"measures": ["gtvp_count"]}}, "lesion measures join the clinical columns"),
    ("hpv-logistic:clinical", {"inputs.clinical": None}, "a recipe needs images, clinical columns, or both"),
    ("hpv-logistic", {"inputs.clinical.columns": ["age", "age"]}, "name one twice"),
    ("hpv-logistic", {"inputs.clinical.columns": ["age", "center"]}, "'center' is no input of a model"),
    ("hpv-logistic", {"inputs.clinical.columns": ["age", "rfs_days"]}, "'rfs_days' is no input of a model"),
    ("hpv-logistic", {"inputs.clinical.encoder.numeric": ["agee"]}, "numeric: 'agee' is no column; did you mean 'age'"),
    ("hpv-logistic", {"inputs.lesions.measures": ["gtvp_mtv"]}, "no lesion measure is named 'gtvp_mtv'; did you mean"),
    # images and their preprocessing
    ("subtle-hpv", {"preprocess": None}, "images and preprocess belong together"),
    ("subtle-hpv:clinical", {"preprocess": {}}, "images and preprocess belong together"),
    ("hpv-logistic", {"inputs.images": ["pet"], "preprocess": {}}, "an estimator reads the table, not images"),
    # segmentation
    ("baseline-unet", {"labels": {1: "gtvn"}}, "labels are {1: gtvp, 2: gtvn}, or {1: tumour}"),
    (
        "baseline-unet",
        {"inputs.images": [], "preprocess": None, "inputs.clinical": {"columns": ["age"]}},
        "reads images:",
    ),
    ("baseline-unet", {"inputs.clinical": {"columns": ["age"]}}, "reads images alone"),
    ("baseline-unet", {"inference.decision": {}}, "inference.decision is of classifiers"),
    ("baseline-unet", {"inference.ensemble.name": "median"}, "label maps are averaged by mean_probability"),
    ("baseline-unet", {"preprocess.frame": {"name": "resized_view"}}, "segmentation needs a frame with a voxel size"),
    ("baseline-unet", {"stages.0.training.sampling.ratios": {"gtv": 1.0}}, r"sampling ratios name \['gtv'\]"),
    ("baseline-unet", {"stages.0.training.patch_mm": None}, "a backbone is trained on patches"),
    ("baseline-unet", {"stages.0.training.patch_mm": [900, 900, 900]}, "900 is more than twice the frame's 310 mm"),
    ("baseline-unet", {"stages.0.training.select.metric": "auc"}, "select.metric auc is none of segmentation"),
    ("baseline-unet", {"inference.postprocess": [{"name": "suv_gate"}], "inputs.images": ["ct"]}, "needs the PET"),
    (
        "baseline-unet",
        {"inference.postprocess": [{"name": "remove_small_components", "labels": ["tumour"]}]},
        r"postprocess remove_small_components names \['tumour'\]",
    ),
    # classifiers
    ("subtle-hpv", {"labels": {1: "tumour"}}, "labels are of segmentation"),
    ("subtle-hpv", {"inference.window": {}}, "window and postprocess are of label maps"),
    ("subtle-hpv", {"inference.postprocess": [{"name": "remove_small_components"}]}, "window and postprocess are of"),
    (
        "glasgow-hpv",
        {"inference.ensemble": {"name": "best_fold", "chosen_by": "held_out"}},
        "needs the split holdout_kfold",
    ),
    ("subtle-hpv", {"stages.0.training.patch_mm": [64, 64, 64]}, "a network for hpv sees whole frames"),
    ("subtle-hpv", {"stages.0.training.patches_per_case": 2}, "a network for hpv sees whole frames"),
    (
        "subtle-hpv",
        {"stages.0.training.select.metric": "mean_dice"},
        "select.metric mean_dice is none of hpv",
    ),
    ("hpv-logistic", {"inputs.clinical.columns": ["age", "hpv"]}, "'hpv' is what a classifier answers"),
    ("subtle-hpv", {"inputs.clinical.columns": ["age", "gender", "hpv"]}, "'hpv' is what a classifier answers"),
    # branches
    ("subtle-hpv", {"stages.0.network.encoder": None}, "inputs.images and the network's encoder belong together"),
    ("subtle-hpv:clinical", {"stages.0.network.encoder": {"name": "vit"}}, "inputs.images and the network's encoder"),
    ("subtle-hpv", {"stages.0.network.clinical": None}, "inputs.clinical and the network's clinical branch belong"),
    ("subtle-hpv", {"inputs.clinical": None}, "inputs.clinical and the network's clinical branch belong together"),
    ("subtle-hpv", {"preprocess.frame": {"name": "neck_box"}}, "a network for hpv needs a frame of as many voxels"),
    ("baseline-hpv-vit", {"preprocess.frame.size_voxels": [96, 90, 96]}, r"in steps of 16: \(96, 90, 96\)"),
    ("baseline-hpv-senet", {"preprocess.frame.size_voxels": [96, 96, 34]}, "edges of 35 or more in steps of 1"),
    # networks
    ("baseline-unet", {"stages.0.network.encoder": {"name": "vit"}}, "a backbone takes the place of an encoder"),
    ("baseline-unet", {"stages.0.network.heads": {"hpv": {"name": "hpv"}}}, "name a segmentation head"),
    ("subtle-hpv", {"stages.0.network.encoder": None, "stages.0.network.clinical": None}, "a network needs a backbone"),
    ("subtle-hpv", {"stages.0.network.heads": {}}, "one at the least"),
    ("subtle-hpv", {"stages.0.network.heads": {"s": {"name": "segmentation"}}}, "serve one head, hpv or rfs"),
]


@pytest.mark.parametrize(
    ("name", "changes", "message"), CHANGES, ids=[f"{name}-{message[:24]}" for name, _, message in CHANGES]
)
def test_a_contradiction_is_one_clear_sentence(name: str, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message) as told:
        changed(name, changes)
    assert "\n" not in str(told.value)
    assert "Value error" not in str(told.value)


@pytest.mark.parametrize("name", ["baseline-hpv-resnet18", "subtle-hpv"])
def test_images_record_and_both_are_one_switch_each(name: str) -> None:
    both, image, clinical = (load_recipe(f"{name}{variant}") for variant in ("", ":image", ":clinical"))
    assert (bool(both.inputs.images), both.inputs.clinical is not None) == (True, True)
    assert (bool(image.inputs.images), image.inputs.clinical is not None) == (True, False)
    assert (bool(clinical.inputs.images), clinical.inputs.clinical is not None) == (False, True)
    for one in (image, clinical):
        assert one.network_stage.training == both.network_stage.training
        assert one.network_stage.network.heads == both.network_stage.network.heads
        assert one.split == both.split
    assert len({both.hash, image.hash, clinical.hash}) == 3


def test_what_is_only_unusual_is_no_contradiction() -> None:
    """The same changes, complete: a held-out part to choose by, no images at all, numeric columns left at default."""
    changed(
        "glasgow-hpv",
        {
            "inference.ensemble": {"name": "best_fold", "chosen_by": "held_out"},
            "split": {"name": "holdout_kfold"},
        },
    )
    changed("hpv-logistic", {"inputs.clinical": {"columns": ["tobacco"]}})
    changed("baseline-hpv-senet", {"preprocess.frame.size_voxels": [96, 96, 35]})


def changed(name: str, changes: dict[str, Any]) -> Recipe:
    """Return a shipped recipe with keys replaced whole."""
    raw: Any = load_recipe(name).model_dump(mode="json")
    for path, value in changes.items():
        *parents, last = path.split(".")
        part = raw
        for key in parents:
            part = part[int(key)] if isinstance(part, list) else part[key]
        part[last] = value
    return parse_recipe(raw, name)
