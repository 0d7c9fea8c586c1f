import json

import numpy as np
import pandas as pd
import pytest

from hyoid.errors import CohortError
from hyoid.evaluation import evaluate_hpv
from hyoid.evaluation.classification_sets import AnsweredCase, summarise_sets
from hyoid.evaluation.report.classification import result_section
from hyoid.metrics import Bootstrap, wilson_interval

# center A: three positives (right alone, both, wrong), one negative (neither); B: two negatives (right alone, both)
CASES = [
    AnsweredCase(True, "A", "positive"),
    AnsweredCase(True, "A", "either"),
    AnsweredCase(True, "A", "negative"),
    AnsweredCase(False, "A", "neither"),
    AnsweredCase(False, "B", "negative"),
    AnsweredCase(False, "B", "either"),
    AnsweredCase(True, None, "positive"),
]


def test_seven_sets_by_hand() -> None:
    found = summarise_sets(CASES, [0.2] * 7, 3)
    assert (found.alpha, found.n, found.without_set) == (0.2, 7, 3)
    assert {name: (s.count, s.n) for name, s in found.coverage.items()} == {"positive": (3, 4), "negative": (2, 3)}
    assert {c: {name: (s.count, s.n) for name, s in shares.items()} for c, shares in found.centers.items()} == {
        "A": {"positive": (2, 3), "negative": (0, 1)},
        "B": {"negative": (2, 2)},
    }
    assert found.answers == {"positive": 2, "negative": 2, "either": 2, "neither": 1}
    assert found.mean_size == pytest.approx((1 + 2 + 1 + 0 + 1 + 2 + 1) / 7)
    assert (found.singletons.count, found.singletons.n) == (4, 7)
    assert (found.wrong_singletons.count, found.wrong_singletons.n) == (1, 4)
    told = json.loads(json.dumps(found.to_dict()))
    assert np.isnan(told["coverage"]["positive"]["interval"]).all()  # of four patients there is no interval
    assert str(found.coverage["positive"]) == "3 of 4"
    assert told["singletons"]["interval"] == pytest.approx(wilson_interval(4, 7))
    assert "nothing is guaranteed in, or across, other hospitals" in told["guarantee"]
    assert summarise_sets(CASES, [0.2, 0.1] + [0.2] * 5, 0).alpha is None


def _table(**columns: list[object]) -> pd.DataFrame:
    rows = {"PatientID": [f"P{k}" for k in range(8)], "hpv_probability": [0.9, 0.8, 0.62, 0.3, 0.25, 0.4, 0.72, 0.1]}
    return pd.DataFrame(rows | {"hpv_decision": [1, 1, 1, 0, 0, 0, 1, 0]} | columns)


TRUTH = {f"P{k}": (k % 4 != 3, "AB"[k % 2]) for k in range(8)}


def test_sets_and_thresholds_are_read_from_the_table_of_predictions() -> None:
    sets = ["positive", "either", "negative", "negative", "neither", "Positive", None, "either"]
    found = evaluate_hpv(_table(hpv_set=sets, hpv_set_alpha=[0.1] * 8), TRUTH, Bootstrap(replicates=10))
    assert found.sets is not None
    assert (found.sets.n, found.sets.without_set, found.sets.alpha) == (7, 1, 0.1)
    assert found.to_dict()["sets"]["coverage"]["negative"]["count"] == 2
    section = result_section("HPV", found)
    assert "7 conformal sets: 2 positive, 2 negative, 2 either, 1 neither" in section
    assert "nothing is guaranteed in, or across, other hospitals" in section
    with pytest.raises(CohortError, match="P0: hpv_set 'maybe'; expected positive, negative, either, neither"):
        evaluate_hpv(_table(hpv_set=["maybe"] * 8), TRUTH)
    without = evaluate_hpv(_table(), TRUTH, Bootstrap(replicates=10))
    assert without.sets is None
    assert "conformal" not in result_section("HPV", without)


def test_the_surest_are_those_farthest_from_the_threshold_that_decided() -> None:
    """P4 and P5 are wrong (0.25 and 0.4, though positive)."""
    plain = evaluate_hpv(_table(), TRUTH, Bootstrap(replicates=10)).selective
    # log-odds from 0.5: 2.20, 1.39, 0.49, 0.85, 1.10, 0.41, 0.94, 2.20; P4 is the fourth surest, P5 the last
    assert plain.risk.tolist() == pytest.approx([0, 0, 0, 1 / 4, 1 / 5, 1 / 6, 1 / 7, 2 / 8])
    moved = evaluate_hpv(_table(hpv_threshold=[0.35] * 8), TRUTH, Bootstrap(replicates=10)).selective
    # from 0.35 (-0.62): 2.82, 2.01, 1.11, 0.23, 0.48, 0.21, 1.56, 1.58; P4 is the sixth
    assert moved.risk.tolist() == pytest.approx([0, 0, 0, 0, 0, 1 / 6, 1 / 7, 2 / 8])
