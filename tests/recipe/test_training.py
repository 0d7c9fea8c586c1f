"""Schedules of the learning rate, and which epoch is kept."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hyoid.recipe.inference import Inference
from hyoid.recipe.schedule import PlateauSchedule
from hyoid.recipe.training import METRICS, Selection


def torchs_rates(history: list[float], patience: int, factor: float) -> list[float]:
    """The learning rate before the first and after each selection, by torch."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode="max", factor=factor, patience=patience, threshold=0.0, eps=0.0
    )
    rates = [optimizer.param_groups[0]["lr"]]
    for value in history:
        schedule.step(value)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


@settings(max_examples=60, deadline=None)
@given(
    history=st.lists(st.sampled_from([-2.0, -0.5, 0.0, 0.3, 0.5, 0.5000001, 0.7, 1.0]), max_size=40),
    patience=st.integers(0, 5),
    factor=st.sampled_from([0.1, 0.5, 0.9]),
)
def test_a_plateau_is_torchs_with_a_threshold_of_zero(history: list[float], patience: int, factor: float) -> None:
    schedule = PlateauSchedule(factor_of_drop=factor, patience=patience)
    ours = [schedule.factor(0, 1, history[:k]) for k in range(len(history) + 1)]
    assert ours == pytest.approx(torchs_rates(history, patience, factor), rel=1e-12)


def test_a_plateau_by_hand() -> None:
    """Better at first, then four in a row that are not: the fourth is one more than the patience of three."""
    schedule = PlateauSchedule(factor_of_drop=0.5, patience=3)
    history = [0.5, 0.6, 0.6, 0.59, 0.1, 0.6, 0.2, 0.2, 0.2, 0.61, 0.2, 0.2, 0.2, 0.2]
    factors = [schedule.factor(0, 1, history[:k]) for k in range(len(history) + 1)]
    assert factors == [1.0] * 6 + [0.5] * 8 + [0.25]
    with pytest.raises(ValidationError):
        PlateauSchedule(factor_of_drop=1.0)


def test_metrics_of_survival_are_its_own() -> None:
    assert METRICS["rfs"] == ("c_index", "cox_loss")
    known = {metric for metrics in METRICS.values() for metric in metrics}
    assert all(Selection.model_validate({"metric": metric}).metric == metric for metric in known)


@pytest.mark.parametrize("groups", [2, 3, 10])
def test_risk_groups_are_two_to_ten(groups: int) -> None:
    assert Inference(risk_groups=groups).risk_groups == groups
    assert Inference().risk_groups == 3
    for wrong in (0, 1, 11):
        with pytest.raises(ValidationError):
            Inference(risk_groups=wrong)
