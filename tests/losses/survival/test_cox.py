import itertools
import math

import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from hyoid.errors import CohortError, HyoidError
from hyoid.losses.survival import cox_loss
from hyoid.losses.survival.cox import Ties
from oracles import survival_losses as oracle

TIES: tuple[Ties, ...] = ("efron", "breslow")


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("seed", range(6))
def test_value_and_gradient_equal_the_definition(ties: Ties, seed: int) -> None:
    (days, event), risk = oracle.outcomes(seed), oracle.normal(seed, 12)
    ours = cox_loss(risk, days, event, ties)
    oracle.assert_same_value_and_gradient(ours, oracle.cox(risk, days, event, ties), risk)
    assert torch.autograd.gradcheck(lambda x: cox_loss(x, days, event, ties), (risk,))


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("days", [6, 10_000])
@pytest.mark.parametrize("seed", range(3))
def test_value_and_gradient_equal_torchsurvs(ties: Ties, days: int, seed: int) -> None:
    (times, event), risk = oracle.outcomes(seed, 60, days), oracle.normal(seed, 60)
    theirs = oracle.torchsurv_cox(risk, times, event, ties)
    ours = cox_loss(risk, times, event, ties)
    torch.testing.assert_close(ours.float(), theirs)  # torchsurv computes in single precision
    gradients = [torch.autograd.grad(loss, risk)[0] for loss in (ours, theirs)]
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-6)


def test_lifelines_and_scikit_survival_find_its_least_value() -> None:
    (days, event), covariates = oracle.outcomes(3, 80, 20), oracle.normal(3, 80, 2).detach()
    table = pd.DataFrame(covariates.numpy(), columns=["a", "b"]).assign(days=days.numpy(), event=event.numpy())
    fitted = CoxPHFitter().fit(table, "days", "event", fit_options={"precision": 1e-10})
    beta = torch.tensor(fitted.params_.to_numpy(), requires_grad=True)
    ours = cox_loss(covariates @ beta, days, event, "efron")
    assert ours.item() * int(event.sum()) == pytest.approx(-fitted.log_likelihood_, rel=1e-10)
    assert torch.autograd.grad(ours, beta)[0].abs().max() < 1e-6
    outcomes = Surv.from_arrays(event.numpy(), days.numpy())
    for ties in TIES:
        theirs = CoxPHSurvivalAnalysis(ties=ties, tol=1e-12).fit(covariates.numpy(), outcomes).coef_
        beta = torch.tensor(theirs, requires_grad=True)
        gradient = torch.autograd.grad(cox_loss(covariates @ beta, days, event, ties), beta)[0]
        assert gradient.abs().max() < 1e-7


def test_by_hand() -> None:
    days, event = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([True, True, False, True])
    correct = torch.tensor([2.0, 1.0, 0.0, -1.0])
    for ties in TIES:
        assert cox_loss(correct, days, event, ties).item() == pytest.approx(0.28, abs=5e-3)
        assert cox_loss(correct.flip(0), days, event, ties).item() == pytest.approx(1.95, abs=5e-3)
    equal, same_day = torch.zeros(3), torch.ones(3)
    every = torch.ones(3, dtype=torch.bool)
    assert cox_loss(equal, same_day, every, "breslow").item() == pytest.approx(math.log(3))
    assert cox_loss(equal, same_day, every, "efron").item() == pytest.approx(math.log(6) / 3)
    censored = torch.tensor([True, False, False])  # on the day of the event, and so at risk
    assert cox_loss(equal, same_day, censored).item() == pytest.approx(math.log(3))


def test_a_cohort_too_large_for_a_matrix_of_pairs() -> None:
    n = 100_000
    equal, days = torch.zeros(n, dtype=torch.float64), torch.randperm(n, generator=torch.Generator().manual_seed(0))
    every = torch.ones(n, dtype=torch.bool)
    for ties in TIES:  # the mean of log 1 ... log n
        assert cox_loss(equal, days.double(), every, ties).item() == pytest.approx(math.lgamma(n + 1) / n, rel=1e-10)
    on_one_day = cox_loss(equal, torch.ones(n), every, "efron")
    assert on_one_day.item() == pytest.approx(math.lgamma(n + 1) / n, rel=1e-10)


_PATIENTS = st.lists(
    st.tuples(st.floats(-8, 8, allow_subnormal=False), st.integers(0, 4), st.booleans()), min_size=1, max_size=9
)


