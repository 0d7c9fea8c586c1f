"""The mean of exponentials, with a gradient that no outlier makes infinite."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_LINEAR_FROM = 30.0
"""Log of the mean from which it grows linearly: e^30 is 1e13, whose square, in the norm of a gradient, fits float32."""


def mean_exponential(exponents: torch.Tensor, number: int) -> torch.Tensor:
    """Return the sum of exp(exponents (k,)) divided by `number`, exact up to e^30.

    With m the log of that mean, the value beyond is e^30 (1 + m - 30): the tangent at 30. The gradient keeps the
    direction of the exact one, only its length no longer grows, so that a diverging batch neither overflows nor loses
    its gradient as it would if the value were clamped. An exponent of -inf adds nothing; not all of them may be.
    """
    log_mean = exponents.logsumexp(0) - math.log(number)
    exact = log_mean.clamp(max=_LINEAR_FROM)
    return exact.exp() * (1.0 + log_mean - exact)
