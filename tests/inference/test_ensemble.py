import numpy as np
import pytest
from scipy.special import expit, logit

from hyoid.errors import BundleError
from hyoid.inference.ensemble import ensemble_logits
from hyoid.recipe.inference import Ensemble

LOGITS = {"fold-0": np.array([-1.0, 2.0]), "fold-1": np.array([0.0, 5.0]), "fold-2": np.array([4.0, -7.0])}


@pytest.mark.parametrize(
    ("ensemble", "expected"),
    [
        (Ensemble(name="mean_logits"), [1.0, 0.0]),
        (Ensemble(name="median"), [0.0, 2.0]),
        (Ensemble(name="mean_probability"), logit([expit([-1, 0, 4]).mean(), expit([2, 5, -7]).mean()])),
        (Ensemble(name="single_fold", fold=2), [4.0, -7.0]),
        (Ensemble(name="best_fold"), [0.0, 5.0]),
    ],
    ids=lambda value: value.name if isinstance(value, Ensemble) else "",
)
def test_folds_become_one_answer_by_hand(ensemble: Ensemble, expected: list[float]) -> None:
    np.testing.assert_allclose(ensemble_logits(ensemble, LOGITS, "fold-1"), expected, rtol=1e-12)


@pytest.mark.parametrize("ensemble", [Ensemble(name="single_fold", fold=7), Ensemble(name="best_fold")], ids=str)
def test_a_fold_that_was_not_trained_is_refused(ensemble: Ensemble) -> None:
    with pytest.raises(BundleError, match=r"expected (fold-7|None)\. Choose a fold that was trained"):
        ensemble_logits(ensemble, LOGITS, None)


def test_all_folds_are_used_where_none_is_chosen() -> None:
    assert Ensemble().used(tuple(LOGITS)) == tuple(LOGITS)
    assert Ensemble(name="single_fold", fold=1).used(tuple(LOGITS)) == ("fold-1",)
