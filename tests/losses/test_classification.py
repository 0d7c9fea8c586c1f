from collections.abc import Callable

import pytest
import torch
from monai.losses import FocalLoss
from pydantic import TypeAdapter, ValidationError
from torch.nn import functional

from hyoid.errors import HyoidError
from hyoid.losses import ClassificationLoss, CrossEntropy, ExpectedCost, Focal

LABELS = torch.tensor([0, 1, 1, 0, 1, 0, 0])
ALL = torch.ones(len(LABELS), dtype=torch.bool)
LOSSES: list[CrossEntropy | Focal | ExpectedCost] = [
    CrossEntropy(),
    CrossEntropy(class_weights=(0.3, 1.7)),
    Focal(),
    Focal(alpha=0.8, gamma=1.5),
    Focal(alpha=0.25, gamma=0.0),
    ExpectedCost(),
    ExpectedCost(false_positive=1.5, false_negative=4.0),
]


def _logits(seed: int = 0, spread: float = 2.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    logits = spread * torch.randn((len(LABELS), 2), generator=generator, dtype=torch.float64)
    return logits.requires_grad_()


def _by_hand(loss: CrossEntropy | Focal | ExpectedCost, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Patient by patient from the definitions."""
    total = logits.new_zeros(())
    for row, label in zip(logits, labels.tolist(), strict=True):
        negative, positive = row.exp() / row.exp().sum()
        right, wrong = (positive, negative) if label else (negative, positive)
        if isinstance(loss, CrossEntropy):
            weights = (1.0, 1.0) if loss.class_weights is None else loss.class_weights
            total = total - float(weights[label]) * right.log()
        elif isinstance(loss, Focal):
            weight = 1.0 if loss.alpha is None else (loss.alpha if label else 1 - loss.alpha)
            total = total - weight * (1 - right) ** loss.gamma * right.log()
        else:
            total = total + (loss.false_negative if label else loss.false_positive) * wrong
    return total / len(labels)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_value_and_gradient_equal_the_definition(loss: CrossEntropy | Focal | ExpectedCost, seed: int) -> None:
    logits = _logits(seed)
    ours, theirs = loss(logits, LABELS, ALL), _by_hand(loss, logits, LABELS)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(torch.autograd.grad(ours, logits), torch.autograd.grad(theirs, logits))
    assert torch.autograd.gradcheck(lambda x: loss(x, LABELS, ALL), (logits,))


@pytest.mark.parametrize("weights", [None, (0.3, 1.7)])
def test_cross_entropy_is_pytorchs(weights: tuple[float, float] | None) -> None:
    logits = _logits()
    tensor = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    theirs = functional.cross_entropy(logits, LABELS, weight=tensor, reduction="none").mean()
    torch.testing.assert_close(CrossEntropy(class_weights=weights)(logits, LABELS, ALL), theirs)


@pytest.mark.parametrize(("alpha", "gamma"), [(None, 2.0), (None, 0.5), (0.8, 2.0), (0.25, 3.0)])
def test_focal_is_monais(alpha: float | None, gamma: float) -> None:
    logits = _logits().detach().float()  # MONAI computes in single precision
    weight = None if alpha is None else [1 - alpha, alpha]
    one_hot = functional.one_hot(LABELS, 2).to(logits.dtype)
    monai = FocalLoss(gamma=gamma, weight=weight, use_softmax=True, reduction="none")
    theirs = monai(logits, one_hot).sum(dim=1).mean()
    torch.testing.assert_close(Focal(alpha=alpha, gamma=gamma)(logits, LABELS, ALL), theirs)


def test_focal_without_focus_is_cross_entropy() -> None:
    logits = _logits()
    torch.testing.assert_close(Focal(gamma=0)(logits, LABELS, ALL), CrossEntropy()(logits, LABELS, ALL))


def test_weight_counts_in_a_batch_of_one() -> None:
    logits, label, known = _logits()[:1], torch.tensor([1]), torch.tensor([True])
    plain, weighted = (CrossEntropy(class_weights=w)(logits, label, known) for w in (None, (0.5, 3.0)))
    torch.testing.assert_close(weighted, 3 * plain)
    cancelled = functional.cross_entropy(logits, label, weight=torch.tensor([0.5, 3.0], dtype=torch.float64))
    torch.testing.assert_close(cancelled, plain)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_batches_of_one_average_to_the_whole_batch(loss: CrossEntropy | Focal | ExpectedCost) -> None:
    logits = _logits()
    single = [loss(logits[i : i + 1], LABELS[i : i + 1], ALL[:1]) for i in range(len(LABELS))]
    torch.testing.assert_close(torch.stack(single).mean(), loss(logits, LABELS, ALL))


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_unknown_labels_do_not_count(loss: CrossEntropy | Focal | ExpectedCost) -> None:
    logits = _logits()
    known = torch.tensor([True, True, False, True, False, True, True])
    labels = torch.where(known, LABELS, -1)  # whatever stands there
    value = loss(logits, labels, known)
    torch.testing.assert_close(value, loss(logits[known], LABELS[known], ALL[:5]))
    (gradient,) = torch.autograd.grad(value, logits)
    assert gradient[~known].abs().max() == 0
    nothing = loss(logits, labels, torch.zeros_like(known))
    (gradient,) = torch.autograd.grad(nothing, logits)
    assert nothing.item() == gradient.abs().max().item() == 0


@pytest.mark.parametrize("loss", [*LOSSES, Focal(gamma=0.5)], ids=str)
def test_extreme_logits_stay_finite(loss: CrossEntropy | Focal | ExpectedCost) -> None:
    logits = torch.tensor([[300.0, -300.0], [300.0, -300.0]], requires_grad=True)
    value = loss(logits, torch.tensor([0, 1]), ALL[:2])
    (gradient,) = torch.autograd.grad(value, logits)
    assert torch.isfinite(value)
    assert torch.isfinite(gradient).all()


def test_half_precision_is_computed_in_single() -> None:
    logits = _logits().detach()
    half = logits.bfloat16()
    for loss in LOSSES:
        assert loss(half, LABELS, ALL).dtype == torch.float32
        torch.testing.assert_close(loss(half, LABELS, ALL), loss(half.float(), LABELS, ALL))


def test_balanced_weights() -> None:
    fitted = CrossEntropy(class_weights="balanced").fitted(30, 10)
    assert fitted.class_weights == (40 / 60, 40 / 20)
    labels = torch.tensor([0] * 30 + [1] * 10)
    assert fitted.prior_weights[0] * 30 == pytest.approx(fitted.prior_weights[1] * 10)
    logits = torch.zeros(40, 2)  # the weights of all patients average to one
    known = torch.ones(40, dtype=torch.bool)
    torch.testing.assert_close(fitted(logits, labels, known), CrossEntropy()(logits, labels, known))


def test_balanced_weights_need_counts_of_both_classes() -> None:
    balanced = CrossEntropy(class_weights="balanced")
    for counts in ((0, 5), (5, 0)):
        with pytest.raises(HyoidError, match="both classes"):
            balanced.fitted(*counts)
    with pytest.raises(HyoidError, match="without counts"):
        balanced(_logits(), LABELS, ALL)
    with pytest.raises(HyoidError, match="without counts"):
        _ = balanced.prior_weights


def test_the_others_need_no_fitting() -> None:
    for loss in LOSSES:
        assert loss.fitted(0, 5) == loss


def _minimum(loss: Callable[..., torch.Tensor], labels: torch.Tensor) -> float:
    """Probability of the positive class that a network without inputs learns."""
    margin = torch.linspace(-6, 6, 801, dtype=torch.float64)
    known = torch.ones(len(labels), dtype=torch.bool)
    values = [loss(torch.tensor([[0.0, m]]).expand(len(labels), 2).double(), labels, known) for m in margin.tolist()]
    return float(margin[int(torch.stack(values).argmin())].sigmoid())


def test_prior_weights_tell_the_prior_that_cross_entropy_learns() -> None:
    labels = torch.tensor([0] * 6 + [1] * 2)
    for loss in (CrossEntropy(), CrossEntropy(class_weights=(0.5, 3.0)), CrossEntropy(class_weights=(2.0, 0.7))):
        negative, positive = loss.prior_weights
        assert _minimum(loss, labels) == pytest.approx(2 * positive / (6 * negative + 2 * positive), abs=5e-3)


def test_prior_weights_of_the_others() -> None:
    assert Focal().prior_weights == (1.0, 1.0)
    assert Focal(alpha=0.75).prior_weights == (0.25, 0.75)
    assert ExpectedCost(false_positive=2, false_negative=5).prior_weights == (2.0, 5.0)


def test_nonsense_is_refused_and_names_find_their_loss() -> None:
    adapter: TypeAdapter[ClassificationLoss] = TypeAdapter(ClassificationLoss)
    assert adapter.validate_python({"name": "focal", "alpha": 0.6}) == Focal(alpha=0.6)
    read = adapter.validate_json('{"name": "cross_entropy", "class_weights": [1, 2]}')
    assert read == CrossEntropy(class_weights=(1.0, 2.0))
    for wrong in (
        {"name": "cross_entropy", "class_weights": [0, 1]},
        {"name": "cross_entropy", "class_weights": "even"},
        {"name": "focal", "alpha": 1},
        {"name": "focal", "gamma": -1},
        {"name": "expected_cost", "false_positive": 0},
    ):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)
