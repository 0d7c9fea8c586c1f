"""Physical decay: how much is left, and when within a frame the mean count rate occurs."""

from __future__ import annotations

import math


def remaining(seconds: float, half_life_s: float) -> float:
    """Return the fraction of an activity that is left after some seconds; more than 1 for negative ones."""
    return float(2.0 ** (-seconds / half_life_s))


def mean_rate_time(duration_s: float, half_life_s: float) -> float:
    """Return the time, s after a frame's start, at which the activity equals its mean over the frame.

    T_ave = ln(x / (1 - exp(-x))) / lambda with x = lambda T. Source: DICOM PS3.3, C.8.9.4.1.5, example 2. It is
    always sooner than the middle.
    """
    rate = math.log(2) / half_life_s
    exponent = rate * duration_s
    if exponent < 1e-6:  # here the quotient loses its digits, and the middle is exact to 1e-7 of the frame
        return duration_s / 2
    return math.log(exponent / -math.expm1(-exponent)) / rate


def seconds_of_factor(decay_factor: float, half_life_s: float) -> float:
    """Return the seconds of decay that a decay factor undoes."""
    return half_life_s * math.log2(decay_factor)
