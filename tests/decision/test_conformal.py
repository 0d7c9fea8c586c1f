import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hyoid.decision import Conformal, FittedConformal
from hyoid.errors import HyoidError


def _by_p_values(alpha: float, logits: np.ndarray, classes: np.ndarray, new: float) -> str:
    """By the definition, one case compared with each: p = (1 + #(as unusual or more)) / (1 + n)."""
    held = []
    for status in (True, False):
        own = logits[classes] if status else -logits[~classes]
        value = new if status else -new
        p = (1 + sum(float(other) <= value for other in own)) / (1 + len(own))
        held.append(p > alpha + 1e-9)
    return {(True, True): "either", (True, False): "positive", (False, True): "negative", (False, False): "neither"}[
        (held[0], held[1])
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.05, 0.1, 0.2, 0.25, 0.5]), st.booleans())
def test_sets_are_those_of_the_p_values(seed: int, alpha: float, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    classes = np.arange(int(rng.integers(40, 80))) % 2 == 0
    logits = rng.normal(size=len(classes)) + 1.5 * classes
    if ties:
        logits = np.round(logits * 2) / 2
    new = np.concatenate([logits[:10], rng.normal(size=10) * 3])
    found = Conformal(alpha=alpha).fit(logits, classes).sets(new)
    assert list(found) == [_by_p_values(alpha, logits, classes, value) for value in new]


def test_nine_of_each_by_hand() -> None:
    """With alpha 0.1 and 9 of a class the most unusual of it is the bound: p = (1 + 1) / 10 there, 0.1 beyond."""
    logits = np.array([*range(1, 10), *range(-9, 0)], float)
    classes = np.arange(18) < 9
    fitted = Conformal(alpha=0.1).fit(logits, classes)
    assert (fitted.positive_from, fitted.negative_to) == (1.0, -1.0)
    assert fitted.sets([-1.0, -0.5, 1.0]) == ("negative", "neither", "positive")
    overlapping = Conformal(alpha=0.1).fit(np.where(classes, logits - 3, logits), classes)
    assert (overlapping.positive_from, overlapping.negative_to) == (-2.0, -1.0)
    assert overlapping.sets([-2.5, -2.0, -1.0, -0.9]) == ("negative", "either", "either", "positive")


def test_eight_of_a_class_are_refused() -> None:
    classes = np.arange(17) < 9
    with pytest.raises(HyoidError, match=r"8 HPV-negative and 9 HPV-positive .* expected 9 or more of each"):
        Conformal(alpha=0.1).fit(np.zeros(17), classes)
    assert [Conformal(alpha=a).least_of_each_class for a in (0.01, 0.05, 0.1, 0.2, 0.5)] == [99, 19, 9, 4, 1]
    with pytest.raises(ValidationError):
        Conformal(alpha=0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 5), st.floats(-3, 3))
def test_an_increasing_calibration_changes_no_set_and_order_neither(seed: int, scale: float, offset: float) -> None:
    rng = np.random.default_rng(seed)
    classes = rng.permutation(np.arange(50) < 20)
    logits, new = rng.normal(size=50) + classes, rng.normal(size=20)
    plain = Conformal().fit(logits, classes).sets(new)
    assert Conformal().fit(scale * logits + offset, classes).sets(scale * new + offset) == plain
    order = rng.permutation(50)
    assert Conformal().fit(logits[order], classes[order]) == Conformal().fit(logits, classes)


def test_each_class_is_covered_as_promised_and_hardly_more() -> None:
    """Over many draws of calibration and patient, 1 - alpha to 1 - alpha + 1 / (n + 1) of each class."""
    rng, alpha, held = np.random.default_rng(0), 0.2, {True: 0, False: 0}
    trials, each = 1500, 10
    for _ in range(trials):
        classes = np.arange(3 * each) < each
        fitted = Conformal(alpha=alpha).fit(rng.normal(size=3 * each) + classes, classes)
        for status in held:
            (found,) = fitted.sets([rng.normal() + status])
            held[status] += found in {"either", "positive" if status else "negative"}
    for status, n in ((True, each), (False, 2 * each)):
        margin = 4 * np.sqrt(alpha * (1 - alpha) / trials)
        assert 1 - alpha - margin < held[status] / trials < 1 - alpha + 1 / (n + 1) + margin


def test_the_rule_is_plain_json() -> None:
    fitted = Conformal(alpha=0.5).fit([0.0, 1.0], [False, True])
    assert FittedConformal.model_validate(fitted.model_dump(mode="json")) == fitted
