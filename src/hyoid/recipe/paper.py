"""What a recipe says of the document that it comes from."""

from __future__ import annotations

from hyoid.settings import Settings


class Reported(Settings):
    """One figure that the paper reports."""

    metric: str
    value: float
    spread: float | None = None
    split: str


class Paper(Settings):
    """Which of the five documents the recipe comes from, and what it reports."""

    key: str
    reported: tuple[Reported, ...] = ()
