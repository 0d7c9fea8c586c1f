"""Whether resamples can be drawn within centers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class OfCenter(Protocol):
    """A patient of a center, or of none that is known."""

    @property
    def center(self) -> str | None:
        """Name of the center."""
        ...


def knows_centers(cases: Iterable[OfCenter]) -> bool:
    """Whether the center of any case is known: then intervals are drawn within centers, the unknown being one."""
    return any(case.center is not None for case in cases)
