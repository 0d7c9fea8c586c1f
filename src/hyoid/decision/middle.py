"""The middle between the classes: from where the log-odds of one model are counted, so that models can be compared."""

from __future__ import annotations

from numpy.typing import ArrayLike

from hyoid.decision.cases import checked_cases


def middle_of_classes(logits: ArrayLike, positive: ArrayLike) -> float:
    """Return the mean of the two classes' mean logits (n,); 0, which moves nothing, where a class is absent.

    It does not depend on how many cases a class has. Logits counted from here are, for classes of equal spread, those
    of a prior of one half.
    """
    values, classes = checked_cases(logits, positive)
    if not classes.any() or classes.all():
        return 0.0
    return float(values[classes].mean() + values[~classes].mean()) / 2
