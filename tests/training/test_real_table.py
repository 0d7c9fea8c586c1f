"""HPV status and recurrence from a real clinical table alone, as docs/how-to do it."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import hyoid
from hyoid.cohort import Cohort
from hyoid.files import read_json

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
COLUMNS = EXAMPLES / "head-neck-pet-ct-hpv.yaml"
CENTERS = {"CHUM", "CHUS", "HGJ", "HMR"}

SPLITS = {"kfold": [], "leave_one_center_out": ["split={name: leave_one_center_out}"]}


@pytest.fixture(scope="module")
def table() -> Path:
    root = os.environ.get("HYOID_TEST_DATA")
    if not root:
        pytest.skip("HYOID_TEST_DATA is not set: the real clinical table is not there")
    return Path(root) / "head-neck-pet-ct-clinical" / "head_neck_pet_ct_canada.csv"


@pytest.fixture(scope="module")
def cohort(table: Path) -> Cohort:
    return hyoid.read_cohort(table, COLUMNS)


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = ROOT / "benchmarks" / "rfs_real_table.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_keeps_oropharynx_of_known_status(cohort: Cohort) -> None:
    assert len(cohort.cases) == 95
    assert sum(case.hpv is True for case in cohort.cases) == 76
    assert sum(case.hpv is False for case in cohort.cases) == 19
    assert {case.center for case in cohort.cases} == CENTERS
    names = {name for case in cohort.cases for name in case.clinical}
    assert names == {"age", "gender", "treatment", "t_stage", "n_stage", "m_stage"}  # neither site nor an outcome
    assert all(case.relapse is None and case.rfs_days is None for case in cohort.cases)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize(
    "recipe", ["hpv-logistic:clinical", pytest.param("glasgow-hpv:clinical", marks=pytest.mark.slow)]
)
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


@pytest.mark.parametrize(("endpoint", "events", "raised"), [("recurrence", 74, 3), ("recurrence-or-death", 89, 7)])
def test_both_endpoints_hold_every_event_that_has_a_time(table: Path, endpoint: str, events: int, raised: int) -> None:
    cohort = hyoid.read_cohort(table, EXAMPLES / f"head-neck-pet-ct-{endpoint}.yaml")
    rows = pd.read_csv(table, sep=";").set_index("id")
    kinds = ["Locoregional", "Distant"] + ["Death"] * (endpoint == "recurrence-or-death")
    happened = rows[kinds].eq(1).any(axis=1)
    assert happened.sum() == events
    without_time = {"HN-HGJ-021", "HN-HGJ-086"}
    assert {case.id for case in cohort.cases if case.relapse is None} == without_time
    assert {case.id for case in cohort.cases if case.relapse} == set(rows.index[happened]) - without_time
    assert "2 patient(s) with a recurrence without its time" in " ".join(cohort.notes)
    assert f"{raised} patient(s) with an event after the last follow-up" in " ".join(cohort.notes)
    names = {name for case in cohort.cases for name in case.clinical}
    assert not {"death", "surgery", "time2"} & names  # neither an outcome nor what is known only afterwards
    assert {case.clinical.get("n_stage") for case in cohort.cases} == {"N0", "N1", "N2", "N3"}


def test_one_estimator_predicts_recurrence_in_both_splits_of_the_benchmark(table: Path, benchmark: ModuleType) -> None:
    cohort = benchmark.read(table, "recurrence")
    rows = []
    for split, folds in (("5 folds", 5), ("each hospital left out", 4)):
        found = benchmark.train(cohort, split, "coxph")
        assert (found["n"], found["events"], found["folds"]) == (296, 72, folds)
        assert set(found["measures"]) == set(benchmark.MEASURES)
        assert all(one["low"] < one["value"] < one["high"] for one in found["measures"].values())
        assert found["measures"]["c_index"]["low"] > 0.5  # stage and site do tell something
        assert set(found["c_index_of_hospitals"]) == CENTERS
        same = found["measures"]["c_index_within_hospitals"] == found["measures"]["c_index"]
        assert same is (split == "each hospital left out")  # a fold of k-fold mixes hospitals
        rows.append({"endpoint": "recurrence", "split": split, "recipe": "coxph", **found})
    rows += [row | {"endpoint": "recurrence-or-death"} for row in rows]
    notes = dict.fromkeys(benchmark.ENDPOINTS, cohort.notes)
    lines = benchmark.markdown({"rows": rows, "notes": notes, "seconds": 1}).splitlines()
    assert "recurrence: 296 patients, 72 events" in lines
    assert sum(line.startswith("| `coxph` |") and line.count(" to ") == len(benchmark.MEASURES) for line in lines) == 4
