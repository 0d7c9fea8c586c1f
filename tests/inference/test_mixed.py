"""Ensembles of recipes with other frames and windows, against whole arrays in NumPy and SciPy."""

import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import nn

from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging import WayBack, remove_small_components, resample
from hyoid.inference.mixed import most_probable, predict_mixed, shared_postprocess
from hyoid.inference.recipe_networks import RecipeNetworks, share_window
from hyoid.inference.segment import Compute
from hyoid.networks.batch import Batch
from hyoid.recipe import Recipe, parse_recipe
from hyoid.recipe.postprocess import RemoveSmallComponents, SuvGate
from imaging.worlds import voxel_centres
from support.balls import ball_case
from support.recipes import small_recipe
from support.segmenters import ball_images


class Rule(nn.Module):
    """Logits by the images' own values: something to segment without training."""

    def __init__(self, primary: float, node: float) -> None:
        super().__init__()
        self.primary, self.node = primary, node

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        assert batch.images is not None
        pet = batch.images[:, -1]
        return {"segmentation": torch.stack([torch.ones_like(pet), self.primary * (pet - 3), self.node * pet], dim=1)}


def _recipe(spacing: float, *overrides: str) -> Recipe:
    raw = small_recipe("baseline-unet", "stages.0.training.patch_mm=[64,64,64]", *overrides).model_dump(mode="json")
    raw["preprocess"]["frame"] = {"name": "full_view", "spacing_mm": [spacing] * 3}
    return parse_recipe(raw, "test")


SMALL = "{name: remove_small_components, minimum_ml: 0.5}"


def _members() -> list[RecipeNetworks]:
    first = _recipe(4.0, f"inference.postprocess=[{SMALL}, {{name: largest_component}}]")
    second = _recipe(6.0, "inputs.images=[pet]", "inference.window.flips=[x]", f"inference.postprocess=[{SMALL}]")
    rules = Rule(1.0, 0.4), Rule(0.5, 0.6), Rule(2.0, 0.1)
    return [RecipeNetworks(first, rules, Compute()), RecipeNetworks(second, (Rule(-1.0, 0.9),), Compute())]


