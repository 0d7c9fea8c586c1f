import numpy as np
import pytest

from hyoid.evaluation.classification_result import ClassificationResult, ClassifiedCase, summarise_classification
from hyoid.evaluation.report.classification import (
    center_counts_table,
    center_table,
    confusion_table,
    metric_table,
    result_section,
)
from hyoid.metrics import CLASSIFICATION_MEASURES, Bootstrap
from support.pages import unbroken


def _result(positives: int, negatives: int, centers: int = 2, folds: int = 2) -> ClassificationResult:
    rng = np.random.default_rng(0)
    cases = []
    for k in range(positives + negatives):
        hpv = k < positives
        probability = float(1 / (1 + np.exp(-rng.normal(1.5 if hpv else 0))))
        center = "X<1>" if k % centers == 0 else "Y"
        cases.append(ClassifiedCase(f"P-{k}", center, hpv, probability, probability > 0.5, str(k % folds)))
    return summarise_classification(cases, Bootstrap(replicates=50), unknown=("u",))


@pytest.fixture(scope="module")
def result() -> ClassificationResult:
    return _result(40, 8)


def test_tables_hold_the_numbers(result: ClassificationResult) -> None:
    table = unbroken(metric_table(result))
    for name, interval in result.cohort.items():
        assert CLASSIFICATION_MEASURES[name].description.replace("'", "&#x27;") in table
        assert f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})" in table
    counts = result.confusion
    assert f'>{counts.true_positives}</td><td class="number">{counts.false_negatives}<' in confusion_table(result)
    assert "X&lt;1&gt;" in center_counts_table(result)
    assert "4 (17%)" in unbroken(center_counts_table(result))
    assert "–" in center_table(result)  # 4 negatives in each center: no balanced accuracy


def test_the_section_says_what_a_reader_must_know(result: ClassificationResult) -> None:
    text = result_section("HPV <status>", result)
    assert text.startswith("<section><h2>HPV &lt;status&gt;</h2>")
    assert text.count("<svg") == 1
    for piece in (
        "48 patients of known HPV status: 40 positive (83%) and 8 negative",
        "1 predicted of unknown status",
        "Only 8 patients are HPV-negative: one decision more or less moves balanced accuracy by 0.062",
        "patients of the same fold (of 2)",
        "5 or more patients of each class",
        "Calibration slope",
    ):
        assert piece in text


def test_one_class_one_center_one_fold() -> None:
    text = result_section("HPV", _result(12, 0, centers=1, folds=1))
    for piece in ("No patient is HPV-negative", "of one centre", "both AUCs are the same", "line does not exist"):
        assert piece in text
    assert "undefined" in text


def test_accuracy_below_the_frequent_class_is_said() -> None:
    cases = [ClassifiedCase(f"P-{k}", "X", k > 0, 0.8, k > 2) for k in range(10)]
    text = result_section("HPV", summarise_classification(cases, Bootstrap(replicates=50)))
    assert "Accuracy is 0.800" in text
    assert "would give 0.900: read balanced accuracy, not accuracy" in text
