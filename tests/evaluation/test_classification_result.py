import json
import math

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from hyoid.evaluation.classification_result import ClassifiedCase, summarise_classification
from hyoid.metrics import CLASSIFICATION_MEASURES, Bootstrap, Confusion

QUICK = Bootstrap(replicates=100)


def _cases() -> list[ClassifiedCase]:
    """Center A: 6 positive, 5 negative; B: 4 positive, 1 negative; none: 1 positive."""
    rng = np.random.default_rng(0)
    plan = [("A", True)] * 6 + [("A", False)] * 5 + [("B", True)] * 4 + [("B", False)] + [(None, True)]
    probabilities = np.round(rng.random(len(plan)), 2)
    return [
        ClassifiedCase(f"P-{k:02d}", center, hpv, float(p), bool(p > 0.5), str(k % 2))
        for k, ((center, hpv), p) in enumerate(zip(plan, probabilities, strict=True))
    ]


def test_the_cohort_pools_decisions() -> None:
    cases = _cases()
    found = summarise_classification(cases, QUICK)
    expected = balanced_accuracy_score([case.hpv for case in cases], [case.decision for case in cases])
    assert found.headline()["balanced_accuracy"]["value"] == pytest.approx(expected)
    assert list(found.headline()) == ["balanced_accuracy", "auc", "sensitivity", "specificity"]
    assert [found.headline()[name]["n"] for name in ("sensitivity", "specificity")] == [11, 6]
    assert (found.positives, found.prevalence, found.folds) == (11, 11 / 17, 2)
    wrong = sum(case.hpv != case.decision for case in cases)
    assert found.confusion.wrong == wrong
    assert isinstance(found.confusion, Confusion)


def test_centers_by_the_rule_of_five() -> None:
    found = summarise_classification(_cases(), QUICK)
    assert set(found.centers) == {"A", "B"}
    assert set(found.centers["A"]) == set(CLASSIFICATION_MEASURES)
    assert {name: i.n for name, i in found.centers["B"].items()} == {"sensitivity": 4, "specificity": 1}
    assert [(c.center, c.cases, c.negatives) for c in found.center_counts] == [
        ("A", 11, 5),
        ("B", 5, 1),
        ("unknown", 1, 0),
    ]
    assert sum(c.wrong for c in found.center_counts) == found.confusion.wrong
    assert found.center_counts[1].to_dict()["share_of_negatives"] == 0.2


def test_json_is_strict_and_complete_whatever_the_order() -> None:
    found = summarise_classification(_cases(), QUICK, stratified=True, unknown=("x",))
    written = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert written == summarise_classification(_cases()[::-1], QUICK, stratified=True, unknown=("x",)).to_dict()
    assert (written["n"], written["positives"], written["unknown_not_evaluated"]) == (17, 11, ["x"])
    assert sum(b["n"] for b in written["reliability"]) == 17
    assert written["options"]["stratified_by_center"] is True
    assert written["headline"]["auc"]["value"] == written["cohort"]["auc"]["value"]
    assert written["cases"][0]["id"] == "P-00"
    assert set(written["calibration"]) == {"slope", "intercept", "in_the_large"}


def test_one_class_alone_is_null_and_no_error() -> None:
    found = summarise_classification([case for case in _cases() if case.hpv], QUICK)
    assert math.isnan(found.cohort["auc"].value)
    written = found.to_dict()
    assert written["headline"]["balanced_accuracy"]["value"] is None
    assert written["calibration"]["slope"] is None
