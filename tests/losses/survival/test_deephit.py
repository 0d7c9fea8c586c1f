import math

import pytest
import torch

from hyoid.errors import HyoidError
from hyoid.losses.survival import bin_of, bins_from_events, deephit_loss, deephit_pmf, survival_at_edges
from oracles import survival_losses as oracle

EDGES = [1.0, 3.0, 5.0]  # four bins: times to 1, 3, 5 and beyond


def _case(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    days, event = oracle.outcomes(seed, 10)
    return oracle.normal(seed, 10, 4), torch.from_numpy(bin_of(days.numpy(), EDGES)), event, days


@pytest.mark.parametrize(("alpha", "sigma"), [(0.0, 1.0), (1.0, 0.1), (0.2, 0.5)])
@pytest.mark.parametrize("seed", range(4))
def test_value_and_gradient_equal_the_definition(alpha: float, sigma: float, seed: int) -> None:
    logits, bins, event, days = _case(seed)
    ours = deephit_loss(logits, bins, event, days, alpha=alpha, sigma=sigma)
    theirs = oracle.deephit(logits, bins, event, days, alpha, sigma)
    oracle.assert_same_value_and_gradient(ours, theirs, logits)
    assert torch.autograd.gradcheck(lambda x: deephit_loss(x, bins, event, days, alpha=alpha, sigma=sigma), (logits,))


def test_by_hand() -> None:
    logits = torch.tensor([[1.0, 2.0, 5.0], [2.0, 2.0, 4.0], [1.0, 1.0, 2.0]], dtype=torch.float64).log()
    bins, event = torch.tensor([1, 0, 2]), torch.tensor([True, False, False])
    days = torch.tensor([5.0, 2.0, 9.0])
    likelihood = -(math.log(2 / 8) + math.log(6 / 8) + math.log(2 / 4)) / 3  # the open bin holds what lies beyond it
    rank = math.exp(-(3 / 8 - 2 / 4) / 0.1)  # of the event and the third patient, who is the only one to outlast it
    assert deephit_loss(logits, bins, event, days, alpha=0, sigma=0.1).item() == pytest.approx(likelihood)
    assert deephit_loss(logits, bins, event, days, alpha=2, sigma=0.1).item() == pytest.approx(likelihood + 2 * rank)


def test_probabilities_and_survival() -> None:
    logits = oracle.normal(0, 6, 4).detach()
    mass = deephit_pmf(logits)
    torch.testing.assert_close(mass, logits.exp() / logits.exp().sum(dim=1, keepdim=True))
    survival = survival_at_edges(mass)
    assert survival.shape == (6, 3)
    torch.testing.assert_close(survival, 1 - mass.cumsum(1)[:, :-1])
    tiny = survival_at_edges(deephit_pmf(torch.tensor([[0.0, 0.0, -60.0]])))
    assert tiny[0, 1].item() == pytest.approx(math.exp(-60) / 2)  # and not a rounded 1 - 1


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_the_correct_ranking_costs_less(alpha: float) -> None:
    days, event = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([True, True, False, True])
    bins = torch.from_numpy(bin_of(days.numpy(), bins_from_events(days.numpy(), event.numpy(), 3)))
    early_to_late = torch.tensor([[k * -abs(place - k) for k in (1.0, 2.0, 3.0, 4.0)] for place in (0, 1, 2, 3)])
    correct = deephit_loss(early_to_late, bins, event, days, alpha=alpha, sigma=0.1)
    assert correct < deephit_loss(early_to_late.flip(0), bins, event, days, alpha=alpha, sigma=0.1)


def test_the_order_of_patients_does_not_matter() -> None:
    logits, bins, event, days = _case(2)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(0))
    loss = deephit_loss(logits, bins, event, days, alpha=1, sigma=0.1)
    again = deephit_loss(logits[order], bins[order], event[order], days[order], alpha=1, sigma=0.1)
    torch.testing.assert_close(again, loss)
    torch.testing.assert_close(deephit_loss(logits + 9, bins, event, days, alpha=1, sigma=0.1), loss)


@pytest.mark.parametrize("sigma", [0.1, 1e-3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extreme_logits_stay_finite(sigma: float, dtype: torch.dtype) -> None:
    logits = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0], [0.0, -1e4, 1e4]], dtype=dtype, requires_grad=True)
    days, every = torch.tensor([5.0, 1.0, 9.0]), torch.tensor([True, True, False])
    for bins in (torch.tensor([1, 0, 2]), torch.tensor([1, 0, 0])):
        loss = deephit_loss(logits, bins, every, days, alpha=1, sigma=sigma)
        assert torch.isfinite(loss)
        assert torch.isfinite(torch.autograd.grad(loss, logits)[0]).all()


def test_batches_that_say_little() -> None:
    logits, bins, _, days = _case(0)
    for event in (torch.zeros(10, dtype=torch.bool), torch.ones(10, dtype=torch.bool)):
        same_day = torch.full_like(days, 4.0)  # no pair is comparable, the likelihood stays
        ours = deephit_loss(logits, bins, event, same_day, alpha=1, sigma=0.1)
        oracle.assert_same_value_and_gradient(ours, oracle.deephit(logits, bins, event, same_day, 0, 1), logits)
    alone = deephit_loss(logits[:1], bins[:1], torch.tensor([True]), days[:1], alpha=1, sigma=0.1)
    assert alone.item() == pytest.approx(-logits[0].log_softmax(0)[bins[0]].item())
    nobody = deephit_loss(logits[:0], bins[:0], torch.zeros(0, dtype=torch.bool), days[:0], alpha=1, sigma=0.1)
    assert nobody.item() == torch.autograd.grad(nobody, logits)[0].abs().max().item() == 0


def test_half_precision_is_computed_in_single() -> None:
    logits, bins, event, days = _case(1)
    half = logits.detach().bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss, mass = deephit_loss(half, bins, event, days, alpha=1, sigma=0.1), deephit_pmf(half)
    assert loss.dtype == mass.dtype == torch.float32
    torch.testing.assert_close(loss, deephit_loss(half.float(), bins, event, days, alpha=1, sigma=0.1))


def test_nonsense_is_refused() -> None:
    logits, bins, event, days = _case(0)
    for alpha, sigma in ((-1.0, 1.0), (1.0, 0.0), (math.nan, 1.0)):
        with pytest.raises(HyoidError, match="sigma above 0"):
            deephit_loss(logits, bins, event, days, alpha=alpha, sigma=sigma)
    for wrong, found in ((bins + 3, "with outputs for 4 bins"), (bins - 4, "bin -"), (bins.double(), "float64")):
        with pytest.raises(HyoidError, match=found):
            deephit_loss(logits, wrong, event, days, alpha=1, sigma=1)
    with pytest.raises(HyoidError, match=r"\(5,\), .* 10 patients"):
        deephit_loss(logits, bins[:5], event, days, alpha=1, sigma=1)
    with pytest.raises(HyoidError, match="one row a patient"):
        deephit_loss(logits[0], bins, event, days, alpha=1, sigma=1)
    with pytest.raises(HyoidError, match="a survival time of -1 days"):
        deephit_loss(logits, bins, event, -torch.ones(10), alpha=1, sigma=1)
