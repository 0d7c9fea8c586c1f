"""Losses of a head that tells two classes apart.

Each is a mean over the patients whose label is known, (1/N) sum w_y loss, which divides by their number N. PyTorch's
weighted cross-entropy divides by the sum of the weights instead: in a batch of one the weight then cancels altogether,
and in small batches in part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field

from hyoid.errors import HyoidError
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class CrossEntropy(Settings):
    """Cross-entropy, each patient weighted by the weight of their class.

    `class_weights` are those of the negative and the positive class; "balanced" is N / (2 N_class) of the training
    patients, put in by `fitted`; None is (1, 1).
    """

    name: Literal["cross_entropy"] = "cross_entropy"
    class_weights: Literal["balanced"] | tuple[Positive, Positive] | None = None

    @property
    def prior_weights(self) -> tuple[float, float]:
        """Weights of the negative and the positive class by which the learnt prior is shifted."""
        if self.class_weights == "balanced":
            raise HyoidError.of(
                "balanced class weights without counts", "a loss fitted to the training cases", "Call fitted() first."
            )
        return (1.0, 1.0) if self.class_weights is None else self.class_weights

    def fitted(self, negatives: int, positives: int) -> Self:
        """Return the loss with "balanced" replaced by weights for so many training patients of each class.

        Raises
        ------
        HyoidError
            If the weights are to be balanced and a class has no patient.
        """
        if self.class_weights != "balanced":
            return self
        if min(negatives, positives) < 1:
            raise HyoidError.of(
                f"{negatives} negative and {positives} positive cases to train on",
                "both classes for balanced class weights",
                "Split by the label (stratify), add cases of the missing class, or set class_weights.",
            )
        total = negatives + positives
        return self.model_copy(update={"class_weights": (total / (2 * negatives), total / (2 * positives))})

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar mean over the known: logits (B, 2), labels (B,) of 0 and 1, known (B,) of bool.

        Zero, with a gradient path, if no label is known.
        """
        weights = self.prior_weights
        if not bool(known.any()):
            return logits.sum() * 0.0
        right, _ = _log_probabilities(logits[known], labels[known])
        return (-_of_class(weights, labels[known], right) * right).mean()


class Focal(Settings):
    """Focal loss (Lin 2017): -w (1 - p)^gamma log p with p the probability of the true class.

    `alpha` is the weight w of the positive class and 1 - `alpha` that of the negative; None weighs both by 1.
    """

    name: Literal["focal"] = "focal"
    alpha: float | None = Field(None, gt=0, lt=1)
    gamma: float = Field(2.0, ge=0, allow_inf_nan=False)

    @property
    def prior_weights(self) -> tuple[float, float]:
        """Weights of the negative and the positive class by which the learnt prior is shifted."""
        return (1.0, 1.0) if self.alpha is None else (1.0 - self.alpha, self.alpha)

    def fitted(self, negatives: int, positives: int) -> Self:  # noqa: ARG002 (one signature for all losses)
        """Return the loss itself: nothing in it depends on the training patients."""
        return self

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar mean over the known: logits (B, 2), labels (B,) of 0 and 1, known (B,) of bool.

        Zero, with a gradient path, if no label is known.
        """
        if not bool(known.any()):
            return logits.sum() * 0.0
        right, wrong = _log_probabilities(logits[known], labels[known])
        # 1 - p from its logarithm: a power of the difference has no finite gradient at 0 for gamma below 1
        focus = (self.gamma * wrong).exp()
        return (-_of_class(self.prior_weights, labels[known], right) * focus * right).mean()


class ExpectedCost(Settings):
    """The cost to be expected of a decision drawn from the softmax: that of the other class times its probability.

    For a negative patient `false_positive` times the positive class's probability, for a positive one `false_negative`
    times the negative class's. Linear in the probability, so it trains decisions and not calibrated probabilities.
    """

    name: Literal["expected_cost"] = "expected_cost"
    false_positive: Positive = 1.0
    false_negative: Positive = 1.0

    @property
    def prior_weights(self) -> tuple[float, float]:
        """Weights of the negative and the positive class by which the learnt prior is shifted."""
        return (self.false_positive, self.false_negative)

    def fitted(self, negatives: int, positives: int) -> Self:  # noqa: ARG002 (one signature for all losses)
        """Return the loss itself: nothing in it depends on the training patients."""
        return self

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar mean over the known: logits (B, 2), labels (B,) of 0 and 1, known (B,) of bool.

        Zero, with a gradient path, if no label is known.
        """
        if not bool(known.any()):
            return logits.sum() * 0.0
        _, wrong = _log_probabilities(logits[known], labels[known])
        return (_of_class(self.prior_weights, labels[known], wrong) * wrong.exp()).mean()


def _log_probabilities(logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probability of the true and of the other class, (N,) each, in single precision at the least."""
    import torch

    both = logits.to(torch.promote_types(logits.dtype, torch.float32)).log_softmax(dim=1)
    true = labels.long()[:, None]
    return both.gather(1, true)[:, 0], both.gather(1, 1 - true)[:, 0]


def _of_class(weights: tuple[float, float], labels: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return like.new_tensor(weights)[labels.long()]
