"""One run of a recipe that reads masks and an HPV status which other recipes infer, for the tests of its parts."""

from pathlib import Path

import pytest

from hyoid import api
from hyoid.cohort import Cohort
from support.masks import mask_balls, mask_folds, mask_network


@pytest.fixture(scope="session")
def mask_cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return mask_balls(tmp_path_factory.mktemp("masks") / "balls")


@pytest.fixture(scope="session")
def mask_split(mask_cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> str:
    return mask_folds(mask_cohort, tmp_path_factory.mktemp("masks") / "folds.json")


@pytest.fixture(scope="session")
def mask_run(mask_cohort: Cohort, mask_split: str, tmp_path_factory: pytest.TempPathFactory) -> api.TrainResult:
    """Two folds, each with two inner folds of a segmentation and of a classifier; a missing mask is filled."""
    folder: Path = tmp_path_factory.mktemp("masks") / "run"
    return api.train(mask_cohort, mask_network(mask_split, "inputs.missing=fill"), folder, device="cpu")
