import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import ImageError
from hyoid.metrics import EmptyTruth, Overlap, overlap
from oracles.segmentation import organisers_aggregated_dice, simpleitk_dice

TABLE = [  # truth mm3, prediction mm3, then excluded, one if both empty, zero
    (0, 0, math.nan, 1.0, 0.0),
    (0, 8, math.nan, 0.0, 0.0),
    (8, 0, 0.0, 0.0, 0.0),
]


@pytest.mark.parametrize(("truth", "prediction", "exclude", "one", "zero"), TABLE)
def test_policies_for_empties(truth: float, prediction: float, exclude: float, one: float, zero: float) -> None:
    case = Overlap(0.0, truth, prediction)
    found = [case.dice(policy) for policy in (EmptyTruth.EXCLUDE, EmptyTruth.ONE_IF_BOTH_EMPTY, EmptyTruth.ZERO)]
    np.testing.assert_equal(found, [exclude, one, zero])


def test_worked_example() -> None:
    truth, prediction = np.zeros((4, 4, 4), bool), np.zeros((4, 4, 4), bool)
    truth[:2, :2, :2] = True  # 8 voxels
    prediction[1:3, :2, :2] = True  # 8, of which 4 shared
    case = overlap(truth, prediction, 1.5)
    assert (case.intersection_mm3, case.truth_mm3, case.prediction_mm3) == (6, 12, 12)
    assert [case.dice(policy) for policy in EmptyTruth] == [0.5] * 3


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), density=st.floats(0.05, 0.9))
def test_dice_equals_simpleitk(seed: int, density: float) -> None:
    rng = np.random.default_rng(seed)
    truth, prediction = rng.random((2, 6, 7, 8)) < density
    truth[0, 0, 0] = prediction[1, 1, 1] = True
    assert overlap(truth, prediction, 2.0).dice() == pytest.approx(simpleitk_dice(truth, prediction), abs=1e-12)


def test_aggregated_dice_equals_the_organisers_arithmetic() -> None:
    rng = np.random.default_rng(3)
    cases = []
    for spacing in [(0.98, 0.98, 3.27), (1.0, 1.0, 1.0), (2.0, 2.0, 5.0), (1.5, 1.2, 3.0)]:
        truth, prediction = rng.random((2, 9, 8, 7)) < rng.random() * 0.5
        cases.append((truth, prediction, spacing))
    nothing = np.zeros((9, 8, 7), bool)
    cases += [(nothing, nothing, (1.0, 1.0, 1.0)), (cases[0][0], nothing, (1.0, 2.0, 3.0))]
    parts = [overlap(truth, prediction, float(np.prod(spacing))) for truth, prediction, spacing in cases]
    ours = 2 * sum(p.intersection_mm3 for p in parts) / sum(p.truth_mm3 + p.prediction_mm3 for p in parts)
    assert ours == pytest.approx(organisers_aggregated_dice(cases), rel=1e-9)


def test_shapes_must_agree() -> None:
    with pytest.raises(ImageError, match=r"\(2, 2, 3\)"):
        overlap(np.zeros((2, 2, 2), bool), np.zeros((2, 2, 3), bool), 1.0)
