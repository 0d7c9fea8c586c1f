"""HPV status from a real clinical table alone, as docs/how-to/classify-hpv-status.md does it."""

import os
from pathlib import Path

import pytest

import hyoid
from hyoid.cohort import Cohort
from hyoid.files import read_json

COLUMNS = Path(__file__).parents[2] / "docs" / "examples" / "head-neck-pet-ct-hpv.yaml"

SPLITS = {"kfold": [], "leave_one_center_out": ["split={name: leave_one_center_out}"]}


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    root = os.environ.get("HYOID_TEST_DATA")
    if not root:
        pytest.skip("HYOID_TEST_DATA is not set: the real clinical table is not there")
    table = Path(root) / "head-neck-pet-ct-clinical" / "head_neck_pet_ct_canada.csv"
    return hyoid.read_cohort(table, COLUMNS)


def test_the_file_keeps_oropharynx_of_known_status(cohort: Cohort) -> None:
    assert len(cohort.cases) == 95
    assert sum(case.hpv is True for case in cohort.cases) == 76
    assert sum(case.hpv is False for case in cohort.cases) == 19
    assert {case.center for case in cohort.cases} == {"CHUM", "CHUS", "HGJ", "HMR"}
    names = {name for case in cohort.cases for name in case.clinical}
    assert names == {"age", "gender", "treatment", "t_stage", "n_stage", "m_stage"}  # neither site nor an outcome
    assert all(case.relapse is None and case.rfs_days is None for case in cohort.cases)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("recipe", ["hpv-logistic:clinical", "glasgow-hpv:clinical"])
def test_clinical_recipes_report_every_patient_once(cohort: Cohort, recipe: str, split: str, tmp_path: Path) -> None:
    trained = hyoid.train(cohort, recipe, tmp_path / "run", overrides=SPLITS[split], device="cpu")
    assert trained.run.excluded == {}
    folds = read_json(tmp_path / "run" / "splits.json")
    reported = [identifier for fold in folds for identifier in fold["report"]]
    assert sorted(reported) == sorted(case.id for case in cohort.cases)
    assert all(not set(fold["report"]) & {*fold["train"], *fold["select"]} for fold in folds)
    result = trained.classification
    assert [case.id for case in result.cases] == sorted(reported)
    assert result.folds == len(folds)
    counts = {counts.center: (counts.cases, counts.negatives) for counts in result.center_counts}
    assert counts == {"CHUM": (22, 1), "CHUS": (33, 8), "HGJ": (38, 10), "HMR": (2, 0)}
    assert set(result.centers["HMR"]) == {"sensitivity"}  # no negative there: no balanced accuracy
    if split == "leave_one_center_out":
        assert [fold["name"] for fold in folds] == ["center-CHUM", "center-CHUS", "center-HGJ", "center-HMR"]
