import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import HyoidError
from hyoid.losses.survival import ranking_loss
from oracles import survival_losses as oracle


@pytest.mark.parametrize("alpha", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("seed", range(4))
def test_value_and_gradient_equal_the_definition(alpha: float, seed: int) -> None:
    (days, event), risk = oracle.outcomes(seed), oracle.normal(seed, 12)
    ours = ranking_loss(risk, days, event, alpha)
    oracle.assert_same_value_and_gradient(ours, oracle.ranking(risk, days, event, alpha), risk)
    assert torch.autograd.gradcheck(lambda x: ranking_loss(x, days, event, alpha), (risk,))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-8, 8, allow_subnormal=False), st.integers(0, 4), st.booleans()), max_size=9),
    st.floats(-5, 5),
    st.randoms(use_true_random=False),
)
def test_properties(patients: list[tuple[float, int, bool]], shift: float, random: object) -> None:
    rows = torch.tensor(patients, dtype=torch.float64).reshape(-1, 3)
    risk, days, event = rows[:, 0].requires_grad_(), rows[:, 1], rows[:, 2] == 1
    loss = ranking_loss(risk, days, event)
    oracle.assert_same_value_and_gradient(loss, oracle.ranking(risk, days, event, 1.0), risk)
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert torch.equal(ranking_loss(risk[order], days[order], event[order]), loss)
    torch.testing.assert_close(ranking_loss(risk + shift, days, event), loss)


def test_by_hand() -> None:
    risk = torch.tensor([1.0, 0.0, 0.5], dtype=torch.float64)
    days, event = torch.tensor([3.0, 3.0, 7.0]), torch.tensor([True, False, True])
    # the event outlived by the censored of its own day and by the third; the third by nobody
    assert ranking_loss(risk, days, event).item() == pytest.approx((math.exp(-1) + math.exp(-0.5)) / 2)
    assert ranking_loss(risk.flip(0), days, event).item() > ranking_loss(risk, days, event).item()


def test_without_a_pair_nothing_is_learnt() -> None:
    risk, last = torch.tensor([1.0, 2.0, 3.0], requires_grad=True), torch.tensor([False, False, True])
    cases = [
        (risk, torch.tensor([1.0, 2.0, 3.0]), last),  # nobody outlasts the only event
        (risk, torch.ones(3), torch.ones(3, dtype=torch.bool)),  # all on one day
        (risk, torch.ones(3), torch.zeros(3, dtype=torch.bool)),
        (risk[:1], torch.ones(1), last[2:]),
        (risk[:0], torch.ones(0), last[:0]),
    ]
    for given_risk, days, event in cases:
        loss = ranking_loss(given_risk, days, event)
        assert loss.item() == torch.autograd.grad(loss, risk)[0].abs().max().item() == 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_beyond_e_to_the_30_it_is_the_tangent(dtype: torch.dtype) -> None:
    days, event = torch.tensor([1.0, 2.0]), torch.tensor([True, False])
    for worse, expected in ((29.0, math.exp(29)), (40.0, 11 * math.exp(30)), (1e4, 9971 * math.exp(30))):
        risk = torch.tensor([0.0, worse], dtype=dtype, requires_grad=True)
        loss = ranking_loss(risk, days, event)
        (gradient,) = torch.autograd.grad(loss, risk)
        assert loss.item() == pytest.approx(expected, rel=1e-5)
        slope = math.exp(min(worse, 30))
        assert gradient.tolist() == pytest.approx([-slope, slope], rel=1e-5)
    best = torch.tensor([1e4, -1e4], dtype=dtype, requires_grad=True)
    loss = ranking_loss(best, days, event)
    assert loss.item() == torch.autograd.grad(loss, best)[0].abs().max().item() == 0


def test_half_precision_is_computed_in_single() -> None:
    (days, event), risk = oracle.outcomes(1, 30), oracle.normal(1, 30).detach().bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = ranking_loss(risk, days, event)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, ranking_loss(risk.float(), days, event))


def test_nonsense_is_refused() -> None:
    with pytest.raises(HyoidError, match="alpha 0"):
        ranking_loss(torch.zeros(2), torch.ones(2), torch.ones(2, dtype=torch.bool), 0)
    with pytest.raises(HyoidError, match=r"\(2, 1\)"):
        ranking_loss(torch.zeros(2, 1), torch.ones(2), torch.ones(2, dtype=torch.bool))
