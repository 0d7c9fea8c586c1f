"""Calibrators and thresholds from tables of logits that are small enough to work out by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from hyoid.cohort import Case, Fold
from hyoid.files import read_json, write_json
from hyoid.recipe import load_recipe
from hyoid.training.decide import decide, fit_decision
from hyoid.training.folds import Work

PLAIN = ["inference.decision.calibration={name: none}", "inference.decision.centered=false"]
"""Without a calibration, and counted from zero, the threshold stands on the logits themselves."""

REPORT = [{"a+": 4.0, "b-": 0.0}, {"c+": 3.0, "d-": 1.0}, {"e+": 2.0, "f-": -6.0}]
SELECT = [{"c+": 5.0, "f-": -5.0}, {"a+": 8.0, "b-": 6.0}, {"a+": 1.0, "d-": 2.0}]
"""Of three folds: logit by id; the sign in the id is the truth."""


def worked(folder: Path, *overrides: str, select: list[dict[str, float]] = SELECT, finished: int = 3) -> Work:
    """Write the folders of fitted folds and decide."""
    recipe = load_recipe("hpv-logistic:clinical", overrides=[*PLAIN, *overrides])
    cases = {i: Case(i, hpv=i.endswith("+")) for part in (*REPORT, *select) for i in part}
    folds = []
    for k, report in enumerate(REPORT):
        write_json(folder / f"fold-{k}" / "fitted.json", {"fold": f"fold-{k}", "effective_prior": [0.2, 0.5, 0.8][k]})
        held_out = {"g+": [1.0, 2.0, 6.0][k], "h-": [-1.0, -2.0, -9.0][k]}
        parts = {"report": report, "select": select[k], "held_out": held_out}
        write_json(folder / f"fold-{k}" / "logits.json", parts)
        folds.append(Fold(f"fold-{k}", ("x",), (), tuple(report), (), tuple(held_out)))
        cases |= {i: Case(i, hpv=i.endswith("+")) for i in held_out}
    work = Work(recipe, cases, None, folder, "cpu")
    decide(work, folds, range(finished), held_out=finished == 3)
    return work


def thresholds(folder: Path, folds: int = 3) -> list[float]:
    return [read_json(folder / f"fold-{k}" / "fitted.json")["decision"]["threshold"]["logit"] for k in range(folds)]


def test_threshold_of_a_fold_lies_in_the_widest_gap_of_the_other_folds(tmp_path: Path) -> None:
    """Fold 0: positives 3, 2 and negatives 1, -6; fold 1: 4, 2 and 0, -6; fold 2: 4, 3 and 0, 1. All: 2 against 1."""
    worked(tmp_path)
    assert thresholds(tmp_path) == [1.5, 1.0, 2.0]
    table = pd.read_csv(tmp_path / "out-of-fold" / "predictions.csv")
    assert table["PatientID"].tolist() == ["a+", "b-", "c+", "d-", "e+", "f-"]
    assert table["fold"].tolist() == ["fold-0"] * 2 + ["fold-1"] * 2 + ["fold-2"] * 2
    assert table["hpv_decision"].tolist() == [1, 0, 1, 1, 1, 0]  # 1 reaches fold 1's threshold, 2 that of fold 2
    deployed = read_json(tmp_path / "decision.json")
    assert deployed["threshold"]["logit"] == 1.5
    assert deployed["out_of_fold"] == {"cases": 6, "positives": 3, "sensitivity": 1.0, "specificity": 2 / 3}
    assert deployed["effective_prior"] == pytest.approx(0.5)  # the mean of the folds' log-odds: logits of 0.2, 0.5, 0.8
    assert deployed["prior"] == deployed["effective_prior"]
    assert deployed["best_fold"] is None


def test_centred_each_fold_counts_from_the_middle_of_its_own_select_part(tmp_path: Path) -> None:
    """Middles 0, 7 and 1.5: the reported are then 4+ 0-, -4+ -6-, 0.5+ -7.5-."""
    worked(tmp_path, "inference.decision.centered=true")
    decisions = [read_json(tmp_path / f"fold-{k}" / "fitted.json")["decision"] for k in range(3)]
    assert [one["middle"] for one in decisions] == [0.0, 7.0, 1.5]
    assert thresholds(tmp_path) == [-5.0, 0.25, 2.0]  # of equal balanced accuracies the one in the widest gap
    table = pd.read_csv(tmp_path / "out-of-fold" / "predictions.csv")
    assert table["hpv_logit"].tolist() == [4.0, 0.0, 3.0, 1.0, 2.0, -6.0]  # as the models gave them
    assert table["hpv_decision"].tolist() == [1, 1, 0, 0, 0, 0]
    deployed = read_json(tmp_path / "decision.json")
    assert deployed["effective_prior"] == deployed["prior"] == 0.5
    held_out = pd.read_csv(tmp_path / "held-out" / "predictions.csv")
    assert held_out["hpv_logit"].tolist() == [3.0, -4.0]
    centered = np.array([(1 - 0 + 2 - 7 + 6 - 1.5) / 3, (-1 - 0 - 2 - 7 - 9 - 1.5) / 3])
    np.testing.assert_allclose(logit(held_out["hpv_probability"]), centered, rtol=1e-9)


def test_with_the_source_select_each_fold_has_its_own_and_new_patients_all_of_them(tmp_path: Path) -> None:
    """Fold 2 ranks its select part wrongly: the one gap between 1 and 2 is no better than chance, and noted."""
    worked(tmp_path, "inference.decision.source=select")
    assert thresholds(tmp_path) == [0.0, 7.0, 1.5]
    decisions = [read_json(tmp_path / f"fold-{k}" / "fitted.json")["decision"] for k in range(3)]
    assert decisions[2]["threshold"]["notes"] == ["No threshold is better than chance on the cases it was chosen on."]
    assert {one["fitted_on"] for one in decisions} == {"the fold's own select part"}
    assert all("note" not in one for one in decisions)
    deployed = read_json(tmp_path / "decision.json")
    assert deployed["threshold"]["cases"] == 6
    assert deployed["threshold"]["logit"] == -2.0  # positives 5, 8, 1 and negatives -5, 6, 2: best between -5 and 1


def test_a_lonely_fold_takes_its_select_part_and_the_next_one_takes_that_back(tmp_path: Path) -> None:
    worked(tmp_path, finished=1)
    decision = read_json(tmp_path / "fold-0" / "fitted.json")["decision"]
    assert decision["threshold"]["logit"] == 0.0
    assert "No other fold is finished" in decision["note"]
    assert not (tmp_path / "held-out").exists()
    worked(tmp_path)
    assert "note" not in read_json(tmp_path / "fold-0" / "fitted.json")["decision"]


@pytest.mark.parametrize("few", [{}, {"c+": 1.0}, {"c+": 1.0, "a+": 2.0}], ids=["none", "one", "one class"])
@pytest.mark.parametrize("centered", ["true", "false"])
def test_a_select_part_without_both_classes_keeps_probability_one_half_and_says_so(
    tmp_path: Path, few: dict[str, float], centered: str
) -> None:
    overrides = ("inference.decision.source=select", f"inference.decision.centered={centered}")
    worked(tmp_path, *overrides, select=[few, *SELECT[1:]])
    decision = read_json(tmp_path / "fold-0" / "fitted.json")["decision"]
    assert decision["middle"] == 0.0
    threshold = decision["threshold"]
    assert threshold["logit"] == 0.0
    assert threshold["notes"][0].startswith("Threshold not chosen: no ")


@pytest.mark.parametrize(
    ("ensemble", "expected", "best"),
    [
        ({"name": "mean_logits"}, [3.0, -4.0], None),
        ({"name": "median"}, [2.0, -2.0], None),
        ({"name": "single_fold", "fold": 2}, [6.0, -9.0], None),
        ({"name": "best_fold"}, [1.0, -1.0], "fold-0"),  # its select part is the only one ranked and centred
        ({"name": "best_fold", "chosen_by": "held_out"}, [2.0, -2.0], "fold-1"),
    ],
    ids=str,
)
def test_the_held_out_part_by_hand(
    tmp_path: Path, ensemble: Mapping[str, Any], expected: list[float], best: str | None
) -> None:
    """By held-out: fold 0 misses g+ (1 < 1.5), folds 1 and 2 are right in both, and the first of them is taken."""
    import yaml

    hold_out = "split={name: holdout_kfold, folds: 3}"
    worked(tmp_path, hold_out, f"inference.ensemble={yaml.safe_dump(dict(ensemble), default_flow_style=True)}")
    table = pd.read_csv(tmp_path / "held-out" / "predictions.csv")
    assert table["PatientID"].tolist() == ["g+", "h-"]
    assert table["hpv_logit"].tolist() == expected
    assert table["hpv_decision"].tolist() == [int(value >= 1.5) for value in expected]
    assert read_json(tmp_path / "decision.json")["best_fold"] == best


def test_fit_decision_places_the_threshold_on_calibrated_logits() -> None:
    recipe = load_recipe("hpv-logistic:clinical")
    logits, positive = np.array([-2.0, -1.0, 0.5, 1.0, 3.0]), np.array([False, False, True, False, True])
    found = fit_decision(recipe, logits, positive, "here")
    line = found["calibrator"]
    assert found["threshold"]["logit"] == pytest.approx(line["scale"] * -0.25 + line["offset"])  # the gap -1 to 0.5
    assert (line["cases"], line["positives"], found["fitted_on"]) == (5, 2, "here")


def test_folds_beyond_the_log_odds_of_the_others_are_held_at_their_bounds_and_named(tmp_path: Path) -> None:
    """The others' log-odds lie in -6..3 for fold 0, which says 4, and in 0..4 for fold 2, which says -6."""
    work = worked(tmp_path, "inference.decision.calibration={name: platt}")
    table = pd.read_csv(tmp_path / "out-of-fold" / "predictions.csv").set_index("PatientID")
    for fold, beyond, bound in ((0, "a+", 3.0), (2, "f-", 0.0)):
        line = read_json(tmp_path / f"fold-{fold}" / "fitted.json")["decision"]["calibrator"]
        held = line["scale"] * bound + line["offset"]
        assert logit(table["hpv_probability"][beyond]) == pytest.approx(held, abs=0.011)
        assert abs(logit(table["hpv_probability"][beyond]) - held) > 1e-4
    folds = [Fold(f"center-{k}", ("x",), (), tuple(report)) for k, report in enumerate(REPORT)]
    (note,) = decide(work, folds, range(3), held_out=False)
    assert note.startswith("center-0 1 of 2, center-2 1 of 2 patients: the log-odds lie beyond")
    again = worked(tmp_path / "none")
    assert decide(again, folds, range(3), held_out=False) == ()  # without a calibration nothing is held
