"""A figure as a paper prints it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hyoid.errors import HyoidError

_NUMBER = r"\d+(?:\.\d+)?"
_FORM = re.compile(
    rf"(?P<value>{_NUMBER})(?: ± (?P<spread>{_NUMBER})| \[(?P<low>{_NUMBER}), (?P<high>{_NUMBER})\]|(?P<percent> ?%))?"
)


@dataclass(frozen=True, slots=True)
class Printed:
    """What a paper prints: the text, and the numbers in it; per cent become shares.

    `spread` is what stands behind ±, `interval` what stands in brackets.
    """

    text: str
    value: float
    spread: float | None = None
    interval: tuple[float, float] | None = None


def printed(text: str) -> Printed:
    """Return the numbers of '0.618', '0.618 ± 0.034', '0.666 [0.632, 0.705]' or '23 %'.

    Raises
    ------
    HyoidError
        If the text is none of these, or a value lies outside its own interval.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise HyoidError.of(f"the figure '{text}'", "a number, with ± or an interval or %", "Write it as printed.")
    value = float(found["value"])
    if found["percent"]:
        return Printed(text, value / 100)
    if found["low"] is None:
        return Printed(text, value, None if found["spread"] is None else float(found["spread"]))
    low, high = float(found["low"]), float(found["high"])
    if not low <= value <= high:
        raise HyoidError.of(f"the figure '{text}'", "a value within its interval", "Compare it with the paper.")
    return Printed(text, value, interval=(low, high))
