import math

import pytest
import torch

from hyoid.losses.survival import cox_loss, inverted_cox_loss
from oracles import survival_losses as oracle

DAYS, EVENT = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([True, True, False, True])
CORRECT = torch.tensor([2.0, 1.0, 0.0, -1.0])


def test_it_prefers_the_reversed_ranking() -> None:
    correct, reverse = (inverted_cox_loss(risk, DAYS, EVENT).item() for risk in (CORRECT, CORRECT.flip(0)))
    assert correct == pytest.approx(1.58, abs=5e-3)
    assert reverse == pytest.approx(0.25, abs=5e-3)
    assert cox_loss(CORRECT, DAYS, EVENT) < cox_loss(CORRECT.flip(0), DAYS, EVENT)


@pytest.mark.parametrize("seed", range(4))
def test_value_and_gradient_equal_the_definition(seed: int) -> None:
    (days, event), risk = oracle.outcomes(seed), oracle.normal(seed, 12)
    ours = inverted_cox_loss(risk, days, event)
    oracle.assert_same_value_and_gradient(ours, oracle.inverted_cox(risk, days, event), risk)
    assert torch.autograd.gradcheck(lambda x: inverted_cox_loss(x, days, event), (risk,))
    order = torch.randperm(12, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(inverted_cox_loss(risk[order], days[order], event[order]), ours)


def test_extremes_and_nothing() -> None:
    risk = torch.tensor([1e4, -1e4, 1e4, 0.0], requires_grad=True)
    loss = inverted_cox_loss(risk, DAYS, EVENT)
    assert loss.item() == pytest.approx((0 + 2e4 + 1e4 + math.log(2)) / 3)
    assert torch.isfinite(torch.autograd.grad(loss, risk)[0]).all()
    nothing = inverted_cox_loss(risk, DAYS, torch.zeros(4, dtype=torch.bool))
    assert nothing.item() == torch.autograd.grad(nothing, risk)[0].abs().max().item() == 0
