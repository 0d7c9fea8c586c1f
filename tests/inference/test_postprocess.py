from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Grid
from hyoid.inference.postprocess import NO_PET, postprocess, postprocess_frame
from hyoid.recipe.postprocess import LargestComponent, Postprocess, RemoveSmallComponents, SeparateLesions, SuvGate
from support.recipes import small_recipe
from support.segmenters import ball_images, framed_ball

NAMES = {1: "gtvp", 2: "gtvn"}
GRID = Grid((12, 10, 8), (10.0, 10.0, 10.0))  # voxels of 1 mL
PARTS: tuple[Postprocess, ...] = (
    SuvGate(minimum_suv=3.0),
    SeparateLesions(minority_below=0.3, piece_below_ml=6.0),
    RemoveSmallComponents(minimum_ml=4.0, labels=("gtvn",)),
    LargestComponent(),
)


def _no_pet(_: float) -> None:
    return None


def _blobs(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=GRID.shape), 1.0)
    which = ndimage.gaussian_filter(rng.normal(size=GRID.shape), 0.8)
    return np.where(field > np.quantile(field, 0.75), np.where(which > 0, 2, 1), 0).astype(np.uint8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.permutations(PARTS))
def test_the_record_balances_and_no_voxel_is_added(seed: int, parts: list[Postprocess]) -> None:
    labels = _blobs(seed)
    suv = np.random.default_rng(seed).gamma(2.0, 1.0, GRID.shape).astype(np.float32)
    done = postprocess(parts, NAMES, labels, GRID, lambda _: suv)
    assert [part["name"] for part in done.parts] == [part.name for part in parts]
    assert not (done.labels > 0)[labels == 0].any()
    assert done.notes == ()
    balance = {name: float((labels == value).sum()) for value, name in NAMES.items()}
    for part in done.parts:
        for name, change in part["removed"].items():
            balance[name] -= change["ml"]
        for name, change in part["relabelled"].items():
            balance[name] -= change["ml"]
            balance["gtvn" if name == "gtvp" else "gtvp"] += change["ml"]
    assert balance == {name: float((done.labels == value).sum()) for value, name in NAMES.items()}
    for part in parts:
        once = postprocess([part], NAMES, labels, GRID, lambda _: suv).labels
        assert not any(
            entry["removed"] or entry["relabelled"]
            for entry in postprocess([part], NAMES, once, GRID, lambda _: suv).parts
        )


def test_what_each_part_did_is_told() -> None:
    labels = np.zeros(GRID.shape, np.uint8)
    labels[0:4, 0:4, 0:4] = 1  # 64 mL
    labels[1, 1, 1] = 2  # a speck within
    labels[0, 0, 6] = 1  # two crumbs
    labels[0, 0, 8:10] = 1
    labels[6, 6, 6:9] = 2  # a node of 3 mL
    done = postprocess(
        [SeparateLesions(piece_below_ml=2), LargestComponent(), RemoveSmallComponents(minimum_ml=3.5)],
        NAMES, labels, GRID, _no_pet,
    )  # fmt: skip
    assert done.parts == [
        {"name": "separate_lesions", "removed": {}, "relabelled": {"gtvn": {"components": 1, "ml": 1.0}}},
        {"name": "largest_component", "removed": {"gtvp": {"components": 2, "ml": 3.0}}, "relabelled": {}},
        {"name": "remove_small_components", "removed": {"gtvn": {"components": 1, "ml": 3.0}}, "relabelled": {}},
    ]
    assert np.count_nonzero(done.labels) == np.count_nonzero(done.labels == 1) == 64


def test_a_gate_without_a_pet_deletes_nothing_and_says_so() -> None:
    labels = _blobs(0)
    done = postprocess([SuvGate(), SuvGate(minimum_suv=4)], NAMES, labels, GRID, _no_pet)
    np.testing.assert_array_equal(done.labels, labels)
    assert done.notes == (NO_PET,)


@pytest.mark.parametrize("chain", ["z_score", "min_max", "divide_by_mean"])
def test_the_gate_sees_suv_behind_any_chain(chain: str) -> None:
    """The node's SUV is about 6, the primary's 10, the body's 1."""
    recipe = small_recipe(
        "baseline-unet",
        f"preprocess.intensity.pet=[{{name: {chain}}}]",
        "inference.postprocess=[{name: suv_gate, minimum_suv: 2.5, labels: [gtvp]}, {name: suv_gate, minimum_suv: 8}]",
    )
    framed = framed_ball(recipe)
    plain = recipe.imaging.model_copy(update={"intensity": {}}).apply(ball_images(), ("pet",)).images[0]
    suv = framed.suv()
    assert suv is not None
    np.testing.assert_allclose(suv, plain, atol=1e-3)
    labels = np.zeros(framed.grid.shape, np.uint8)
    labels[plain > 2] = 2  # a primary called a node, and the node
    labels[-3:, 0, 0] = 1  # air
    assert plain[labels == 1].max() < 2.5
    nodes, count = ndimage.label(labels == 2, np.ones((3, 3, 3)))
    expected = np.zeros_like(labels)
    for k in range(1, count + 1):
        if plain[nodes == k].max() >= 8:
            expected[nodes == k] = 2
    assert 0 < np.count_nonzero(expected) < np.count_nonzero(labels == 2)
    np.testing.assert_array_equal(postprocess_frame(recipe, labels, framed).labels, expected)


def test_a_pet_that_cannot_be_turned_back_is_refused() -> None:
    recipe = small_recipe("baseline-unet", "inference.postprocess=[{name: suv_gate, minimum_suv: 4}]")
    framed = framed_ball(recipe)
    labels = np.zeros(framed.grid.shape, np.uint8)
    with pytest.raises(ImageError, match="make the store again"):
        postprocess_frame(recipe, labels, replace(framed, way_back=replace(framed.way_back, pet=None)))
    cut = small_recipe(
        "baseline-unet",
        "preprocess.intensity.pet=[{name: clip, upper: 3}, {name: z_score}]",
        "inference.postprocess=[{name: suv_gate, minimum_suv: 4}]",
    )
    with pytest.raises(ImageError, match=r"only SUV 0\.00 to 3\.00 is left"):
        postprocess_frame(cut, labels, framed_ball(cut))
    absent = replace(framed, present=(True, False))
    assert postprocess_frame(recipe, labels, absent).notes == (NO_PET,)
