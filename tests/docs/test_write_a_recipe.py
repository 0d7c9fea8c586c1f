import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from docs.markdown import ROOT, blocks, code_spans, links
from hyoid.recipe import Recipe, load_recipe, parse_recipe
from hyoid.settings import Settings

PAGE = (ROOT / "docs" / "how-to" / "write-a-recipe.md").read_text(encoding="utf-8")
EXAMPLE, CLASSIFIER, SURVIVAL, THREE_TASKS = blocks(PAGE, "yaml")


def _settings_in(annotation: Any) -> Iterator[type[Settings]]:
    """Settings classes anywhere within an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for part in get_args(annotation):
        yield from _settings_in(part)


def _models(model: type[Settings], seen: set[type[Settings]]) -> set[type[Settings]]:
    """The class and all settings that its fields hold, at any depth."""
    if model not in seen:
        seen.add(model)
        for field in model.model_fields.values():
            for inner in _settings_in(field.annotation):
                _models(inner, seen)
    return seen


MODELS = sorted(_models(Recipe, set()), key=lambda model: model.__name__)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_and_part_is_explained(model: type[Settings]) -> None:
    told = set(re.findall(r"[a-z_0-9]+", " ".join(code_spans(PAGE))))
    for name, field in model.model_fields.items():
        assert name in told, f"{model.__name__}.{name}"
        values = get_args(field.annotation) if name == "name" else ()
        for value in values:
            assert value in told, f"{model.__name__} is written {value}"


def test_the_walk_reaches_the_leaves() -> None:
    names = {model.__name__ for model in MODELS}
    assert {"UNet", "DiceCE", "Flip", "Window", "KFold", "RemoveSmallComponents", "Reported"} <= names
    assert {"ResNet18", "ClinicalBranch", "Fusion", "Focal", "Median", "LogisticRegression", "Platt"} <= names
    assert {"AxialCrop", "Balanced", "CropResize", "CosineSchedule", "CostThreshold", "LesionInput"} <= names
    assert {"RiskHead", "Cox", "WeightedLoss", "EstimatorStage", "BaggedIcare", "PlateauSchedule"} <= names


def test_the_example_and_its_variant_are_valid(tmp_path: Path) -> None:
    assert parse_recipe(yaml.safe_load(EXAMPLE.body), "example").merged
    path = tmp_path / "my-unet.yaml"
    path.write_text(EXAMPLE.body, encoding="utf-8")
    variant = load_recipe(f"{path}:pet-only", preset="small")
    assert variant.inputs.images == ("pet",)
    assert len(variant.stages[0].training.augment) == 1
    assert variant.build_network() is not None


def test_the_classifier_and_its_variant_are_valid(tmp_path: Path) -> None:
    path = tmp_path / "my-hpv.yaml"
    path.write_text(CLASSIFIER.body, encoding="utf-8")
    assert load_recipe(str(path)).build_network(columns=5) is not None
    assert load_recipe(f"{path}:record", preset="small").build_network(columns=5) is not None


def test_the_survival_recipe_and_its_variants_are_valid(tmp_path: Path) -> None:
    path = tmp_path / "my-rfs.yaml"
    path.write_text(SURVIVAL.body, encoding="utf-8")
    both = load_recipe(str(path))
    assert (both.task, len(both.stages)) == ("rfs", 2)
    assert both.build_network(columns=5) is not None
    alone = load_recipe(f"{path}:network-alone", preset="tiny")
    assert alone.estimator_stage is None
    assert alone.build_network(columns=5) is not None
    assert not load_recipe(f"{path}:record").has_network


def test_the_three_tasks_and_their_variant_are_valid(tmp_path: Path) -> None:
    path = tmp_path / "my-three-tasks.yaml"
    path.write_text(THREE_TASKS.body, encoding="utf-8")
    recipe = load_recipe(str(path))
    assert recipe.tasks == ("rfs", "hpv", "segmentation")
    assert recipe.build_network(columns=5) is not None
    assert load_recipe(f"{path}:all-labels", preset="tiny").split.name == "single"


def test_files_for_new_parts_exist() -> None:
    for name in re.findall(r"`(src/hyoid/[^`]+)/NEW\.py`", PAGE):
        assert (ROOT / name).is_dir(), name
    for name in re.findall(r"`((?:imaging|networks|losses|augment|cohort|estimators)/[\w/]+\.py)`", PAGE):
        assert (ROOT / "src" / "hyoid" / name).is_file(), name
    assert "../reference/recipes.md" in links(PAGE)
