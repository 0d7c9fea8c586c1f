import numpy as np
import pytest
import torch
from torch import nn

from hyoid.inference import certainty, segment
from hyoid.inference.case import predict_framed
from hyoid.inference.lesions import LISTED
from hyoid.inference.segment import (
    NO_PROBABILITIES,
    NO_SPREAD,
    Compute,
    foreground_probabilities,
    segment_and_gather,
    segment_frame,
)
from hyoid.recipe import Recipe
from support.recipes import small_recipe
from support.segmenters import framed_ball


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return small_recipe("baseline-unet", "inference.window.flips=[x]")


def _networks(recipe: Recipe, count: int) -> list[nn.Module]:
    networks = []
    for seed in range(count):
        torch.manual_seed(seed)
        networks.append(recipe.build_network().eval())
    return networks


def _alone(recipe: Recipe, network: nn.Module) -> np.ndarray:
    """Class probabilities of the whole frame by one network, background included."""
    foreground = foreground_probabilities(recipe, [network], framed_ball(recipe), Compute()).astype(np.float64)
    return np.concatenate([1 - foreground.sum(axis=0, keepdims=True), foreground])


def test_labels_and_gathered_probabilities_equal_whole_volumes(recipe: Recipe) -> None:
    framed, networks = framed_ball(recipe), _networks(recipe, 3)
    found = segment_and_gather(recipe, networks, framed, Compute())
    np.testing.assert_array_equal(found.labels, segment_frame(recipe, networks, framed, Compute()))
    whole = np.stack([_alone(recipe, network) for network in networks])
    mean = whole.mean(axis=0)
    ordered = np.sort(mean, axis=0)
    clear = ordered[-1] - ordered[-2] > 2e-3
    np.testing.assert_array_equal(found.labels[clear], mean.argmax(axis=0)[clear])
    voxels = np.argwhere(found.labels > 0)
    assert len(voxels)
    assert found.gathered is not None
    gathered = found.gathered.at(framed.grid.to_world(voxels[:, ::-1]))
    np.testing.assert_allclose(gathered, whole[:, 1:][:, :, found.labels > 0], atol=1e-3)


def test_the_json_lists_each_lesion_with_what_the_networks_said(recipe: Recipe) -> None:
    framed, networks = framed_ball(recipe), _networks(recipe, 2)
    prediction = predict_framed("A", recipe, networks, framed, Compute())
    info = prediction.info
    listed = [sum(lesion["label"] == name for lesion in info["components"]) for name in info["lesions"]]
    assert listed == [min(entry["count"], LISTED) for entry in info["lesions"].values()]
    assert max(entry["count"] for entry in info["lesions"].values()) > LISTED
    keys = {"label", "volume_ml", "centroid_mm", "suv_max"}
    spread = {"mean_probability", "probability_sd", "found_by", "half_found_by"}
    largest = max(info["components"], key=lambda lesion: lesion["volume_ml"])
    assert set(largest) == keys | spread
    assert 1 / 3 < largest["mean_probability"] < 1
    single = predict_framed("A", recipe, networks[:1], framed, Compute()).info["components"]
    assert {frozenset(lesion) for lesion in single} == {frozenset(keys | {"mean_probability"})}


def test_networks_run_once(recipe: Recipe) -> None:
    framed, networks = framed_ball(recipe), _networks(recipe, 2)
    calls = []
    for network in networks:
        network.register_forward_hook(lambda *_: calls.append(1))
    segment_frame(recipe, networks, framed, Compute())
    once = len(calls)
    predict_framed("A", recipe, networks, framed, Compute())
    assert len(calls) == 2 * once


def test_too_much_to_keep_is_left_out_and_told(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    framed, networks = framed_ball(recipe), _networks(recipe, 2)
    with monkeypatch.context() as patch:
        patch.setattr(segment, "MOST_BYTES", 1000)
        info = predict_framed("A", recipe, networks, framed, Compute()).info
        assert info["notes"][-1] == NO_SPREAD
        assert all("probability_sd" not in lesion for lesion in info["components"])
        assert "mean_probability" in info["components"][0]
    monkeypatch.setattr(certainty, "MOST_BYTES", 1000)
    info = predict_framed("A", recipe, networks, framed, Compute()).info
    assert info["notes"][-1] == NO_PROBABILITIES
    assert all("mean_probability" not in lesion for lesion in info["components"])
