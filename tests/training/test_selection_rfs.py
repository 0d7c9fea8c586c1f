"""What a risk is worth on a `select` part, and when it is worth nothing that could choose."""

import numpy as np
import pytest
from lifelines.utils import concordance_index

from hyoid.metrics.survival import Observed
from hyoid.training.selection_rfs import select_by_risk

HAND = Observed(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, True]))
"""Cox's loss of the risks 2, 1, 0, -1 (the right order) is 0.28, of the reversed ones 1.95."""


def cox_loss(risk: np.ndarray, observed: Observed) -> float:
    terms = [
        np.log(np.exp(risk[observed.days >= observed.days[i]]).sum()) - risk[i] for i in np.flatnonzero(observed.event)
    ]
    return float(np.mean(terms))


@pytest.mark.parametrize("seed", range(5))
def test_measures_are_lifelines_and_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    observed = Observed(rng.uniform(10, 2000, 30), rng.random(30) < 0.4)
    risk = rng.normal(size=30)
    for metric, sign in (("c_index", 1), ("cox_loss", -1)):
        found = select_by_risk(metric, risk, observed)
        assert found["c_index"] == pytest.approx(concordance_index(observed.days, -risk, observed.event))
        assert found["cox_loss"] == pytest.approx(cox_loss(risk, observed))
        assert found["value"] == sign * found[metric]


def test_the_right_order_is_worth_more_by_hand() -> None:
    right = np.array([2.0, 1.0, 0.0, -1.0])
    for metric in ("c_index", "cox_loss"):
        assert select_by_risk(metric, right, HAND)["value"] > select_by_risk(metric, -right, HAND)["value"]
    assert select_by_risk("c_index", right, HAND)["value"] == 1.0
    assert select_by_risk("c_index", -right, HAND)["value"] == 0.0
    assert select_by_risk("cox_loss", right, HAND)["cox_loss"] == pytest.approx(0.28, abs=0.005)
    assert select_by_risk("cox_loss", -right, HAND)["cox_loss"] == pytest.approx(1.95, abs=0.005)


@pytest.mark.parametrize(
    ("days", "event", "known"),
    [
        ([], [], set()),
        ([5.0, 9.0], [False, False], set()),
        ([5.0], [True], {"cox_loss"}),
        ([9.0, 5.0], [True, False], {"cox_loss"}),
        ([5.0, 9.0], [True, False], {"cox_loss", "c_index"}),
    ],
)
def test_what_cannot_be_measured_chooses_nothing(days: list[float], event: list[bool], known: set[str]) -> None:
    observed = Observed(np.array(days), np.array(event, bool))
    for metric in ("c_index", "cox_loss"):
        found = select_by_risk(metric, np.arange(len(days), dtype=float), observed)
        assert set(found) == (known | {"value"} if metric in known else set())
