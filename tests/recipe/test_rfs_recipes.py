"""Every shipped survival recipe: that it can be built and fed, and that it is what its paper says."""

from typing import Any

import pytest
import torch

from hyoid.errors import RecipeError
from hyoid.networks.batch import Batch, RiskOutput
from hyoid.recipe import Recipe, load_recipe, parse_recipe, recipe_names

ESTIMATORS = {"coxph": "cox_ph", "deephit": "deephit", "mtlr": "mtlr", "icare": "bagged_icare"}
BASELINES = [f"baseline-rfs-{name}" for name in ESTIMATORS]
NAMES = [*BASELINES, "glasgow-rfs", "rfs-lesions"]
SPECS = [f"{name}{suffix}" for name in NAMES for suffix in ["", *(f":{v}" for v in load_recipe(name).variants)]]
ENCODED = 20
"""Columns of an encoded record, as many as a one-hot encoder may give."""

TABLE_4 = {
    "coxph": [
        (0.5916, 0.0581),
        (0.1587, 0.0049),
        (0.6073, 0.0637),
        (0.2561, 0.0134),
        (0.5942, 0.0795),
        (0.2634, 0.0197),
    ],
    "deephit": [
        (0.5324, 0.0553),
        (0.1945, 0.0234),
        (0.5457, 0.0674),
        (0.2110, 0.0178),
        (0.5289, 0.0813),
        (0.2196, 0.0211),
    ],
    "mtlr": [
        (0.5530, 0.0488),
        (0.1658, 0.0165),
        (0.5877, 0.0900),
        (0.1653, 0.0130),
        (0.5098, 0.0849),
        (0.1732, 0.0185),
    ],
    "icare": [
        (0.6039, 0.0557),
        (0.2605, 0.0105),
        (0.6705, 0.0608),
        (0.2348, 0.0140),
        (0.6127, 0.0762),
        (0.2429, 0.0172),
    ],
}
"""C-index and Brier score with standard deviations, of EHR, of EHR + CT + PET, and of all these with the dose."""