def _unzip(patients: list[tuple[float, int, bool]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    risk, days, event = zip(*patients, strict=True)
    return torch.tensor(risk, dtype=torch.float64, requires_grad=True), torch.tensor(days).double(), torch.tensor(event)


@settings(max_examples=40, deadline=None)
@given(_PATIENTS, st.sampled_from(TIES), st.randoms(use_true_random=False), st.floats(-50, 50))
def test_properties(patients: list[tuple[float, int, bool]], ties: Ties, random: object, shift: float) -> None:
    risk, days, event = _unzip(patients)
    loss = cox_loss(risk, days, event, ties)
    oracle.assert_same_value_and_gradient(loss, oracle.cox(risk, days, event, ties), risk)
    order = list(range(len(patients)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert torch.equal(cox_loss(risk[order], days[order], event[order], ties), loss)
    torch.testing.assert_close(cox_loss(risk + shift, days, event, ties), loss)
    torch.testing.assert_close(cox_loss(risk, 30 * days + 7, event, ties), loss)  # only the order of times counts


@pytest.mark.parametrize("ties", TIES)
def test_the_correct_ranking_costs_least(ties: Ties) -> None:
    days, event = torch.tensor([5.0, 9.0, 9.0, 20.0]), torch.tensor([True, True, False, True])
    rankings = itertools.permutations((1.5, 0.5, -0.5, -1.5))
    costs = {ranks: cox_loss(torch.tensor(ranks), days, event, ties).item() for ranks in rankings}
    assert min(costs, key=costs.__getitem__) == (1.5, 0.5, -0.5, -1.5)


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sign", [1, -1])
def test_extreme_risks_stay_finite(ties: Ties, dtype: torch.dtype, sign: int) -> None:
    risk = (sign * torch.tensor([1e4, -1e4, 9e3, 0.0, 1e4, -1e4], dtype=dtype)).requires_grad_()
    days, event = torch.tensor([1.0, 1.0, 2.0, 2.0, 3.0, 3.0]), torch.tensor([True, True, False, True, True, True])
    loss = cox_loss(risk, days, event, ties)
    (gradient,) = torch.autograd.grad(loss, risk)
    assert torch.isfinite(gradient).all()
    assert loss.dtype == dtype
    assert loss.item() == pytest.approx(sum(_extreme(risk.detach(), days, event)) / 5, rel=1e-3)


def _extreme(risk: torch.Tensor, days: torch.Tensor, event: torch.Tensor) -> list[float]:
    """Where exponentials differ by thousands the log of their sum is the greatest."""
    found = []
    for day in days.unique():
        dying = [i for i in range(len(days)) if days[i] == day and event[i]]
        highest = max(float(risk[i]) for i in range(len(days)) if days[i] >= day)
        found += [highest - float(risk[i]) for i in dying]
    return found


@pytest.mark.parametrize("ties", TIES)
def test_without_an_event_nothing_is_learnt(ties: Ties) -> None:
    for patients in (0, 1, 5):
        risk = torch.linspace(-1, 1, patients, requires_grad=True)
        loss = cox_loss(risk, torch.arange(patients) + 1.0, torch.zeros(patients, dtype=torch.bool), ties)
        (gradient,) = torch.autograd.grad(loss, risk)
        assert loss.item() == gradient.abs().sum().item() == 0
    alone = torch.tensor([3.0], requires_grad=True)  # an event that nobody else is at risk of
    loss = cox_loss(alone, torch.tensor([5.0]), torch.tensor([True]), ties)
    assert loss.item() == torch.autograd.grad(loss, alone)[0].item() == 0


def test_half_precision_is_computed_in_single() -> None:
    (days, event), risk = oracle.outcomes(1, 30), oracle.normal(1, 30).detach()
    half = risk.bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss, single = cox_loss(half, days, event), cox_loss(risk.float(), days, event)
    assert loss.dtype == single.dtype == torch.float32
    torch.testing.assert_close(loss, cox_loss(half.float(), days, event))
    torch.testing.assert_close(single, cox_loss(risk, days, event).float())


def test_nonsense_is_refused() -> None:
    risk, days, event = torch.zeros(3), torch.ones(3), torch.ones(3, dtype=torch.bool)
    with pytest.raises(HyoidError, match=r"\(3, 1\)"):
        cox_loss(risk[:, None], days, event)
    with pytest.raises(HyoidError, match="for 3 patients"):
        cox_loss(risk, days[:2], event)
    with pytest.raises(HyoidError, match=r"torch\.bool"):
        cox_loss(risk, days, event.float())
    with pytest.raises(HyoidError, match="efron or breslow"):
        cox_loss(risk, days, event, "exact")  # type: ignore[arg-type]
    for wrong in (-1.0, math.nan, math.inf):
        with pytest.raises(CohortError, match="a survival time of"):
            cox_loss(risk, torch.tensor([1.0, wrong, 2.0]), event)
