"""The one check that several intensity steps share."""

from __future__ import annotations


def check_order(lower: float, upper: float) -> None:
    """Refuse bounds that enclose nothing.

    Raises
    ------
    ValueError
        If `lower` is not below `upper`; pydantic turns it into its own error.
    """
    if not lower < upper:
        raise ValueError(f"lower {lower:g} is not below upper {upper:g}; exchange them")