def differences(one: Any, other: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Return where two dumped values differ, as `{path: (one, other)}`."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        parts = [(f"{path}.{key}", one[key], other[key]) for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        parts = [(f"{path}.{k}", *pair) for k, pair in enumerate(zip(one, other, strict=True))]
    else:
        return {} if one == other else {path.removeprefix("."): (one, other)}
    found: dict[str, tuple[Any, Any]] = {}
    for part in parts:
        found |= differences(part[1], part[2], part[0])
    return found


def changes(name: str, variant: str) -> dict[str, tuple[Any, Any]]:
    one, other = (load_recipe(spec).model_dump(mode="json") for spec in (name, f"{name}:{variant}"))
    return {path: values for path, values in differences(one, other).items() if path != "variant"}


def parameters(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_shipped_survival_recipes_are_those_of_the_papers_and_the_floor() -> None:
    assert set(NAMES) <= {name for name in recipe_names() if load_recipe(name).task == "rfs"}
    assert all(set(load_recipe(name).variants) >= {"ehr", "ehr_petct", "ehr_petct_dose"} for name in BASELINES)


@pytest.mark.parametrize("preset", ["full", "small", "tiny"])
@pytest.mark.parametrize("spec", SPECS)
def test_a_preset_makes_sizes_that_the_encoder_takes(spec: str, preset: str) -> None:
    recipe = load_recipe(spec, preset=preset)
    if recipe.preprocess is None:
        assert not recipe.inputs.images
        return
    network, voxels = recipe.network_stage.network, recipe.imaging.frame.voxels()
    assert all(edge % network.divisor == 0 and edge >= network.min_size for edge in voxels)
    assert preset == "full" or voxels < load_recipe(spec).imaging.frame.voxels()
    assert set(recipe.inputs.images) <= set(recipe.preprocess.intensity)
    Recipe.model_validate(recipe.model_dump())  # presets copy without validation


@pytest.mark.parametrize("spec", [spec for spec in SPECS if load_recipe(spec).has_network])
def test_the_tiny_network_answers_a_risk_a_patient_and_its_features(spec: str) -> None:
    recipe = load_recipe(spec, preset="tiny")
    generator = torch.Generator().manual_seed(0)
    count = len(recipe.inputs.images)
    images = torch.rand(2, count, *recipe.imaging.frame.voxels(), generator=generator)
    clinical = None if recipe.inputs.clinical is None else torch.rand(2, ENCODED, generator=generator)
    network = recipe.build_network(0 if clinical is None else ENCODED).eval()
    with torch.inference_mode():
        (output,) = network(Batch(images, torch.ones(2, count), clinical)).values()
    assert isinstance(output, RiskOutput)
    assert output.risk.shape == (2,)
    assert output.features.shape == (2, recipe.network_stage.network.fusion.hidden[-1])
    assert torch.isfinite(output.risk).all()


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_a_baseline_reports_the_figures_of_table_4(name: str) -> None:
    recipe = load_recipe(f"baseline-rfs-{name}")
    assert recipe.paper is not None
    assert recipe.paper.key == "dataset-and-baselines"
    assert [(one.value, one.spread) for one in recipe.paper.reported] == TABLE_4[name]
    assert [one.metric for one in recipe.paper.reported] == ["c_index", "brier"] * 3
    rows = [one.split for one in recipe.paper.reported]
    assert all("EHR" in row for row in rows)
    assert ["PET (680)" in row for row in rows] == [False, False, True, True, False, False]
    assert ["RTDose (187)" in row for row in rows] == [False] * 4 + [True] * 2


def test_baselines_differ_in_their_estimator_alone() -> None:
    dumps = {name: load_recipe(f"baseline-rfs-{name}").model_dump(mode="json") for name in ESTIMATORS}
    for name, dump in dumps.items():
        assert dump["stages"][1]["estimator"]["name"] == ESTIMATORS[name]
        assert (dump["stages"][1]["fit_on"], dump["stages"][1]["stack_fraction"]) == ("stack", 0.3)
        for part in ("inputs", "preprocess", "split", "inference"):
            assert dump[part] == dumps["coxph"][part]
        assert dump["stages"][0] == dumps["coxph"]["stages"][0]
    assert dumps["icare"]["stages"][1]["estimator"]["aggregate"] == "median"
    assert dumps["icare"]["stages"][1]["estimator"]["estimators"] == 10


def test_the_baselines_network_and_training_are_those_of_the_code() -> None:
    recipe = load_recipe("baseline-rfs-icare")
    stage = recipe.network_stage
    network, training = stage.network, stage.training
    assert recipe.imaging.frame.voxels() == (96, 96, 96)
    assert recipe.inputs.images == ("ct", "pet")
    assert network.clinical is not None
    assert (network.clinical.hidden, network.clinical.dropout) == ((64, 64, 32), (0.3, 0.2, 0.0))
    assert (network.fusion.hidden, network.fusion.dropout) == ((512, 256, 256), (0.4, 0.3, 0.0))
    assert (network.clinical.norm, network.fusion.norm) == ("batch", "batch")
    (head,) = network.heads.values()
    assert (head.hidden, head.dropout) == ((64,), 0.2)
    cox, ranking, contrastive = head.loss.parts
    assert [part.weight for part in head.loss.parts] == [1.0, 0.3, 0.1]
    assert [part.loss.name for part in head.loss.parts] == ["cox", "ranking", "contrastive"]
    assert (ranking.loss.alpha, contrastive.loss.margin, contrastive.loss.normalise) == (1.0, 2.0, True)
    assert (cox.loss.ties, contrastive.loss.pairs) == ("efron", "comparable")
    assert (training.optimizer.name, training.optimizer.learning_rate, training.optimizer.weight_decay) == (
        "adam",
        1e-3,
        1e-5,
    )
    assert (training.schedule.name, training.schedule.factor_of_drop, training.schedule.patience) == ("plateau", 0.5, 3)
    assert (training.batch_size, training.gradient_clip, training.augment) == (6, 1.0, ())
    assert (training.epochs, training.select.every_epochs) == (25 * 10, 10)
    assert (recipe.split.name, recipe.split.test_fraction, recipe.split.folds) == ("holdout_kfold", 0.2, 5)


def resnet18_parameters(images: int) -> int:
    """MONAI's ResNet-18 by hand: convolutions have no bias but for the projections; batch norm has two a channel."""
    total, before = images * 64 * 7**3 + 2 * 64, 64
    for channels in (64, 128, 256, 512):
        first = before * channels * 27 + channels**2 * 27 + 4 * channels
        second = 2 * channels**2 * 27 + 4 * channels
        projection = before * channels + channels + 2 * channels if before != channels else 0
        total, before = total + first + second + projection, channels
    return total


def test_the_fused_extractor_has_as_many_parameters_as_counted_by_hand() -> None:
    """Layers with batch normalisation have (inputs + 1) outputs + 2 outputs parameters."""
    clinical = (ENCODED + 1) * 64 + 128 + 65 * 64 + 128 + 65 * 32 + 64
    fusion = 545 * 512 + 1024 + 513 * 256 + 512 + 257 * 256 + 512
    head = 257 * 64 + 65
    network = load_recipe("baseline-rfs-icare").build_network(ENCODED)
    assert parameters(network.encoder) == resnet18_parameters(2)
    assert parameters(network.clinical) == clinical
    assert parameters(network.fusion) == fusion
    assert parameters(network) == resnet18_parameters(2) + clinical + fusion + head


def test_dose_is_a_third_channel_and_the_same_patients_are_compared() -> None:
    for name in BASELINES:
        with_dose = load_recipe(f"{name}:ehr_petct_dose")
        assert with_dose.inputs.images == ("ct", "pet", "dose")
        assert set(with_dose.imaging.intensity) == {"ct", "pet", "dose"}
        on_dose = [load_recipe(f"{name}:{variant}") for variant in ("ehr_on_dose", "ehr_petct_on_dose")]
        assert all(recipe.inputs.only_with == ("dose",) for recipe in (with_dose, *on_dose))
        assert set(changes(name, "ehr_petct_on_dose")) == {"inputs.only_with"}
        assert changes(name, "ehr_petct") == {}
        record, same = load_recipe(f"{name}:ehr"), on_dose[0]
        assert (record.stages, record.preprocess, record.inputs.images) == (same.stages, None, ())
        assert not record.has_network
        assert record.stages[0].estimator == load_recipe(name).stages[1].estimator


def test_published_is_the_codes_loss_its_pairs_its_estimator_and_its_selection_and_nothing_else() -> None:
    parts = "stages.0.network.heads.rfs.loss.parts"
    published = changes("baseline-rfs-icare", "published")
    in_sample = changes("baseline-rfs-icare", "in_sample")
    loss = {path: values for path, values in published.items() if path.startswith(f"{parts}.0.loss")}
    assert [values[1]["name"] for values in loss.values()] == ["inverted_cox"]
    assert in_sample == {"stages.1.fit_on": ("stack", "train")}
    assert published == loss | in_sample | {
        f"{parts}.2.loss.pairs": ("comparable", "published"),
        "split.select": ("nested", "published"),
    }
    wrong = [spec for spec in SPECS if "inverted_cox" in load_recipe(spec).model_dump_json(exclude={"variants"})]
    assert wrong == ["baseline-rfs-icare:published"]
    assert load_recipe("baseline-rfs-icare:published").optimistic
    assert not any(load_recipe(spec).optimistic for spec in SPECS if not spec.endswith(":published"))


def test_glasgow_is_what_its_paper_says() -> None:
    recipe = load_recipe("glasgow-rfs")
    network, training, stage = recipe.network_stage.network, recipe.network_stage.training, recipe.estimator_stage
    assert recipe.imaging.frame.voxels() == (96, 96, 96)
    assert (network.encoder.features, network.clinical.features(5), network.fusion.hidden) == (512, 32, (128,))
    (head,) = network.heads.values()
    assert [(part.loss.name, part.weight) for part in head.loss.parts] == [
        ("cox", 1.0),
        ("ranking", 0.3),
        ("contrastive", 0.1),
    ]
    assert (head.loss.parts[1].loss.alpha, head.loss.parts[2].loss.margin) == (1.0, 1.0)
    assert (training.optimizer.name, training.optimizer.learning_rate) == ("adamw", 1e-3)
    assert (training.epochs, training.select.every_epochs) == (20 * 3, 3)
    assert (stage.estimator.name, stage.estimator.aggregate, stage.iterations) == ("bagged_icare", "median", "all")
    (reported,) = recipe.paper.reported
    assert (reported.metric, reported.value) == ("c_index", 0.6482)
    assert changes("glasgow-rfs", "in_sample") == {"stages.1.fit_on": ("stack", "train")}
    assert changes("glasgow-rfs", "best_iteration") == {"stages.1.iterations": ("all", "best")}
    head_parameters = 128 + 1
    counted = resnet18_parameters(2) + (ENCODED + 1) * 64 + 65 * 32 + 545 * 128 + head_parameters
    assert parameters(recipe.build_network(ENCODED)) == counted


def test_the_floors_variants_are_one_switch_each() -> None:
    assert set(changes("rfs-lesions", "clinical")) == {"inputs.lesions"}
    assert set(changes("rfs-lesions", "icare")) == {"stages.0.estimator"}
    assert set(changes("rfs-lesions", "icare_clinical")) == {"inputs.lesions", "stages.0.estimator"}


@pytest.mark.parametrize(
    ("name", "overrides", "message"),
    [
        ("rfs-lesions", ["stages.0.iterations=all"], "iterations: all is of an estimator that alternates"),
        ("rfs-lesions", ["inputs.images=[pet]", "preprocess={}"], "an estimator reads the table, not images"),
        ("rfs-lesions", ["inputs.only_with=[mri]"], "only_with"),
        ("rfs-lesions", ["inputs.clinical.columns=[age, relapse]"], "'relapse' is no input of a model"),
        ("glasgow-rfs", ["inference.ensemble={name: best_fold, chosen_by: held_out}"], "needs the split holdout_kfold"),
        ("glasgow-rfs", ["inference.window={}"], "window and postprocess are of label maps"),
        ("glasgow-rfs", ["stages.0.training.patch_mm=[64,64,64]"], "a network for rfs sees whole frames"),
        ("glasgow-rfs", ["stages.1.stack_fraction=0.6"], "stack_fraction"),
        ("glasgow-rfs", ["stages.1.estimator={name: coxph}"], "no part is named 'coxph'; did you mean 'cox_ph'"),
        ("glasgow-hpv", ["inference.ensemble={name: mean_risk}"], "mean_risk joins risks"),
        ("baseline-unet", ["stages.0.training.select.metric=c_index"], "c_index is none of segmentation"),
    ],
)
def test_a_contradiction_is_one_clear_sentence(name: str, overrides: list[str], message: str) -> None:
    with pytest.raises(RecipeError, match=message) as told:
        load_recipe(name, overrides=overrides)
    assert "\n" not in str(told.value)


def test_two_stages_are_a_network_and_then_an_estimator_of_survival() -> None:
    raw = load_recipe("glasgow-rfs").model_dump(mode="json")
    network, estimator = raw["stages"]
    for stages, message in (
        ([estimator, network], "two stages are a network and then an estimator"),
        ([network, network], "two stages are a network and then an estimator"),
        ([estimator, estimator], "two stages are a network and then an estimator"),
    ):
        with pytest.raises(RecipeError, match=message):
            parse_recipe(raw | {"stages": stages}, "test")
    hpv = load_recipe("glasgow-hpv").model_dump(mode="json")
    with pytest.raises(RecipeError, match="a network for hpv before an estimator for rfs: both must be of survival"):
        parse_recipe(hpv | {"stages": [*hpv["stages"], estimator | {"iterations": "best"}]}, "test")
