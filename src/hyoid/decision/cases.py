"""The cases on which a calibration or a threshold is chosen: logits and known classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hyoid.errors import HyoidError
from hyoid.metrics import Bools, Floats


def checked_logits(logits: ArrayLike) -> Floats:
    """Return logits (n,) as double precision.

    Raises
    ------
    HyoidError
        If they are not one finite number per case.
    """
    values = np.asarray(logits, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise HyoidError.of(
            f"logits of shape {values.shape}, {int(np.count_nonzero(~np.isfinite(values)))} of them not finite",
            "one finite log-odds per case",
            "Leave cases without a prediction out.",
        )
    return values


def checked_cases(logits: ArrayLike, positive: ArrayLike) -> tuple[Floats, Bools]:
    """Return logits (n,) and classes (n,) of bool; n may be 0.

    Raises
    ------
    HyoidError
        If the logits are not finite, the lengths differ, or the classes are not bool.
    """
    values, classes = checked_logits(logits), np.asarray(positive)
    if classes.size == 0:
        classes = classes.astype(np.bool_)  # an empty list has no type of its own
    if classes.shape != values.shape or classes.dtype != np.bool_:
        raise HyoidError.of(
            f"{classes.size} classes of {classes.dtype} for {values.size} logits",
            "one bool per case, True for HPV-positive",
            "Leave cases of unknown status out.",
        )
    return values, classes


def one_class(classes: Bools) -> str | None:
    """Return in words what is absent, such as 'no negative among 12 cases'; None where both classes are there."""
    if len(classes) == 0:
        return "no case"
    if classes.all():
        return f"no negative among {len(classes)} cases"
    return None if classes.any() else f"no positive among {len(classes)} cases"
