"""What is known of the outcomes of patients: a time, and whether it ended in the event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.errors import CohortError


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Outcomes of n patients.

    Parameters
    ----------
    days
        (n,) days to the event, or to the end of follow-up; 0 is allowed, a patient of whom only the entry is known.
    event
        (n,) bool: whether the time ended in the event; False is censored.

    Raises
    ------
    CohortError
        If the two have different shapes, or a time is negative or no number.
    """

    days: NDArray[np.float64]
    event: NDArray[np.bool_]

    def __post_init__(self) -> None:
        days, event = np.asarray(self.days, np.float64), np.asarray(self.event)
        if days.ndim != 1 or days.shape != event.shape:
            raise CohortError.of(f"times {days.shape} and events {event.shape}", "one of each a patient", "Pair them.")
        if not np.isin(event, (0, 1)).all():
            raise CohortError.of("an event that is neither 0 nor 1", "0 or 1", "Code censored as 0, the event as 1.")
        if not (np.isfinite(days) & (days >= 0)).all():
            wrong = days[~(np.isfinite(days) & (days >= 0))][0]
            raise CohortError.of(f"a survival time of {wrong:g} days", "0 or more", "Correct the record.")
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "event", event.astype(bool))

    def __len__(self) -> int:
        return len(self.days)

    @property
    def events(self) -> int:
        """Number of events."""
        return int(self.event.sum())

    def part(self, index: ArrayLike) -> Self:
        """Return the outcomes at an index, mask or list of positions, as NumPy understands it."""
        chosen = np.asarray(index) if np.size(index) else np.zeros(0, np.intp)
        return type(self)(self.days[chosen], self.event[chosen])
