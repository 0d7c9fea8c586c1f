import math

import numpy as np
import pytest
from pydantic import ValidationError

from hyoid.errors import ImageError
from hyoid.metrics import MEASURES, EmptyTruth, Lesion, SegmentationOptions, dice_name, ratio, score_case


def _maps() -> tuple[np.ndarray, np.ndarray]:
    truth, prediction = np.zeros((6, 6, 20), np.uint8), np.zeros((6, 6, 20), np.uint8)
    truth[1:3, 1:3, 2:6] = 1  # 16 voxels
    prediction[1:3, 1:3, 4:8] = 1  # 16, 8 shared
    truth[1:3, 1:3, 12:16] = 2  # 16
    prediction[1:3, 1:3, 12:15] = 2  # 12, all shared
    truth[5, 5, 19] = 2  # missed
    return truth, prediction


def test_worked_case() -> None:
    found = score_case(*_maps(), (1.0, 1.0, 2.0))
    assert found.overlaps[Lesion.GTVP].dice() == 0.5
    assert found.overlaps[Lesion.GTVN].dice() == pytest.approx(24 / 29)
    assert found.overlaps[Lesion.MERGED].dice() == pytest.approx(2 * 20 / (33 + 28))
    assert found.overlaps[Lesion.GTVN].truth_mm3 == 34
    nodes = found.detections[Lesion.GTVN]
    assert (nodes.true_positives, nodes.false_positives, nodes.false_negatives) == (1, 0, 1)
    assert set(found.surfaces) == set(Lesion)
    assert found.surfaces[Lesion.GTVP].hd95_mm == 2.0
    assert not score_case(*_maps(), (1.0, 1.0, 2.0), surfaces=False).surfaces


def test_cohort_measures_are_ratios_of_sums() -> None:
    truth, prediction = _maps()
    nothing = np.zeros_like(truth)
    cases = [
        score_case(t, p, (1.0, 1.0, 2.0)) for t, p in [(truth, prediction), (nothing, nothing), (nothing, prediction)]
    ]
    values = {name: float(ratio(measure.sums(cases).sum(axis=0))) for name, measure in MEASURES.items()}
    assert values[dice_name(Lesion.GTVP, EmptyTruth.EXCLUDE)] == 0.5
    assert values[dice_name(Lesion.GTVP, EmptyTruth.ONE_IF_BOTH_EMPTY)] == 0.5  # (0.5 + 1 + 0) / 3
    assert values[dice_name(Lesion.GTVP, EmptyTruth.ZERO)] == pytest.approx(0.5 / 3)
    assert values["gtvn_dsc_agg"] == pytest.approx(24 / (29 + 12))
    assert values["gtvn_f1_agg"] == pytest.approx(2 / (2 + 1 + 1))
    assert values["gtvp_hd95_mm"] == 2.0
    empty_cohort = [score_case(nothing, nothing, (1.0, 1.0, 1.0))] * 3
    for name, measure in MEASURES.items():
        value = float(ratio(measure.sums(empty_cohort).sum(axis=0)))
        expected = {"one_if_both_empty": 1.0, "zero": 0.0}.get(name.split("_dsc_")[-1], math.nan)
        np.testing.assert_equal(value, expected, err_msg=name)


def test_all_choices_matter() -> None:
    truth, prediction = _maps()
    corner = np.zeros_like(truth)
    corner[0, 0, 0] = corner[1, 1, 1] = 2
    joined = score_case(corner, corner, (1, 1, 1)).detections[Lesion.GTVN].truth_lesions
    apart = score_case(corner, corner, (1, 1, 1), SegmentationOptions(connectivity=6)).detections[Lesion.GTVN]
    assert (joined, apart.truth_lesions) == (1, 2)
    strict = score_case(truth, prediction, (1, 1, 1), SegmentationOptions(minimum_iou=0.9))
    assert strict.detections[Lesion.GTVN].true_positives == 0
    near, far = (
        score_case(truth, prediction, (1, 1, 1), SegmentationOptions(surface_tolerance_mm=t)).surfaces[Lesion.GTVP]
        for t in (0.5, 5.0)
    )
    assert near.surface_dice < far.surface_dice == 1.0


def test_wrong_input() -> None:
    truth, prediction = _maps()
    with pytest.raises(ImageError, match=r"label values 7 in the prediction"):
        score_case(truth, np.where(prediction == 2, 7, prediction), (1, 1, 1))
    with pytest.raises(ImageError, match="shape"):
        score_case(truth, prediction[1:], (1, 1, 1))
    with pytest.raises(ValidationError):
        SegmentationOptions(connectivity=8)
