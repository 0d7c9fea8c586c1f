import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sksurv.metrics import concordance_index_censored

from hyoid.cohort import read_cohort
from hyoid.errors import CohortError
from hyoid.evaluation import compare_survival, evaluate_survival
from hyoid.metrics import Bootstrap
from support.survival import draw, prediction_frame, tables

QUICK = Bootstrap(replicates=50)
TRUTH = {"a": (True, 100.0, "X"), "b": (True, 200.0, "X"), "c": (False, 300.0, "Y"), "d": (None, 10.0, "Y")}
FRAME = pd.DataFrame({"PatientID": ["a", "b", "c", "d"], "rfs_risk": [3.0, 1.0, 2.0, 0.0]})


def test_a_hand_worked_cohort() -> None:
    # a before b and c, b before c: ranked right, right, wrong
    found = evaluate_survival(FRAME, TRUTH, bootstrap=QUICK)
    assert found.cohort["c_index"].value == pytest.approx(2 / 3)
    assert (len(found.cases), found.events, found.unknown) == (3, 2, ("d",))
    assert found.median_follow_up_days == 300  # two events, so the only one who could be censored was
    assert [horizon.days for horizon in found.horizons] == [365, 730, 1095, 1825]
    assert found.horizons[0].reason == "0 patients were followed for 365 days, fewer than 10"
    assert (found.tau, found.calibration, found.risk_groups) == (None, {}, None)
    within = evaluate_survival(FRAME.assign(fold=[0, 1, 1, 0]), TRUTH, bootstrap=QUICK)
    assert (within.cohort["c_index"].value, within.cohort["c_index_pooled"].value, within.folds) == (0, 2 / 3, 2)


def test_fewer_than_five_events_have_no_interval_alone_or_compared() -> None:
    truth = {f"p{k}": (k < 4, 100.0 + k, "X") for k in range(12)}
    frame = pd.DataFrame({"PatientID": list(truth), "rfs_risk": np.arange(12.0)})
    found = evaluate_survival(frame, truth, bootstrap=QUICK)
    assert all(np.isnan([one.low, one.high]).all() for one in found.cohort.values())
    assert found.notes[0].startswith("Only 4 of 12 patients had the event: no interval")
    against = compare_survival(frame, frame.assign(rfs_risk=-frame["rfs_risk"]), truth, bootstrap=QUICK)
    assert np.isnan(against.differences["c_index"].low)
    five = truth | {"p4": (True, 104.0, "X")}
    found = evaluate_survival(frame, five, bootstrap=QUICK)
    assert found.cohort["c_index"].high < 0.5
    assert [note for note in found.notes if "Are these times?" in note] == list(found.notes)


def test_a_risk_against_its_own_survival_is_noted() -> None:
    truth = {f"p{k}": (True, 100.0 + k, "X") for k in range(12)}
    frame = pd.DataFrame({"PatientID": list(truth), "rfs_risk": -np.arange(12.0)})
    said = [
        evaluate_survival(frame.assign(rfs_survival_365=survival), truth, bootstrap=QUICK).notes
        for survival in (np.arange(12) / 12, 1 - np.arange(12) / 12)
    ]
    assert [len(notes) for notes in said] == [0, 1]
    assert "against their predicted survival" in said[1][0]


def test_a_table_a_frame_and_a_cohort_give_the_same(tmp_path: Path) -> None:
    drawn = draw(90)
    predictions, known = tables(drawn, tmp_path)
    found = evaluate_survival(predictions, known, bootstrap=QUICK)
    again = evaluate_survival(
        pd.read_csv(predictions, float_precision="round_trip").iloc[::-1], read_cohort(known), bootstrap=QUICK
    )
    assert again.to_dict() == found.to_dict()
    expected = [
        concordance_index_censored(drawn.observed.event[own], drawn.observed.days[own], drawn.risk[own])
        for own in (drawn.fold == label for label in "012")
    ]
    pairs = [sum(counts[1:4]) for counts in expected]
    pooled = sum(c[0] * p for c, p in zip(expected, pairs, strict=True)) / sum(pairs)
    assert found.cohort["c_index"].value == pytest.approx(pooled)
    assert set(found.centers) == {"CHUM", "MDA"}
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["n"] == 90


def test_training_outcomes_change_the_weights_and_not_the_ranking(tmp_path: Path) -> None:
    drawn = draw(90)
    predictions, known = tables(drawn, tmp_path)
    alone = evaluate_survival(predictions, known, bootstrap=QUICK)
    trained = evaluate_survival(predictions, known, known, bootstrap=QUICK)
    by_fold = {label: drawn.observed.part(drawn.fold != label) for label in "012"}
    assert evaluate_survival(predictions, known, by_fold, bootstrap=QUICK).to_dict() == trained.to_dict()
    assert (alone.censoring, trained.censoring) == ("evaluated", "training")
    assert trained.cohort["c_index"] == alone.cohort["c_index"]
    for name in ("uno_c", "auc_730", "brier_730", "brier_null_730"):
        assert trained.cohort[name].value != alone.cohort[name].value


