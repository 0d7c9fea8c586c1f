from pathlib import Path

import pandas as pd
import pytest

from hyoid.errors import CohortError
from hyoid.evaluation.classification import evaluate_hpv
from hyoid.metrics import Bootstrap, Confusion

TRUTH = {"a": (True, "X"), "b": (True, "Y"), "c": (False, "X"), "d": (False, "Y"), "e": (None, "X")}
FRAME = pd.DataFrame(
    {
        "PatientID": ["a", "b", "c", "d", "e"],
        "hpv_probability": [0.9, 0.4, 0.3, 0.6, 0.5],
        "hpv_decision": [True, False, False, True, True],
    }
)


def test_a_hand_worked_cohort(tmp_path: Path) -> None:
    found = evaluate_hpv(FRAME, TRUTH, Bootstrap(replicates=50))
    assert found.confusion == Confusion(1, 1, 1, 1)
    assert found.cohort["auc"].value == 0.75
    assert found.cohort["balanced_accuracy"].value == 0.5
    assert found.cohort["brier"].value == pytest.approx((0.01 + 0.36 + 0.09 + 0.36) / 4)
    assert found.unknown == ("e",)
    FRAME.to_csv(tmp_path / "p.csv", index=False)
    assert evaluate_hpv(tmp_path / "p.csv", TRUTH, Bootstrap(replicates=50)).to_dict() == found.to_dict()


def test_folds_are_ranked_apart() -> None:
    # a and c of fold 0: right; b and d of fold 1: wrong
    found = evaluate_hpv(FRAME.assign(fold=[0, 1, 0, 1, 1]), TRUTH, Bootstrap(replicates=0))
    assert (found.cohort["auc"].value, found.cohort["auc_pooled"].value, found.folds) == (0.5, 0.75, 2)


def test_stratified_resamples_keep_centers() -> None:
    truth = {"a": (True, "P"), "b": (True, "P"), "c": (False, "N"), "d": (False, "N")}
    free, kept = (evaluate_hpv(FRAME.iloc[:4], truth, stratify=stratify) for stratify in (False, True))
    assert free.cohort["auc"].undefined > 0
    assert kept.cohort["auc"].undefined == 0
    moved = evaluate_hpv(FRAME.iloc[:4], TRUTH, centers={i: center for i, (_, center) in truth.items()}, stratify=True)
    assert moved.to_dict() == kept.to_dict()


def test_strata_without_centers_are_refused() -> None:
    with pytest.raises(CohortError, match="no center of any of 4 patients"):
        evaluate_hpv(FRAME, {name: (hpv, None) for name, (hpv, _) in TRUTH.items()}, stratify=True)
