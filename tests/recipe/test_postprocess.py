import pytest
from pydantic import TypeAdapter, ValidationError

from hyoid.recipe.inference import Inference, Window
from hyoid.recipe.postprocess import (
    LargestComponent,
    Postprocess,
    RemoveSmallComponents,
    SeparateLesions,
    SuvGate,
    check_postprocess,
)

TWO, MERGED = {1: "gtvp", 2: "gtvn"}, {1: "tumour"}


def test_parts_are_told_apart_by_name_and_kept_in_order() -> None:
    named = [
        {"name": "suv_gate"},
        {"name": "separate_lesions", "minority_below": 0.1},
        {"name": "remove_small_components", "minimum_ml": 1.0, "labels": ["gtvp"]},
        {"name": "remove_small_components", "minimum_ml": 0.5, "labels": ["gtvn"]},
        {"name": "largest_component"},
    ]
    parts = Inference.model_validate({"postprocess": named}).postprocess
    assert parts == (
        SuvGate(minimum_suv=2.5, percentile=100),
        SeparateLesions(minority_below=0.1, piece_below_ml=0.5),
        RemoveSmallComponents(minimum_ml=1.0, labels=("gtvp",)),
        RemoveSmallComponents(minimum_ml=0.5, labels=("gtvn",)),
        LargestComponent(labels=("gtvp",)),
    )
    assert Inference.model_validate(Inference(postprocess=parts).model_dump(mode="json")).postprocess == parts


@pytest.mark.parametrize(
    "settings",
    [
        {"name": "largest"},
        {"name": "suv_gate", "percentile": 0},
        {"name": "suv_gate", "minimum_suv": 0},
        {"name": "separate_lesions", "minority_below": 0.6},
        {"name": "largest_component", "labels": []},
        {"name": "remove_small_components", "labels": ["node"]},
    ],
)
def test_nonsense_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Postprocess).validate_python(settings)


def test_an_axis_is_flipped_once() -> None:
    assert Window(flips=("x", "z")).flips == ("x", "z")
    with pytest.raises(ValidationError, match="name each axis once"):
        Window(flips=("x", "x"))


@pytest.mark.parametrize(
    ("part", "labels", "images", "said"),
    [
        (LargestComponent(), MERGED, ("ct", "pet"), r"names \['gtvp'\]; the labels are \['tumour'\]"),
        (RemoveSmallComponents(labels=("tumour",)), TWO, ("pet",), r"names \['tumour'\]"),
        (SeparateLesions(), MERGED, ("ct",), "tells gtvp from gtvn"),
        (SuvGate(), TWO, ("ct",), "needs the PET"),
    ],
)
def test_what_a_recipe_has_not_is_named(
    part: Postprocess, labels: dict[int, str], images: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        check_postprocess([part], labels, images)


def test_what_fits_passes() -> None:
    check_postprocess([LargestComponent(), SeparateLesions(), SuvGate(), RemoveSmallComponents()], TWO, ("ct", "pet"))
    check_postprocess([LargestComponent(labels=("tumour",)), RemoveSmallComponents()], MERGED, ("ct",))
