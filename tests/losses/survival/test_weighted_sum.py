import subprocess
import sys
from typing import NamedTuple

import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from hyoid.errors import CohortError, HyoidError
from hyoid.losses import SurvivalLoss
from hyoid.losses.survival import (
    Contrastive,
    Cox,
    InvertedCox,
    Ranking,
    WeightedLoss,
    WeightedSum,
    contrastive_loss,
    cox_loss,
    inverted_cox_loss,
    ranking_loss,
)
from oracles import survival_losses as oracle

ADAPTER: TypeAdapter[SurvivalLoss] = TypeAdapter(SurvivalLoss)
GLASGOW = WeightedSum(
    parts=(
        WeightedLoss(weight=1, loss=Cox()),
        WeightedLoss(weight=0.3, loss=Ranking()),
        WeightedLoss(weight=0.1, loss=Contrastive()),
    )
)
LOSSES: list[SurvivalLoss] = [
    Cox(),
    Cox(ties="breslow"),
    Ranking(alpha=0.5),
    Contrastive(margin=2.0, normalise=False, pairs="published"),
    InvertedCox(),
    GLASGOW,
]


class Output(NamedTuple):
    risk: torch.Tensor
    features: torch.Tensor


def _batch(seed: int = 0) -> tuple[Output, torch.Tensor, torch.Tensor]:
    days, event = oracle.outcomes(seed, 12, 8)
    output = Output(oracle.normal(seed, 12), oracle.normal(seed + 50, 12, 4))
    return output, torch.stack([days, event.double()], dim=1), torch.ones(12, dtype=torch.bool)


def _gradients(loss: torch.Tensor, output: Output) -> list[torch.Tensor]:
    found = torch.autograd.grad(loss, list(output), allow_unused=True)
    return [torch.zeros_like(at) if one is None else one for one, at in zip(found, output, strict=True)]


def test_settings_are_their_functions() -> None:
    output, values, known = _batch()
    (risk, features), days, event = output, values[:, 0], values[:, 1] == 1
    expected = [
        cox_loss(risk, days, event, "efron"),
        cox_loss(risk, days, event, "breslow"),
        ranking_loss(risk, days, event, 0.5),
        contrastive_loss(features, days, event, 2.0, normalise=False, pairs="published"),
        inverted_cox_loss(risk, days, event),
        cox_loss(risk, days, event)
        + 0.3 * ranking_loss(risk, days, event)
        + 0.1 * contrastive_loss(features, days, event),
    ]
    for loss, value in zip(LOSSES, expected, strict=True):
        torch.testing.assert_close(loss(output, values, known), value)
    assert torch.stack(expected).unique().numel() == len(expected)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_unknown_outcomes_do_not_count(loss: SurvivalLoss) -> None:
    output, values, _ = _batch(1)
    known = torch.arange(12) % 3 != 0
    hidden = torch.where(known[:, None], values, torch.tensor([torch.nan, -1.0]).double())
    value = loss(output, hidden, known)
    part = Output(output.risk[known], output.features[known])
    assert torch.equal(value, loss(part, values[known], known[known]))
    assert all(gradient[~known].abs().max() == 0 for gradient in _gradients(value, output))
    nothing = loss(output, hidden, torch.zeros_like(known))
    assert nothing.requires_grad
    assert nothing.item() == sum(gradient.abs().sum().item() for gradient in _gradients(nothing, output)) == 0


@pytest.mark.parametrize("loss", [Cox(), Ranking(), GLASGOW], ids=str)
def test_a_correct_ranking_costs_less_and_descent_finds_it(loss: SurvivalLoss) -> None:
    values = torch.tensor([[1.0, 1], [2, 1], [3, 0], [4, 1], [5, 0]])
    known, features = torch.ones(5, dtype=torch.bool), torch.eye(5)
    correct = torch.tensor([2.0, 1.0, 0.0, -1.0, -2.0])
    assert loss(Output(correct, features), values, known) < loss(Output(correct.flip(0), features), values, known)
    risk = correct.flip(0)
    for _ in range(60):
        at = risk.detach().requires_grad_()
        risk = at.detach() - 0.5 * torch.autograd.grad(loss(Output(at, features), values, known), at)[0]
    early, middle, *others = risk.tolist()
    assert early > middle > max(others)


def test_bad_targets_are_refused() -> None:
    output, values, known = _batch()
    for wrong in (values[:, :1], values[:5], values[:, 0]):
        with pytest.raises(HyoidError, match="of days and event"):
            GLASGOW(output, wrong, known)
    with pytest.raises(HyoidError, match="of days and event"):
        GLASGOW(output, values, known.double())
    values[3, 1] = 0.5
    with pytest.raises(HyoidError, match="neither 0 nor 1"):
        GLASGOW(output, values, known)
    values[3] = torch.tensor([-2.0, 1.0])
    for loss in LOSSES:
        with pytest.raises(CohortError, match="a survival time of -2 days"):
            loss(output, values, known)


def test_names_find_their_loss() -> None:
    for loss in LOSSES:
        assert ADAPTER.validate_json(loss.model_dump_json()) == loss
    assert ADAPTER.validate_python({"name": "cox"}) == Cox(ties="efron")
    nested = {"name": "weighted_sum", "parts": [{"weight": 1, "loss": {"name": "weighted_sum", "parts": []}}]}
    for wrong in (
        nested,
        {"name": "weighted_sum", "parts": []},
        {"name": "weighted_sum", "parts": [{"weight": 0, "loss": {"name": "cox"}}]},
        {"name": "cox", "ties": "exact"},
        {"name": "ranking", "alpha": 0},
        {"name": "contrastive", "margin": 0},
        {"name": "contrastive", "pairs": "all"},
        {"name": "inverted_cox", "ties": "efron"},
    ):
        with pytest.raises(ValidationError):
            ADAPTER.validate_python(wrong)


def test_settings_do_not_import_torch() -> None:
    code = "import sys, hyoid.losses; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
