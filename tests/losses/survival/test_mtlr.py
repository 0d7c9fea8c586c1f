import math

import pytest
import torch

from hyoid.errors import HyoidError
from hyoid.losses.survival import bin_of, mtlr_loss, mtlr_pmf, survival_at_edges
from oracles import survival_losses as oracle


def _case(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    days, event = oracle.outcomes(seed, 10)
    return oracle.normal(seed, 10, 3), torch.from_numpy(bin_of(days.numpy(), [1.0, 3.0, 5.0])), event


@pytest.mark.parametrize("seed", range(4))
def test_value_and_gradient_equal_the_definition(seed: int) -> None:
    logits, bins, event = _case(seed)
    ours = mtlr_loss(logits, bins, event)
    oracle.assert_same_value_and_gradient(ours, oracle.mtlr(logits, bins, event), logits)
    assert torch.autograd.gradcheck(lambda x: mtlr_loss(x, bins, event), (logits,))


def test_probabilities_and_survival() -> None:
    logits = oracle.normal(0, 6, 3).detach()
    mass = mtlr_pmf(logits)
    torch.testing.assert_close(mass, oracle.mtlr_mass(logits))
    torch.testing.assert_close(survival_at_edges(mass), 1 - mass.cumsum(1)[:, :-1])
    by_hand = mtlr_pmf(torch.tensor([[2.0, 3.0]], dtype=torch.float64).log())  # 2 x 3, 3 and 1
    torch.testing.assert_close(by_hand, torch.tensor([[0.6, 0.3, 0.1]], dtype=torch.float64))


def test_by_hand() -> None:
    logits = torch.tensor([[2.0, 3.0]], dtype=torch.float64).log().expand(3, 2)
    values = mtlr_loss(logits, torch.tensor([1, 1, 2]), torch.tensor([True, False, False]))
    assert values.item() == pytest.approx(-(math.log(0.3) + math.log(0.4) + math.log(0.1)) / 3)
    assert mtlr_loss(logits[:1], torch.tensor([0]), torch.tensor([False])).item() == pytest.approx(0)


def test_a_binary_bin_is_logistic_regression() -> None:
    logits, event = oracle.normal(1, 8, 1), torch.tensor([True, False] * 4)
    bins = torch.where(event, 0, 1)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], event.double())
    oracle.assert_same_value_and_gradient(mtlr_loss(logits, bins, event), theirs, logits)


def test_the_correct_ranking_costs_less() -> None:
    bins, event = torch.tensor([0, 1, 2, 3]), torch.tensor([True, True, False, True])
    risk = torch.tensor([2.0, 1.0, 0.0, -1.0])[:, None].expand(4, 3)
    assert mtlr_loss(risk, bins, event) < mtlr_loss(risk.flip(0), bins, event)


def test_the_order_of_patients_does_not_matter() -> None:
    logits, bins, event = _case(2)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(mtlr_loss(logits[order], bins[order], event[order]), mtlr_loss(logits, bins, event))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extreme_logits_stay_finite(dtype: torch.dtype) -> None:
    logits = torch.tensor([[1e4, 1e4], [-1e4, -1e4], [1e4, -1e4]], dtype=dtype, requires_grad=True)
    for event in (torch.ones(3, dtype=torch.bool), torch.zeros(3, dtype=torch.bool)):
        loss = mtlr_loss(logits, torch.tensor([2, 0, 2]), event)
        assert torch.isfinite(loss)
        assert torch.isfinite(torch.autograd.grad(loss, logits)[0]).all()
    loss = mtlr_loss(logits, torch.tensor([2, 0, 2]), torch.ones(3, dtype=torch.bool))
    assert loss.item() == pytest.approx((2e4 + 2e4 + 0.0 + math.log(2)) / 3, rel=1e-6)


def test_batches_that_say_little() -> None:
    logits, bins, _ = _case(0)
    nothing_known = mtlr_loss(logits, torch.zeros_like(bins), torch.zeros(10, dtype=torch.bool))
    torch.testing.assert_close(nothing_known.item(), 0.0)  # all censored in the first bin
    assert torch.autograd.grad(nothing_known, logits)[0].abs().max() < 1e-12
    one = mtlr_loss(logits[:1], bins[:1], torch.tensor([True]))
    oracle.assert_same_value_and_gradient(one, oracle.mtlr(logits[:1], bins[:1], torch.tensor([True])), logits)
    nobody = mtlr_loss(logits[:0], bins[:0], torch.zeros(0, dtype=torch.bool))
    assert nobody.item() == torch.autograd.grad(nobody, logits)[0].abs().max().item() == 0


def test_half_precision_is_computed_in_single() -> None:
    logits, bins, event = _case(1)
    half = logits.detach().bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss, mass = mtlr_loss(half, bins, event), mtlr_pmf(half)
    assert loss.dtype == mass.dtype == torch.float32
    torch.testing.assert_close(loss, mtlr_loss(half.float(), bins, event))


def test_nonsense_is_refused() -> None:
    logits, bins, event = _case(0)
    for wrong, found in ((bins + 3, "with outputs for 4 bins"), (bins - 4, "bin -"), (bins.double(), "float64")):
        with pytest.raises(HyoidError, match=found):
            mtlr_loss(logits, wrong, event)
    with pytest.raises(HyoidError, match="one row a patient"):
        mtlr_loss(logits[0], bins, event)
    with pytest.raises(HyoidError, match="one bin and one event"):
        mtlr_loss(logits, bins, event.double())