def _on_native(member: RecipeNetworks, native: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Class probabilities (K, z, y, x) of a pointwise rule: a window more or less changes nothing."""
    framed = member.framed(ball_images())
    batch = Batch(torch.from_numpy(framed.images[None]), torch.ones(1, len(framed.images)))
    each = [network(batch)["segmentation"].softmax(dim=1)[0].numpy() for network in member.networks]
    mean = np.mean(each, axis=0, dtype=np.float64)
    index = framed.grid.to_index(voxel_centres(native))
    inside = ((index > -0.5) & (index < np.asarray(framed.grid.size) - 0.5)).all(axis=-1)
    edge = (
        np.abs(np.abs(index - (np.asarray(framed.grid.size) - 1) / 2) - np.asarray(framed.grid.size) / 2) < 1e-3
    ).any(-1)
    at = np.moveaxis(index[..., ::-1], -1, 0)
    maps = [np.where(inside, ndimage.map_coordinates(one, at, order=1, mode="nearest"), 0) for one in mean[1:]]
    return np.stack([1 - sum(maps), *maps]), edge


def test_equals_whole_maps_averaged_over_recipes() -> None:
    members, native = _members(), ball_case(0)[0].grid
    mean, edges = np.zeros((3, *native.shape)), np.zeros(native.shape, bool)
    for member in members:  # three networks weigh as much as one
        probabilities, edge = _on_native(member, native)
        mean += probabilities / len(members)
        edges |= edge
    prediction = predict_mixed("A", members, ball_images())
    assert prediction.labels is not None
    assert prediction.labels.grid == native
    expected = remove_small_components(mean.argmax(axis=0).astype(np.uint8), native.voxel_volume_mm3, 0.5)
    ordered = np.sort(mean, axis=0)
    clear = (ordered[-1] - ordered[-2] > 2e-3) & ~edges
    assert {1, 2} <= set(np.unique(expected[clear]))
    assert clear.mean() > 0.9
    np.testing.assert_array_equal(prediction.labels.array[clear], expected[clear])


def test_the_json_says_who_took_part_and_how_far_they_agree() -> None:
    members = _members()
    info = predict_mixed("A", members, ball_images()).info
    assert info["networks"] == 4
    assert [each["networks"] for each in info["recipes"]] == [3, 1]
    assert [each["recipe_hash"] for each in info["recipes"]] == [member.recipe.hash for member in members]
    assert [part["name"] for part in info["postprocess"]] == ["remove_small_components"]
    assert info["components"]
    for lesion in info["components"]:
        assert {"suv_max", "mean_probability", "probability_sd", "found_by"} <= set(lesion)
        assert lesion["found_by"] in {0.0, 0.5, 1.0}


def test_recipes_that_share_a_frame_look_at_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one = _recipe(4.0)
    other = _recipe(4.0, "inference.window.overlap=0.25")
    assert not share_window(one, other)
    seen = []
    apply = type(one.imaging).apply
    monkeypatch.setattr(type(one.imaging), "apply", lambda self, *given: (seen.append(1), apply(self, *given))[1])
    members = [RecipeNetworks(recipe, (Rule(1.0, 0.4),), Compute()) for recipe in (one, other)]
    predict_mixed("A", members, ball_images())
    assert len(seen) == 1


def _with_parts(*parts: str) -> Recipe:
    return _recipe(4.0, f"inference.postprocess=[{', '.join(parts)}]")


def test_only_what_all_recipes_do_is_done() -> None:
    gate, larger = "{name: suv_gate}", "{name: remove_small_components, minimum_ml: 1}"
    recipes = [_with_parts(SMALL, gate), _with_parts(gate, larger, SMALL)]
    assert shared_postprocess(recipes) == (RemoveSmallComponents(minimum_ml=0.5), SuvGate())
    assert shared_postprocess([*recipes, _with_parts(larger)]) == ()


def test_the_gate_sees_the_pet_itself() -> None:
    recipes = [_recipe(spacing, "inference.postprocess=[{name: suv_gate, minimum_suv: 8}]") for spacing in (4.0, 6.0)]
    members = [RecipeNetworks(recipe, (Rule(1.0, 0.4),), Compute()) for recipe in recipes]
    ungated = [RecipeNetworks(_recipe(spacing), (Rule(1.0, 0.4),), Compute()) for spacing in (4.0, 6.0)]
    images = ball_images()
    found, all_found = predict_mixed("A", members, images).labels, predict_mixed("A", ungated, images).labels
    assert found is not None
    assert all_found is not None
    suv = resample(images["pet"], found.grid, recipes[0].imaging.interpolation["pet"], 0.0, 0.0).array
    expected = np.zeros_like(found.array)
    for value in (1, 2):
        numbered, count = ndimage.label(all_found.array == value, np.ones((3, 3, 3)))
        for k in range(1, count + 1):
            if suv[numbered == k].max() >= 8:
                expected[numbered == k] = value
    assert 0 < np.count_nonzero(expected) < np.count_nonzero(all_found.array)
    np.testing.assert_array_equal(found.array, expected)


def _random_maps(native: Grid, spacings: Sequence[float]) -> list[tuple[np.ndarray, WayBack]]:
    rng = np.random.default_rng(0)
    frames = [Box.of_grid(native).grid((spacing,) * 3) for spacing in spacings]
    return [
        (rng.dirichlet([1, 1, 1], frame.shape).transpose(3, 0, 1, 2)[1:].astype(np.float16), WayBack(frame, native))
        for frame in frames
    ]


def test_full_resolution_maps_are_never_held() -> None:
    native = Grid((256, 256, 96), (0.5, 0.5, 1.0))
    maps = _random_maps(native, (4.0, 5.0, 6.0))
    tracemalloc.start()
    most_probable(maps, native)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    one_map_bytes = 4 * np.prod(native.shape)
    assert peak < 1.3 * one_map_bytes  # the label map is a quarter of it, and eight slices of all classes the rest


def test_frames_apart_from_the_native_grid_give_background() -> None:
    native = Grid((6, 5, 4), (1, 1, 1))
    far = Grid((4, 4, 4), (1, 1, 1), (500, 0, 0))
    assert not most_probable([(np.ones((2, *far.shape), np.float16), WayBack(far, native))], native).any()
    near = Volume(np.ones(native.shape), native)
    ones = np.stack([near.array, 0 * near.array]).astype(np.float16)
    both = most_probable(
        [(ones, WayBack(native, native)), (ones[:, :4], WayBack(native.cropped((0, 0, 0), (6, 5, 4)), native))], native
    )
    assert (both == 1).all()
