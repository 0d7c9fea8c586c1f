import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hyoid.losses import DiceFocal


def literal(loss: DiceFocal, logits: torch.Tensor, labels: torch.Tensor) -> float:
    """Voxel by voxel, in double precision."""
    samples = []
    for one, truth in zip(logits.double(), labels, strict=True):
        p = torch.exp(one - one.logsumexp(dim=0))
        dice = []
        for k in range(1, len(p)):
            g = (truth == k).double()
            above = 2 * float((p[k] * g).sum()) + 1e-5
            extent = (p[k] ** 2 if loss.squared else p[k]).sum() + g.sum()
            dice.append(1 - above / (float(extent) + 1e-5))
        focal = []
        for at in torch.cartesian_prod(*(torch.arange(n) for n in truth.shape)).tolist():
            k = int(truth[tuple(at)])
            right = float(p[(k, *at)])
            weight = loss.alpha if k else 1 - loss.alpha
            focal.append(-weight * (1 - right) ** loss.gamma * torch.tensor(right).double().log().item())
        kept = not loss.skip_empty or bool((truth > 0).any())
        samples.append(kept * (sum(dice) / len(dice) + sum(focal) / len(focal)))
    return sum(samples) / len(samples)


@given(st.integers(0, 1000), st.booleans(), st.booleans(), st.sampled_from([0.0, 0.5, 2.0]))
def test_equals_the_sums_of_its_definition(seed: int, squared: bool, skip_empty: bool, gamma: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(3, 2 + seed % 2, 2, 3, 2, generator=generator).double()
    labels = torch.randint(0, logits.shape[1], (3, 2, 3, 2), generator=generator)
    labels[0] = 0
    loss = DiceFocal(squared=squared, skip_empty=skip_empty, gamma=gamma)
    found = loss(logits, labels, torch.ones(3, dtype=torch.bool))
    assert float(found) == pytest.approx(literal(loss, logits, labels), rel=1e-6)


def test_a_perfect_answer_costs_nothing_and_a_reversed_one_most() -> None:
    labels = torch.tensor([[[[0, 1]]]])
    right = torch.tensor([[[[[9.0, -9.0]]], [[[-9.0, 9.0]]]]])
    known = torch.tensor([True])
    assert float(DiceFocal()(right, labels, known)) < 1e-4
    assert float(DiceFocal()(-right, labels, known)) > 5


def test_samples_without_a_mask_add_nothing_and_none_at_all_is_zero() -> None:
    logits, labels = torch.randn(3, 2, 2, 2, 2, requires_grad=True), torch.randint(0, 2, (3, 2, 2, 2))
    known = torch.tensor([True, False, True])
    torch.testing.assert_close(
        DiceFocal()(logits, labels, known), DiceFocal()(logits[known], labels[known], known[known])
    )
    nothing = DiceFocal()(logits, labels, torch.zeros(3, dtype=torch.bool))
    nothing.backward()
    assert float(nothing.detach()) == 0
    assert float(logits.grad.abs().max()) == 0


def test_the_gradient_is_finite_where_a_voxel_is_certain() -> None:
    logits = torch.tensor([[[[[200.0, -200.0]]], [[[-200.0, 200.0]]]]], requires_grad=True)
    DiceFocal(gamma=0.5)(logits, torch.tensor([[[[0, 1]]]]), torch.tensor([True])).backward()
    assert bool(logits.grad.isfinite().all())
