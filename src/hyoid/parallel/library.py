"""The libraries of clusters, which come with extras."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hyoid.errors import HyoidError


def cluster_library(library: str, extra: str) -> Any:
    """Return a library that is installed by an extra.

    Raises
    ------
    HyoidError
        If it is not installed.
    """
    try:
        return import_module(library)
    except ModuleNotFoundError as error:
        raise HyoidError.of(
            f"no {library} in this environment",
            f"the extra for {extra}",
            f'Install it: pip install "hyoid[{extra}]".',
        ) from error
