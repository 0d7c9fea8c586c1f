"""Libraries that come with an extra, for what only some users need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hyoid.errors import HyoidError


def extra_library(module: str, extra: str) -> Any:
    """Return a module of a library that is installed by an extra.

    Raises
    ------
    HyoidError
        If it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise not_installed(module, extra) from error


def not_installed(library: str, extra: str) -> HyoidError:
    """Return the error that says which extra brings a library."""
    return HyoidError.of(
        f"no {library} in this environment", f"the extra for {extra}", f'Install it: pip install "hyoid[{extra}]".'
    )