def test_horizons_and_tau_are_chosen(tmp_path: Path) -> None:
    predictions, known = tables(draw(90), tmp_path)
    found = evaluate_survival(predictions, known, horizons=[900, 365, 5000], tau=1000, bootstrap=QUICK)
    assert [(horizon.days, horizon.answered) for horizon in found.horizons] == [(365, True), (900, True), (5000, False)]
    assert {"auc_365", "auc_900", "brier_365"} < set(found.cohort)
    assert not {"auc_5000", "brier_900"} & set(found.cohort)
    assert (list(found.calibration), found.tau) == ([365], 1000)
    for horizons in ([], [0.0], [365.0, 365.0], [float("nan")]):
        with pytest.raises(CohortError, match="different numbers of days above 0"):
            evaluate_survival(predictions, known, horizons=horizons)
    with pytest.raises(CohortError, match="a tau of 5000 days, though 0 patients were followed"):
        evaluate_survival(predictions, known, tau=5000)


def test_stratified_resamples_need_and_keep_centers() -> None:
    # only the six of X, who had the event, make pairs: a resample may miss them, one within centers cannot
    truth = {f"x{k}": (True, 100.0 + k, "X") for k in range(6)} | {f"y{k}": (False, 1.0, "Y") for k in range(20)}
    frame = pd.DataFrame({"PatientID": list(truth), "rfs_risk": np.arange(26.0)})
    free, kept = (evaluate_survival(frame, truth, stratify=stratify) for stratify in (False, True))
    assert free.cohort["c_index"].undefined > kept.cohort["c_index"].undefined
    with pytest.raises(CohortError, match="no center of any of 3 patients"):
        evaluate_survival(FRAME, TRUTH, stratify=True, centers={})


@pytest.mark.parametrize("outcomes", [[(True, 50.0)], [(False, 50.0), (False, 0.0)], [(True, 0.0), (True, 0.0)]])
def test_cohorts_without_a_pair_are_undefined_and_no_error(outcomes: list[tuple[bool, float]]) -> None:
    truth = {name: (*outcome, "X") for name, outcome in zip("ab", outcomes, strict=False)}
    found = evaluate_survival(FRAME, truth, bootstrap=QUICK)
    assert np.isnan(found.cohort["c_index"].value)
    written = found.to_dict()
    assert written["headline"]["c_index"] == {"value": None, "interval": [None, None], "n": 0}
    assert written["events"] == sum(event for event, _ in outcomes)


def test_a_comparison_is_paired_and_names_who_is_left_out(tmp_path: Path) -> None:
    drawn = draw(120, noise=0.3)
    ids = [f"p{k:03d}" for k in range(120)]
    truth = {
        name: (bool(e), float(d), "X")
        for name, e, d in zip(ids, drawn.observed.event, drawn.observed.days, strict=True)
    }
    first = prediction_frame(drawn, ids)
    chance = first.assign(rfs_risk=np.random.default_rng(9).normal(0, 1, 120))
    found = compare_survival(first.iloc[1:], chance.iloc[:-2], truth, truth, bootstrap=Bootstrap(replicates=300))
    assert (found.n, found.only_first, found.only_second) == (117, ("p118", "p119"), ("p000",))
    one, other = (evaluate_survival(frame.iloc[1:-2], truth, bootstrap=QUICK) for frame in (first, chance))
    for values, result in ((found.first, one), (found.second, other)):
        assert values["c_index"] == pytest.approx(result.cohort["c_index"].value)
    assert found.differences["c_index"].value == pytest.approx(found.first["c_index"] - found.second["c_index"])
    assert found.differences["c_index"].low > 0
    earlier = compare_survival(first, chance, truth, tau=500, bootstrap=QUICK)
    assert (earlier.tau, earlier.to_dict()["options"]["uno_tau_days"]) == (500, 500)
    assert earlier.first["uno_c"] != pytest.approx(
        compare_survival(first, chance, truth, bootstrap=QUICK).first["uno_c"]
    )
    assert found.differences["brier_365"].value == 0
    assert not [name for name in found.differences if name.startswith(("brier_null", "calibration", "observed"))]
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["events"] == found.events


def test_a_comparison_counts_pairs_of_one_fold_in_both() -> None:
    truth = {name: (True, 100.0 * (k + 1), "X") for k, name in enumerate("abcd")}
    first = pd.DataFrame({"PatientID": list("abcd"), "rfs_risk": [4.0, 3.0, 2.0, 1.0], "fold": [0, 0, 1, 1]})
    second = first.assign(rfs_risk=[1.0, 2.0, 3.0, 4.0], fold=[0, 0, 0, 1])
    found = compare_survival(first, second, truth, bootstrap=QUICK)
    assert (found.first["c_index"], found.second["c_index"]) == (1, 0)
    assert found.differences["c_index"].n == 2  # a and b; c and d are of one fold in the first alone
    with pytest.raises(CohortError, match="no patient that both systems predicted"):
        compare_survival(first.iloc[:1], second.iloc[1:], truth)
