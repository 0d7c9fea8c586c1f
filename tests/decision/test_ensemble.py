import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, logit

from hyoid.decision import combine_logits, spread
from hyoid.errors import HyoidError

LOGITS = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.floats(-12, 12))
WAYS = ("mean_logits", "mean_probability", "median")


@given(LOGITS)
def test_against_the_plain_formulas(logits: np.ndarray) -> None:
    np.testing.assert_allclose(combine_logits(logits), logits.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(combine_logits(logits, "median"), np.median(logits, axis=0))
    expected = logit(expit(logits).mean(axis=0))
    np.testing.assert_allclose(combine_logits(logits, "mean_probability"), expected, atol=1e-6)
    found = spread(logits)
    probability = expit(logits)
    np.testing.assert_allclose(found.standard_deviation, probability.std(axis=0))
    assert (found.minimum <= expit(combine_logits(logits, "mean_probability")) + 1e-12).all()
    assert (found.maximum >= expit(combine_logits(logits, "mean_probability")) - 1e-12).all()


@given(LOGITS, st.sampled_from(WAYS))
def test_order_of_models_does_not_count_and_signs_mirror(logits: np.ndarray, how: str) -> None:
    found = combine_logits(logits, how)  # type: ignore[arg-type]
    np.testing.assert_allclose(combine_logits(logits[::-1], how), found, atol=1e-9)  # type: ignore[arg-type]
    np.testing.assert_allclose(combine_logits(-logits, how), -found, atol=1e-9)  # type: ignore[arg-type]
    assert (found >= logits.min(axis=0) - 1e-9).all()
    assert (found <= logits.max(axis=0) + 1e-9).all()


def test_one_model_is_itself_and_certainty_stays_finite() -> None:
    for how in WAYS:
        np.testing.assert_allclose(combine_logits([[0.3, -2.0]], how), [0.3, -2.0])
        assert combine_logits([[800.0], [900.0]], how)[0] >= 800 - 1e-9
    assert spread([[0.3]]).standard_deviation[0] == 0


def test_wrong_input_is_refused() -> None:
    for wrong in ([0.0, 1.0], np.zeros((0, 3)), [[np.inf]]):
        with pytest.raises(HyoidError, match="one model or more"):
            combine_logits(wrong)
    with pytest.raises(HyoidError, match="mean_logits, mean_probability or median"):
        combine_logits([[0.0]], "mode")  # type: ignore[arg-type]
