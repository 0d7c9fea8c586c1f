"""Conformal sets and risk-coverage of a benchmark: in JSON, tables, text and page, against counts by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from hyoid.benchmark import EXTERNAL, BenchmarkResult, as_markdown, run_benchmark
from hyoid.benchmark.findings import Findings
from hyoid.benchmark.report.doubt import doubt
from hyoid.cohort import read_cohort
from hyoid.files import read_json
from hyoid.metrics import risk_coverage, wilson_interval
from hyoid.recipe import load_recipe
from support.hpv import write_table
from support.rfs import TABLE, outcome_records

PLAIN = "hpv-logistic:clinical"
SPLITS = ["kfold", "leave-one-center-out"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[BenchmarkResult, Path, str]:
    root = tmp_path_factory.mktemp("abstention")
    write_table(root / "inside" / TABLE, outcome_records(60))
    write_table(root / "outside" / TABLE, {f"X{i}": row for i, row in outcome_records(24, seed=1).items()})
    sets = load_recipe("hpv-logistic:clinical", overrides=["inference.decision.conformal={alpha: 0.2}"])
    sets = sets.model_copy(update={"name": "hpv-sets"})
    options = {"splits": SPLITS, "external": root / "outside", "replicates": 30, "cost_cases": 0, "device": "cpu"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hyoid.benchmark.findings.PERMUTATIONS", 0)
        result = run_benchmark(root / "inside", [PLAIN, sets], root / "out", **options)
    return result, root, sets.title


def _predicted(root: Path, split: str) -> pd.DataFrame:
    run, folder, cohort = ("kfold", EXTERNAL, "outside") if split == EXTERNAL else (split, "out-of-fold", "inside")
    (path,) = (root / "out").glob(f"hpv-sets*--{run}/{folder}/predictions.csv")
    table = pd.read_csv(path)
    known = {case.id: case.hpv for case in read_cohort(root / cohort).cases}
    return table.assign(truth=table["PatientID"].map(known))


@pytest.mark.parametrize("split", [*SPLITS, EXTERNAL])
def test_coverage_is_counted_by_status_against_what_was_asked_for(
    found: tuple[BenchmarkResult, Path, str], split: str
) -> None:
    _, root, title = found
    table = _predicted(root, split)
    lines = pd.read_csv(root / "out" / "tables" / "conformal-sets.csv")
    own = lines[(lines["recipe"] == title) & (lines["split"] == split) & (lines["center"] == "all")]
    for status in ("positive", "negative"):
        (line,) = own[own["status"] == status].to_dict("records")
        sets = table[table["truth"] == (status == "positive")]["hpv_set"]
        covered = int(sets.isin([status, "either"]).sum())
        assert (line["covered"], line["n"], line["asked_for"]) == (covered, len(sets), 0.8)
        assert (line["low"], line["high"]) == pytest.approx(wilson_interval(covered, len(sets)))
    (told,) = (
        one
        for one in read_json(root / "out" / "results.json")["findings"]["abstention"]
        if (one["recipe"], one["split"]) == (title, split)
    )
    sizes = table["hpv_set"].map({"positive": 1, "negative": 1, "either": 2, "neither": 0})
    assert told["sets"]["mean_size"] == pytest.approx(sizes.mean())
    assert told["undecided"]["count"] == int((sizes != 1).sum())
    assert told["nominal_coverage"] == pytest.approx(0.8)


def test_the_curve_is_that_of_the_decisions_and_every_recipe_has_one(
    found: tuple[BenchmarkResult, Path, str],
) -> None:
    result, root, title = found
    table = _predicted(root, "kfold")
    wrong = (table["hpv_decision"] == 1) != table["truth"]
    expected = risk_coverage(
        wrong.to_numpy(bool), np.abs(logit(table["hpv_probability"]) - logit(table["hpv_threshold"]))
    )
    areas = {(one.recipe, one.split): one.found.area for one in result.findings.abstention}
    assert set(areas) == {(recipe, split) for recipe in (PLAIN, title) for split in (*SPLITS, EXTERNAL)}
    assert areas[title, "kfold"].value == pytest.approx(expected.area)
    assert areas[title, "kfold"].low < expected.area < areas[title, "kfold"].high
    points = pd.read_csv(root / "out" / "tables" / "risk-coverage.csv")
    own = points[(points["recipe"] == title) & (points["split"] == "kfold")]
    np.testing.assert_allclose(own["wrong_of_these"], expected.risk)
    compared = [one.split for one in result.findings.comparisons if one.found.measure == "answered_right"]
    assert sorted(compared) == sorted([*SPLITS, EXTERNAL])


def test_text_and_page_say_how_to_read_it_and_what_is_not_promised(found: tuple[BenchmarkResult, Path, str]) -> None:
    result, root, _ = found
    for text in (as_markdown(result), (root / "out" / "report.html").read_text(encoding="utf-8")):
        for words in ("When the model does not know", "Read the curve from right to left", "80%", "no sets"):
            assert words in text or (words == "no sets" and "asks for them" in text), words
        assert "nothing is guaranteed in, or across, other hospitals" in text
    assert doubt(Findings()) == []
