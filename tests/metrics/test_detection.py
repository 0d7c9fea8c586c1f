import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.imaging import Connectivity, label_components
from hyoid.metrics import Detection, detect
from oracles.segmentation import detection_by_sets, flood_components


def line(*blocks: tuple[int, int]) -> np.ndarray:
    """A row of 40 voxels in which the blocks [start, stop) are set."""
    mask = np.zeros((1, 1, 40), bool)
    for start, stop in blocks:
        mask[..., start:stop] = True
    return mask


WORKED = {  # truth, prediction, then TP FP FN and components of truth and prediction
    "nothing anywhere": (line(), line(), (0, 0, 0, 0, 0)),
    "exact": (line((0, 10)), line((0, 10)), (1, 0, 0, 1, 1)),
    "miss": (line((0, 10)), line(), (0, 0, 1, 1, 0)),
    "false alarm": (line(), line((0, 10)), (0, 1, 0, 0, 1)),
    "side by side": (line((0, 10)), line((10, 20)), (0, 1, 1, 1, 1)),
    # IoU 3/10: exactly the threshold is found
    "at the threshold": (line((0, 10)), line((0, 3)), (1, 0, 0, 1, 1)),
    "below the threshold": (line((0, 10)), line((0, 2)), (0, 1, 1, 1, 1)),
    # one prediction over two nodes: fused truth 8, fused prediction 10, IoU 8/10: one TP, not two
    "merge": (line((0, 4), (6, 10)), line((0, 10)), (1, 0, 0, 2, 1)),
    # fused truth 2, prediction 20, IoU 2/20: all of the group is wrong
    "merge that fails": (line((0, 1), (19, 20)), line((0, 20)), (0, 1, 2, 2, 1)),
    # two predictions in one node: IoU 8/10
    "split": (line((0, 10)), line((0, 4), (6, 10)), (1, 0, 0, 1, 2)),
    "split that fails": (line((0, 20)), line((0, 1), (19, 20)), (0, 2, 1, 1, 2)),
    # T1-P1-T2-P2 hang together through overlaps: IoU 3/20
    "chain": (line((0, 6), (9, 15)), line((5, 10), (14, 20)), (0, 2, 2, 2, 2)),
    "one found, one missed, one invented": (line((0, 5), (20, 25)), line((0, 5), (30, 33)), (1, 1, 1, 2, 2)),
}


@pytest.mark.parametrize("name", WORKED)
def test_worked_tables(name: str) -> None:
    truth, prediction, expected = WORKED[name]
    assert detect(truth, prediction) == Detection(*expected)


def test_f1_of_a_case() -> None:
    assert Detection(1, 1, 1, 2, 2).f1 == pytest.approx(0.5)
    assert math.isnan(Detection(0, 0, 0, 0, 0).f1)


@pytest.mark.parametrize(("connectivity", "corner", "edge"), [(26, 1, 1), (18, 2, 1), (6, 2, 2)])
def test_touching_at_corners_and_edges(connectivity: Connectivity, corner: int, edge: int) -> None:
    at_corner, at_edge = np.zeros((2, 2, 2), bool), np.zeros((2, 2, 2), bool)
    at_corner[0, 0, 0] = at_corner[1, 1, 1] = True
    at_edge[0, 0, 0] = at_edge[0, 1, 1] = True
    assert label_components(at_corner, connectivity)[1] == corner
    assert label_components(at_edge, connectivity)[1] == edge
    half = at_corner & (np.arange(2) == 0)  # only the first of the two voxels was predicted: IoU 1/2 or 1/1
    expected = Detection(1, 0, 0, 1, 1) if corner == 1 else Detection(1, 0, 1, 2, 1)
    assert detect(at_corner, half, connectivity) == expected


def test_lower_threshold_turns_a_failed_group_into_a_match() -> None:
    truth, prediction, _ = WORKED["chain"]
    assert detect(truth, prediction, minimum_iou=0.15) == Detection(1, 0, 0, 2, 2)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    density=st.sampled_from([0.05, 0.15, 0.3]),
    connectivity=st.sampled_from([6, 18, 26]),
    iou=st.sampled_from([0.1, 0.3, 0.5]),
)
def test_random_maps_equal_set_arithmetic(seed: int, density: float, connectivity: Connectivity, iou: float) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.random((4, 5, 6)) < density
    prediction = (truth & (rng.random(truth.shape) < 0.7)) | (rng.random(truth.shape) < density / 3)
    shared = {6: 1, 18: 2, 26: 3}[connectivity]
    found = detect(truth, prediction, connectivity, iou)
    counts = (found.true_positives, found.false_positives, found.false_negatives)
    assert counts == detection_by_sets(truth, prediction, shared, iou)
    assert found.truth_lesions == len(flood_components(truth, shared))
    assert found.predicted_lesions == len(flood_components(prediction, shared))
