"""Every network of the papers that segments answers for a real PET/CT study after one epoch on a few phantoms.

The study is `acrin-petct/nifti` in the folder that HYOID_TEST_DATA names: a chest, no head in view, two native grids.
"""

import os
from pathlib import Path

import pytest

from hyoid import api
from hyoid.files import write_json
from hyoid.imaging import read_grid, read_volume
from hyoid.phantom import write_cohort
from hyoid.recipe import load_recipe, recipe_names
from support.rfs import RECORD

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("HYOID_TEST_DATA" not in os.environ, reason="HYOID_TEST_DATA is not set"),
]
SHORT = (
    "stages.0.training.epochs=1",
    "stages.0.training.select.every_epochs=1",
    "split={name: kfold, folds: 2}",
)
SEGMENTING = [name for name in recipe_names() if load_recipe(name).segments]
ANSWERS = {"rfs": "rfs", "hpv": "hpv", "segmentation": "lesions"}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("phantoms") / "cohort"
    write_cohort(root, 16, 3, broken=False, event_rate=0.5)
    return root


@pytest.mark.parametrize("name", SEGMENTING)
def test_after_one_epoch_it_answers_for_a_real_study(name: str, cohort: Path, tmp_path: Path) -> None:
    study = Path(os.environ["HYOID_TEST_DATA"]) / "acrin-petct" / "nifti"
    ct, pet = study / "ACRIN-042__CT.nii.gz", study / "ACRIN-042__PT.nii.gz"
    recipe = load_recipe(name)
    small = [f"stages.0.training.batch_size={4 if recipe.inputs.clinical else 1}"]
    small += ["stages.0.network.backbone.features=12"] if name == "baseline-swinunetr" else []
    trained = api.train(
        cohort, name, tmp_path / "run", preset="tiny", overrides=[*SHORT, *small], fold="0", device="cpu"
    )
    record = None
    if recipe.inputs.clinical:
        record = tmp_path / "record.json"
        write_json(record, RECORD)
    result = api.predict(
        [trained.bundle.folder], tmp_path / "out", ct=ct, pet=pet, clinical=record, case_id="ACRIN-042", device="cpu"
    )
    (info,) = result.cases
    assert {ANSWERS[task] for task in recipe.tasks} <= info.keys()
    if "hpv" in info:
        assert 0 < info["hpv"]["probability"] < 1
    if "lesions" in info:
        labels = read_volume(tmp_path / "out" / "ACRIN-042" / "ACRIN-042.nii.gz")
        assert labels.grid == read_grid(ct)
        assert set(labels.array.ravel().tolist()) <= {0, 1, 2}
