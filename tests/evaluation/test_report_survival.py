from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hyoid.evaluation import SurvivalResult, compare_survival, evaluate_survival
from hyoid.evaluation.report import figures
from hyoid.evaluation.report.survival import (
    center_table,
    comparison_section,
    group_picture,
    horizon_table,
    metric_table,
    result_section,
)
from hyoid.metrics import Bootstrap
from hyoid.metrics.survival import HORIZON_MEASURES, SURVIVAL_MEASURES, CalibrationGroup, Observed, kaplan_meier
from support.pages import unbroken
from support.survival import draw, prediction_frame, tables

QUICK = Bootstrap(replicates=50)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> SurvivalResult:
    predictions, known = tables(draw(120), tmp_path_factory.mktemp("survival"))
    return replace(evaluate_survival(predictions, known, known, bootstrap=QUICK), unknown=("u",))


def test_tables_hold_the_numbers(result: SurvivalResult) -> None:
    overall, at_horizons = unbroken(metric_table(result)), unbroken(horizon_table(result))
    for name, interval in result.cohort.items():
        text = f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"
        assert text in (overall if name in SURVIVAL_MEASURES else at_horizons)
    assert SURVIVAL_MEASURES["uno_c"].replace("'", "&#x27;") in overall
    assert all(heading in at_horizons for heading in HORIZON_MEASURES.values())
    assert f'<td class="number">{result.known_at(1825)}</td>' in at_horizons
    centers = center_table(result)
    for row in result.center_outcomes:
        assert f'{row.center}</td><td class="number">{row.cases}<' in centers
        assert f"{row.events} ({row.events / row.cases:.0%})" in unbroken(centers)


def test_the_section_says_what_a_reader_must_know(result: SurvivalResult) -> None:
    assert result.risk_groups is not None
    assert result.risk_groups.test is not None
    text = result_section("RFS <title>", result)
    assert text.startswith("<section><h2>RFS &lt;title&gt;</h2>")
    assert text.count("<svg") == 2
    for piece in (
        f"120 patients of known outcome, {result.events} with the event",
        "1 predicted of unknown outcome",
        f"Only {result.events} patients had the event, where a validation should have 100",
        "patients of the same fold (of 3)",
        "estimated from the training parts",
        "from 365 to 1825 days",
        "5 events or more",
        f"Log-rank p = {result.risk_groups.test.p_value:.3f}",
        "cut points must be of training data",
    ):
        assert piece in text


def test_a_risk_alone_of_one_center_without_events(tmp_path: Path) -> None:
    truth = {f"p{k:02d}": (False, 1000.0 + k, "X<1>") for k in range(40)}
    frame = prediction_frame(draw(40), list(truth))[["PatientID", "rfs_risk"]]
    text = result_section("RFS", evaluate_survival(frame, truth, bootstrap=QUICK, horizons=[365, 5000]))
    for piece in (
        "No patient had the event",
        "No measure at 5000 days: 0 patients were followed",
        "No survival is predicted at these horizons",
        "All patients are of one centre",
        "as one fold",
        "from the evaluated patients themselves",
        "X&lt;1&gt;",
        "too few events",
        "undefined",
    ):
        assert piece in text
    assert "<svg" not in text


def test_a_turned_risk_is_told(result: SurvivalResult) -> None:
    drawn = draw(120, noise=0.1)
    ids = [f"p{k}" for k in range(120)]
    truth = {
        i: (bool(e), float(d), None) for i, e, d in zip(ids, drawn.observed.event, drawn.observed.days, strict=True)
    }
    frame = prediction_frame(drawn, ids)[["PatientID", "rfs_risk"]]
    turned = evaluate_survival(frame.assign(rfs_risk=-drawn.risk), truth, bootstrap=QUICK)
    assert "check the sign of the risk" in result_section("RFS", turned)
    assert "check the sign" not in result_section("RFS", result)
    assert "not reached" in result_section("RFS", replace(turned, median_follow_up_days=float("nan")))
    assert group_picture(turned) == ""


def test_two_systems_stand_side_by_side(tmp_path: Path) -> None:
    predictions, known = tables(draw(90), tmp_path)
    frame = prediction_frame(draw(90), [f"{'CHUM' if k % 3 else 'MDA'}-{k:03d}" for k in range(90)])
    other = frame.assign(rfs_risk=np.random.default_rng(0).permutation(frame["rfs_risk"]))
    comparison = compare_survival(predictions, other.iloc[1:], known, bootstrap=QUICK)
    text = unbroken(comparison_section("A against B", comparison, ("A<1>", "B")))
    found = comparison.differences["c_index"]
    assert f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})" in text
    assert f"{comparison.first['c_index']:.3f}</td>" in text
    assert "89 patients whom both predicted" in text
    assert "1 only A&lt;1&gt; predicted" in text


def test_pictures_of_any_number_of_horizons_and_groups() -> None:
    group = CalibrationGroup(10, 3, 0.2, 0.3, 0.1, 0.6)
    unknown = CalibrationGroup(10, 0, 0.9, float("nan"), float("nan"), float("nan"))
    for horizons in ({365.0: (group,)}, dict.fromkeys((1.0, 2.0, 3.0), (group, unknown))):
        assert figures.survival_calibration(horizons).startswith("<svg")
    drawn = draw(60).observed
    for count in (1, 2, 3, 5):
        curves = {str(k): kaplan_meier(drawn.part(np.arange(60) % count == k)) for k in range(count)}
        assert figures.kaplan_meier(curves, 0.95).startswith("<svg")
    short = kaplan_meier(Observed(np.array([0.0, 2.0, 5.0]), np.array([True, False, True])))
    assert figures.kaplan_meier({"x": short}, 0.95) == figures.kaplan_meier({"x": short}, 0.95)
