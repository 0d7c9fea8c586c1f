"""What is said about one computation of SUV: the assumptions it rests on, and what was noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Remarks:
    """Sentences for the manifest, in the order in which the rules were applied.

    An assumption is a choice on which the number depends and which the header does not settle. A note is everything
    else that a reader of the number should know.
    """

    assumptions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def assume(self, sentence: str) -> None:
        """Record a choice that the header does not settle."""
        if sentence not in self.assumptions:
            self.assumptions.append(sentence)

    def note(self, sentence: str) -> None:
        """Record something that was noticed."""
        if sentence not in self.notes:
            self.notes.append(sentence)
