"""What a benchmark finds beyond its table, as JSON, tables and a page; table recipes on synthetic records."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hyoid.benchmark import EXTERNAL, BenchmarkResult, as_markdown, run_benchmark
from hyoid.benchmark.report.markdown import as_html
from hyoid.cohort import read_cohort
from hyoid.evaluation import evaluate_hpv
from hyoid.files import read_json
from support.hpv import write_table
from support.rfs import TABLE, outcome_records

RECIPES = ["hpv-logistic:clinical", "rfs-lesions:clinical", "rfs-lesions:icare_clinical"]
SPLITS = ["kfold", "size-matched", "leave-one-center-out"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[BenchmarkResult, Path]:
    root = tmp_path_factory.mktemp("benchmark")
    write_table(root / "inside" / TABLE, outcome_records(60))
    write_table(root / "outside" / TABLE, {f"X{i}": row for i, row in outcome_records(30, seed=1).items()})
    options = {"splits": SPLITS, "external": root / "outside", "replicates": 30, "cost_cases": 0, "device": "cpu"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hyoid.benchmark.findings.PERMUTATIONS", 9)
        return run_benchmark(root / "inside", RECIPES, root / "out", **options), root


def test_each_outside_is_held_against_its_own_inside(found: tuple[BenchmarkResult, Path]) -> None:
    figures = {(row.recipe, row.split): row.figures for row in found[0].rows}
    gaps = [one for one in found[0].findings.gaps if not one.found.within_centers]
    assert {(one.split, one.against) for one in gaps} == {("leave-one-center-out", "size-matched"), (EXTERNAL, "kfold")}
    assert {(one.recipe, one.found.measure) for one in gaps} == {
        (RECIPES[0], "auc"),
        (RECIPES[0], "balanced_accuracy"),
        (RECIPES[1], "c_index"),
        (RECIPES[2], "c_index"),
    }
    for one in gaps:
        inside, outside = (figures[one.recipe, split][one.found.measure].value for split in (one.against, one.split))
        assert one.found.difference.value == pytest.approx(inside - outside)
        assert one.found.pairing == ("unpaired" if one.split == EXTERNAL else "paired")
    within = [one for one in found[0].findings.gaps if one.found.within_centers]
    assert {one.found.measure for one in within} == {"auc", "c_index"}


def test_a_center_has_the_value_of_its_own_patients(found: tuple[BenchmarkResult, Path]) -> None:
    result, root = found
    run = root / "out" / "hpv-logistic-clinical--leave-one-center-out"
    table = pd.read_csv(run / "out-of-fold" / "predictions.csv")
    whole = read_cohort(root / "inside")
    (values,) = (
        one.found
        for one in result.findings.centers
        if (one.recipe, one.split, one.found.measure) == (RECIPES[0], "leave-one-center-out", "balanced_accuracy")
    )
    for center in values.centers:
        own = [case.id for case in whole.cases if case.center == center.center]
        expected = evaluate_hpv(table[table["PatientID"].isin(own)], whole).headline()["balanced_accuracy"]["value"]
        assert center.value is not None
        assert center.value.value == pytest.approx(expected)


def test_recipes_of_a_task_are_compared_under_every_split(found: tuple[BenchmarkResult, Path]) -> None:
    figures = {(row.recipe, row.split): row.figures for row in found[0].rows}
    assert {one.split for one in found[0].findings.comparisons} == {*SPLITS, EXTERNAL}
    for one in found[0].findings.comparisons:
        assert one.task == "rfs"
        (pair,) = one.found.differences
        first, second = (figures[name, one.split]["c_index"].value for name in (pair.first, pair.second))
        assert pair.difference.value == pytest.approx(first - second)


def test_tables_hold_what_the_json_holds(found: tuple[BenchmarkResult, Path]) -> None:
    out = found[1] / "out"
    known = read_json(out / "results.json")["findings"]
    gaps = pd.read_csv(out / "tables" / "gaps.csv")
    assert np.allclose(gaps["difference"], [gap["difference"]["value"] for gap in known["gaps"]])
    labels = pd.read_csv(out / "tables" / "labels.csv")
    assert set(labels["label"]) == {"hpv", "rfs"}
    assert labels.groupby("label")["patients"].sum().to_dict() == {"hpv": 90, "rfs": 90}
    inputs = pd.read_csv(out / "tables" / "inputs.csv")
    assert {"age", "tobacco"} <= set(inputs["feature"])
    assert len(set(inputs["center"])) == 6
    for name in ("centers", "comparisons", "calibration", "decision-curves", "centers-told-apart"):
        assert len(pd.read_csv(out / "tables" / f"{name}.csv")) > 0
    assert "## Inside and outside" in as_markdown(found[0])


class _Page(HTMLParser):
    """Collects what points outside, and figures without words."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.drawings = self.described = 0
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        own = dict(attributes)
        self.outside += [
            value for name in ("src", "href") if (value := own.get(name)) and re.match(r"\w+:|//|/", value)
        ]
        if tag in {"svg", "img"}:
            self.drawings += 1
            self.described += bool(own.get("aria-label") or own.get("alt"))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "h2":
            self.headings.append(data)
            self.lasttag = ""


