import numpy as np
import pytest

from hyoid.decision import BalancedAccuracyThreshold, FixedThreshold, PriorShift, correct_prior
from hyoid.errors import HyoidError


def test_it_says_what_was_done_and_what_it_cannot_mend() -> None:
    shift = PriorShift.of(0.9, 0.6, "em", 80)
    assert "90.0%" in shift.sentences[0]
    assert "60.0%" in shift.sentences[0]
    assert "80 cases by expectation maximisation" in shift.sentences[0]
    assert "p(x|y)" in shift.sentences[-1]
    assert "which was given" in PriorShift.of(0.9, 0.6).sentences[0]
    assert "bound" in PriorShift.of(0.9, 0.999, "black_box", 60).sentences[1]
    assert PriorShift.model_validate_json(shift.model_dump_json()) == shift
    with pytest.raises(HyoidError, match="strictly between"):
        PriorShift.of(0.9, 1.0)


def test_decisions_at_a_moved_threshold_stay_and_at_a_fixed_one_change() -> None:
    shift = PriorShift.of(0.9, 0.3)
    logits, positive = np.array([-1.0, 0.2, 1.0, 3.0]), np.array([False, False, True, True])
    np.testing.assert_array_equal(shift.apply(logits), correct_prior(logits, 0.9, 0.3))
    best = BalancedAccuracyThreshold().fit(logits, positive)
    assert best.after_offset(shift.offset).decide(shift.apply(logits)).tolist() == best.decide(logits).tolist()
    fixed = FixedThreshold().fit(logits, positive)
    assert fixed.after_offset(shift.offset).decide(shift.apply(logits)).tolist() == [False] * 4
