"""Where the parts that imitate another PET scanner are refused, and where they are not."""

from typing import Any

import pytest

from hyoid.errors import RecipeError
from hyoid.recipe import Recipe, load_recipe, parse_recipe

WINDOW = [{"name": "window", "lower": 0, "upper": 25}]


def with_parts(*parts: dict[str, Any], pet: list[dict[str, Any]] | None = None, name: str = "subtle-hpv") -> Recipe:
    raw: Any = load_recipe(name).model_dump(mode="json")
    raw["stages"][0]["training"]["augment"] = list(parts)
    if pet is not None:
        raw["preprocess"]["intensity"]["pet"] = pet
    return parse_recipe(raw, name)


NOISE, RESOLUTION, SCALE = ({"name": name} for name in ("pet_noise", "pet_resolution", "pet_scale"))


@pytest.mark.parametrize(
    ("parts", "pet", "message"),
    [
        ([{"name": "rotate"}, NOISE], None, "pet_noise acts on the SUV, which rotate hides"),
        ([{"name": "crop_resize"}, {"name": "flip"}, RESOLUTION], None, "which crop_resize hides"),
        ([{"name": "gamma", "channels": ["ct", "pet"]}, RESOLUTION], None, "which gamma hides"),
        ([{"name": "one_of", "parts": [{"name": "flip"}, {"name": "affine"}]}, NOISE], None, "which affine hides"),
        ([{"name": "affine"}, {"name": "one_of", "parts": [{"name": "flip"}, NOISE]}], None, "which affine hides"),
        ([NOISE], [{"name": "min_max"}], "pet_noise does not go with the PET's min_max"),
        ([RESOLUTION], [{"name": "clip", "upper": 20}, {"name": "min_max"}], "pet_resolution does not go with"),
        ([SCALE], [{"name": "min_max"}], "pet_scale does not go with the PET's min_max"),
        ([SCALE], [{"name": "clip", "upper": 20}, {"name": "z_score"}], "take the calibration of a scanner out"),
        ([SCALE], None, "take the calibration of a scanner out"),
    ],
)
def test_what_cannot_imitate_a_scanner_is_refused(
    parts: list[dict[str, Any]], pet: list[dict[str, Any]] | None, message: str
) -> None:
    with pytest.raises(RecipeError, match=message) as told:
        with_parts(*parts, pet=pet)
    assert "\n" not in str(told.value)


def test_a_recipe_without_a_pet_is_refused() -> None:
    raw: Any = load_recipe("glasgow-hpv:ct").model_dump(mode="json")
    raw["stages"][0]["training"]["augment"] = [NOISE]
    with pytest.raises(RecipeError, match="need the PET"):
        parse_recipe(raw, "glasgow-hpv")


def test_what_can_imitate_one_is_taken() -> None:
    ct_alone = {"name": "gaussian_smooth", "channels": ["ct"]}
    with_parts({"name": "flip"}, ct_alone, RESOLUTION, NOISE, {"name": "rotate"})
    with_parts(RESOLUTION, SCALE, NOISE, pet=WINDOW)
    with_parts(SCALE, pet=[])
    with_parts({"name": "one_of", "parts": [{"name": "affine"}, RESOLUTION, NOISE]}, pet=[{"name": "z_score"}])


@pytest.mark.parametrize("name", ["baseline-unet", "subtle-hpv"])
def test_the_variant_scanner_adds_its_parts_and_changes_nothing_else(name: str) -> None:
    plain, variant = load_recipe(name), load_recipe(f"{name}:scanner")
    added = [part for part in variant.network_stage.training.augment if part.name.startswith("pet_")]
    assert [part.name for part in added] == ["pet_resolution", "pet_noise"]
    rest = [part for part in variant.network_stage.training.augment if part not in added]
    assert rest == list(plain.network_stage.training.augment)
    training = variant.network_stage.training.model_copy(update={"augment": plain.network_stage.training.augment})
    stages = (variant.network_stage.model_copy(update={"training": training}),)
    same = variant.model_copy(update={"stages": stages, "variant": None})
    assert same.hash == plain.hash != variant.hash
