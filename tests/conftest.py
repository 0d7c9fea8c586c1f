"""The order of files, and what hypothesis draws."""

import os

import pytest
from hypothesis import settings

LONGEST_FIRST = ("tests/docs/test_tutorial.py", "tests/training/test_run.py", "tests/training/")

# One commit, one answer: the same examples each time. `make test-all` draws others, to find what these leave out.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore", print_blob=True)
settings.load_profile(os.environ.get("HYOID_HYPOTHESIS", "same"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first and leave the order otherwise as it is.

    Two processes end together where the long files come first.
    """

    def place(item: pytest.Item) -> int:
        return next((i for i, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)), len(LONGEST_FIRST))

    items.sort(key=place)
