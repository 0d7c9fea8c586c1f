"""Harmonised recipes: nothing leaks in a run as it is trained, and a harmonisation of other patients is found."""

from pathlib import Path

import pytest

from hyoid import api
from hyoid.benchmark.leakage import find_leaks
from hyoid.benchmark.leakage.refit_table import harmoniser_leaks
from hyoid.cohort import Cohort
from support.leaks import Planted

HARMONISE = "inputs.harmonise={name: combat, columns: [age]}"
SPLIT = "split={name: kfold, folds: 2, select_fraction: 0.3}"


@pytest.mark.parametrize(
    ("recipe", "cohort"), [("hpv-logistic:clinical", "hpv_cohort"), ("rfs-lesions:clinical", "rfs_cohort")]
)
def test_only_a_harmonisation_of_the_report_part_leaks(
    recipe: str, cohort: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    patients: Cohort = request.getfixturevalue(cohort)
    folder = tmp_path / "run"
    api.train(patients, recipe, folder, overrides=[HARMONISE, SPLIT], device="cpu")
    assert find_leaks(folder, patients) == []
    planted = Planted.copy(folder, patients, tmp_path / "planted")
    fold = planted.fold(1)
    seen = [*fold.parts["train"], *fold.parts["report"]]
    cases = planted.read.given(fold)
    other = planted.read.recipe.inputs.fit_harmoniser([cases[i] for i in seen])
    assert other is not None
    planted.edit("fold-1/fitted.json", lambda fitted: fitted.update(harmoniser=other.to_json()))
    (leak,) = harmoniser_leaks(planted.read)
    assert (leak.kind, leak.path) == ("fitted", "fold-1/fitted.json: harmoniser")
    assert leak.patients == tuple(sorted(fold.parts["report"]))