def test_the_page_stands_alone_and_says_its_figures_in_words(found: tuple[BenchmarkResult, Path]) -> None:
    page = _Page()
    page.feed((found[1] / "out" / "report.html").read_text(encoding="utf-8"))
    assert page.outside == []
    assert page.drawings == page.described > 10
    for heading in (
        "HPV status",
        "Recurrence-free survival",
        "Inside and outside",
        "Centre by centre",
        "Recipes against each other",
        "Labels by centre",
        "Inputs by centre",
        "Calibration by centre",
        "Decision curves",
        "Leakage",
        "Model cards",
        "With what it was made",
    ):
        assert heading in page.headings, heading


def test_one_split_of_one_center_has_no_gap_and_still_a_page(tmp_path: Path) -> None:
    rows = {f"P{k}": row | {"CenterID": "1"} for k, row in enumerate(outcome_records(30).values())}
    write_table(tmp_path / "one" / TABLE, rows)
    options = {"overrides": ["split={name: kfold, folds: 2}"], "replicates": 20, "cost_cases": 0, "device": "cpu"}
    result = run_benchmark(tmp_path / "one", RECIPES[:1], tmp_path / "out", **options)
    assert not result.findings.gaps
    assert not result.findings.inputs
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Inside and outside" not in text
    assert "HPV status" in text


def test_intervals_of_the_table_are_drawn_within_centers(found: tuple[BenchmarkResult, Path]) -> None:
    """As gaps and centers are: by the same resamples of the same patients."""
    result, root = found
    for split, folder, cohort in (("kfold", "out-of-fold", "inside"), (EXTERNAL, EXTERNAL, "outside")):
        (row,) = (row for row in result.rows if (row.recipe, row.split) == (RECIPES[0], split))
        table = root / "out" / "hpv-logistic-clinical--kfold" / folder / "predictions.csv"
        expected, over_all = (
            evaluate_hpv(table, read_cohort(root / cohort), stratify=stratify).headline()["balanced_accuracy"]
            for stratify in (True, False)
        )
        assert row.figures["balanced_accuracy"].interval == pytest.approx(tuple(expected["interval"]))
        assert row.figures["balanced_accuracy"].interval != pytest.approx(tuple(over_all["interval"]))


def test_cards_are_set_as_text_and_nothing_breaks_after_a_heading_in_print(found: tuple[BenchmarkResult, Path]) -> None:
    text = (found[1] / "out" / "report.html").read_text(encoding="utf-8")
    cards = text[text.index("<h2>Model cards</h2>") : text.index("<h2>With what it was made</h2>")]
    assert "<h3>hpv-logistic:clinical</h3>" in cards
    assert "<h4>Out-of-fold results</h4>" in cards
    assert "<th>metric</th>" in cards
    assert "## " not in cards
    assert "<pre>" not in cards
    assert "h1, h2, h3, h4, summary, p.lead { break-after: avoid;" in text


def test_html_in_a_card_is_shown_and_not_obeyed() -> None:
    assert as_html("# a\n\n<script>x</script> *b*") == "<h3>a</h3>\n<p>&lt;script&gt;x&lt;/script&gt; <em>b</em></p>\n"
