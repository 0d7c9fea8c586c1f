import pytest
import torch
from monai.losses import DiceCELoss

from hyoid.losses import DiceCE


def _example(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn((3, 3, 4, 5, 6), generator=generator, dtype=torch.float32) * 2
    labels = torch.randint(0, 3, (3, 4, 5, 6), generator=generator)
    return logits.requires_grad_(), labels


@pytest.mark.parametrize("background", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_value_and_gradient_equal_monai(seed: int, background: bool) -> None:
    logits, labels = _example(seed)
    ours = DiceCE(include_background=background)(logits, labels, torch.ones(3, dtype=torch.bool))
    (gradient,) = torch.autograd.grad(ours, logits)
    theirs = DiceCELoss(include_background=background, to_onehot_y=True, softmax=True)(logits, labels[:, None])
    (expected,) = torch.autograd.grad(theirs, logits)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient, expected)


def test_samples_without_a_mask_do_not_count() -> None:
    logits, labels = _example(0)
    known = torch.tensor([True, False, True])
    loss = DiceCE()(logits, labels, known)
    torch.testing.assert_close(loss, DiceCE()(logits[known], labels[known], torch.ones(2, dtype=torch.bool)))
    (gradient,) = torch.autograd.grad(loss, logits)
    assert gradient[1].abs().max() == 0


def test_batch_without_any_mask_is_zero_and_differentiable() -> None:
    logits, labels = _example(0)
    loss = DiceCE()(logits, labels, torch.zeros(3, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad is not None
    assert logits.grad.abs().max() == 0


def test_right_answer_costs_less_than_a_wrong_one() -> None:
    _, labels = _example(0)
    known = torch.ones(3, dtype=torch.bool)
    right = torch.nn.functional.one_hot(labels, 3).movedim(-1, 1).float() * 10
    wrong = right.roll(1, dims=1)
    assert DiceCE()(right, labels, known) < 0.01 < 1 < DiceCE()(wrong, labels, known)
