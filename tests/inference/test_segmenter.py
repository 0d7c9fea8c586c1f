from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case, read_cohort
from hyoid.errors import BundleError
from hyoid.inference import Segmenter
from hyoid.inference.recipe_networks import RecipeNetworks
from hyoid.inference.segment import segment_frame
from support.balls import ball_cohort
from support.recipes import small_recipe
from support.segmenters import framed_ball, untrained_bundle


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return read_cohort(ball_cohort(tmp_path_factory.mktemp("segmenter") / "balls", 1)).cases[0]


def test_bundles_that_share_the_window_are_one_pool_of_networks(case: Case, tmp_path: Path) -> None:
    recipe = small_recipe()
    alone = small_recipe("baseline-unet", "inference.ensemble.name=single_fold", "stages.0.training.epochs=9")
    bundles = [untrained_bundle(tmp_path / "a", recipe), untrained_bundle(tmp_path / "b", alone, seed=1)]
    segmenter = Segmenter(bundles, "cpu")
    prediction = segmenter.predict(case)
    networks = [network for bundle in bundles for network in bundle.networks("cpu")]
    assert prediction.info["networks"] == len(networks) == 3
    assert prediction.info["bundles"] == [str((tmp_path / name).resolve()) for name in "ab"]
    assert prediction.info["recipes"] == [
        {"recipe": one.title, "recipe_hash": one.hash}
        for one in (recipe, alone)  # averaged, and yet two systems
    ]
    assert "recipe_hash" not in prediction.info
    framed = framed_ball(recipe)
    expected = framed.restore(segment_frame(recipe, networks, framed, RecipeNetworks.load(bundles, "cpu").compute))
    assert prediction.labels is not None
    np.testing.assert_array_equal(prediction.labels.array, expected.array)
    assert expected.array.any()


def test_bundles_of_other_preprocessing_are_an_ensemble_on_the_cts_grid(case: Case, tmp_path: Path) -> None:
    recipes = [small_recipe(), small_recipe("baseline-unet", "inputs.images=[pet]"), small_recipe()]
    bundles = [untrained_bundle(tmp_path / str(i), recipe, seed=i) for i, recipe in enumerate(recipes)]
    segmenter = Segmenter(bundles, "cpu")
    prediction = segmenter.predict(case)
    assert [each["networks"] for each in prediction.info["recipes"]] == [4, 2]
    assert len(prediction.info["bundles"]) == 3
    with pytest.raises(TypeError, match="use predict"):
        segmenter.framed(case)


def test_bundles_of_other_labels_are_refused(tmp_path: Path) -> None:
    sampling = "stages.0.training.sampling.ratios={background: 0.1, tumour: 0.9}"
    merged = small_recipe("baseline-unet", "labels={1: tumour}", sampling)
    bundles = [untrained_bundle(tmp_path / "two", small_recipe()), untrained_bundle(tmp_path / "one", merged)]
    with pytest.raises(BundleError, match="which label gtvp, gtvn and tumour; expected bundles of the same labels"):
        Segmenter(bundles, "cpu")
