import json
import math
from pathlib import Path

import numpy as np
import pytest

from hyoid.evaluation import evaluate_segmentation
from hyoid.evaluation.failures import FAILURE_WORDS, count_failures, describe_volumes, worst_failures
from hyoid.files import read_json, write_json
from hyoid.geometry import Grid, Volume
from hyoid.metrics import Bootstrap, CaseFailures, FailureType, SegmentationOptions, bootstrap_interval, find_failures

GRID = Grid((24, 20, 12), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
QUICK = Bootstrap(replicates=200)


def _map(primary: tuple[int, int] | None, *nodes: tuple[int, int]) -> Volume:
    """Blocks of 4x4 voxels in z, y that run from start to stop in x: the primary at y 2, nodes at y 10."""
    labels = np.zeros(GRID.shape, np.uint8)
    if primary is not None:
        labels[2:6, 2:6, slice(*primary)] = 1
    for start, stop in nodes:
        labels[2:6, 10:14, start:stop] = 2
    return Volume(labels, GRID)


TRUTH = {
    "CHUM-001": _map(None, (0, 10), (14, 18)),
    "CHUM-002": _map((0, 8), (0, 4), (6, 10)),
    "MDA-001": _map(None, (0, 20)),
    "MDA-002": _map((0, 8)),
}
PREDICTION = {
    "CHUM-001": _map((0, 2), (0, 4), (6, 10)),  # GTVp hallucinated; the first node split, the second missed
    "CHUM-002": _map((0, 8), (0, 10)),  # nodes merged
    "MDA-001": _map(None, (0, 8), (12, 20)),  # the larger node split
    "MDA-002": _map(None, (12, 14)),  # GTVp missed, node hallucinated
}
COUNTS = {  # patients, failures, eligible
    "hallucinated_primary": (1, 1, 2),
    "missed_primary": (1, 1, 2),
    "misplaced_primary": (0, 0, 1),
    "node_called_primary": (0, 0, 5),
    "primary_called_node": (0, 0, 2),
    "split_node": (2, 2, 5),
    "merged_nodes": (1, 1, 6),
    "missed_node": (1, 1, 5),
    "hallucinated_node": (1, 1, 6),
}


def test_a_worked_cohort(tmp_path: Path) -> None:
    result = evaluate_segmentation(PREDICTION, TRUTH, bootstrap=QUICK)
    assert {k.value: (c.patients, c.failures, c.eligible) for k, c in result.failures.items()} == COUNTS
    split = result.failures[FailureType.SPLIT_NODE].share
    sums = np.array([[1, 2], [0, 2], [1, 1], [0, 0]], float)
    assert split == bootstrap_interval(sums, settings=QUICK, n=3)
    assert (split.value, split.low < 0.4 < split.high) == (pytest.approx(0.4), True)
    write_json(tmp_path / "r.json", result.to_dict())
    found = read_json(tmp_path / "r.json")
    assert found["failures"]["options"] == {"connectivity": 26, "covered_share": 0.3, "piece_ml": 0.1}
    assert found["failures"]["counts"]["merged_nodes"]["share"]["value"] == pytest.approx(1 / 6)
    failure = found["cases"][1]["failures"][0]
    assert (failure["type"], failure["volume_ml"]) == ("merged_nodes", pytest.approx(160 * 8 / 1000))
    assert failure["truth"][1] == {
        "label": 2,
        "voxels": 64,
        "volume_ml": pytest.approx(0.512),
        "start": [2, 10, 6],
        "stop": [6, 14, 10],
    }
    json.dumps(found, allow_nan=False)


def test_none_or_all_have_no_interval() -> None:
    result = evaluate_segmentation(PREDICTION, TRUTH, bootstrap=QUICK)
    none = result.failures[FailureType.NODE_CALLED_PRIMARY].share
    assert (none.value, math.isnan(none.low), math.isnan(none.high)) == (0.0, True, True)
    truth = {identifier: _map(None) for identifier in TRUTH}
    all_of_them = evaluate_segmentation(dict.fromkeys(truth, _map((0, 8))), truth, bootstrap=QUICK).failures
    share = all_of_them[FailureType.HALLUCINATED_PRIMARY].share
    assert (share.value, share.n, math.isnan(share.low)) == (1.0, 4, True)
    assert math.isnan(all_of_them[FailureType.MISSED_NODE].share.value)


def test_strata_and_connectivity_are_those_of_the_measures() -> None:
    options = SegmentationOptions(connectivity=6)
    result = evaluate_segmentation(PREDICTION, TRUTH, options, QUICK, stratify=True)
    assert result.to_dict()["failures"]["options"]["connectivity"] == 6
    cases = [case.failures for case in result.cases if case.failures is not None]
    within = count_failures(cases, QUICK, ["CHUM", "CHUM", "MDA", "MDA"])
    assert result.failures == within
    assert within != count_failures(cases, QUICK)


def test_merged_labels_have_none() -> None:
    result = evaluate_segmentation(PREDICTION, TRUTH, SegmentationOptions(merged=True), QUICK)
    assert result.failures == {}
    assert "failures" not in result.to_dict()
    assert not any("failures" in case for case in result.to_dict()["cases"])


def test_a_missing_prediction_misses_everything() -> None:
    some = {"CHUM-002": PREDICTION["CHUM-002"]}
    result = evaluate_segmentation(some, TRUTH, bootstrap=QUICK, allow_missing=True)
    assert result.failures[FailureType.MISSED_NODE].failures == 3
    assert result.failures[FailureType.MISSED_PRIMARY].patients == 1


def _found() -> dict[str, CaseFailures]:
    return {i: find_failures(TRUTH[i].array, PREDICTION[i].array, GRID.spacing) for i in reversed(TRUTH)}


def test_the_worst_is_the_largest_and_of_equals_the_first() -> None:
    worst = worst_failures(_found())
    assert set(worst) == {FailureType(name) for name, (patients, _, _) in COUNTS.items() if patients}
    assert worst[FailureType.SPLIT_NODE][0] == "MDA-001"
    again = {"B": _found()["MDA-001"], "A": _found()["MDA-001"]}
    assert worst_failures(again)[FailureType.SPLIT_NODE][0] == "A"


def test_volumes_in_words() -> None:
    worst = worst_failures(_found())
    assert describe_volumes(worst[FailureType.SPLIT_NODE][1]) == "true GTVn 2.6 mL, predicted GTVn 1.0 and 1.0 mL"
    assert describe_volumes(worst[FailureType.HALLUCINATED_PRIMARY][1]) == "predicted GTVp 0.3 mL"
    assert describe_volumes(worst[FailureType.MERGED_NODES][1]) == "true GTVn 0.5 and 0.5 mL, predicted GTVn 1.3 mL"


def test_many_fragments_are_counted_and_not_listed() -> None:
    labels = np.zeros(GRID.shape, np.uint8)
    labels[2:6, 2:6, 0:3] = labels[::3, 10::3, ::3] = 1
    (failure,) = find_failures(np.zeros_like(labels), labels, GRID.spacing).failures
    total = int((labels == 1).sum()) * 8 / 1000
    said = describe_volumes(failure)
    assert said == f"predicted GTVp 0.4, 0.0, 0.0, 0.0 and {4 * 4 * 8 - 3} smaller, {total:.1f} mL in all"


def test_every_type_has_words() -> None:
    assert list(FAILURE_WORDS) == list(FailureType)
