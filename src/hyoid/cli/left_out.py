"""What every evaluation prints at the end: the choices that were made, and who was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape

if TYPE_CHECKING:
    from rich.console import Console


def print_options(console: Console, options: Mapping[str, Any]) -> None:
    """Print the options of a result on one line, those of the bootstrap among them."""
    plain = {name: value for name, value in options.items() if name != "bootstrap"}
    chosen = plain | {f"bootstrap {name}": value for name, value in options["bootstrap"].items()}
    console.print("Options: " + ", ".join(f"{name.replace('_', ' ')} {chosen[name]}" for name in chosen) + ".")


def print_left_out(console: Console, listed: Mapping[str, Sequence[str]]) -> None:
    """Print the ids of patients that were not evaluated, by reason."""
    for words, identifiers in listed.items():
        if identifiers:
            console.print(escape(f"{words}, not evaluated: {len(identifiers)} ({', '.join(identifiers)})."))
