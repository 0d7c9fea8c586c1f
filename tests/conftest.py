"""The order of files: two processes end together where the long ones come first."""

import pytest

LONGEST_FIRST = ("tests/docs/test_tutorial.py", "tests/training/test_run.py", "tests/training/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first and leave the order otherwise as it is."""

    def place(item: pytest.Item) -> int:
        return next((i for i, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)), len(LONGEST_FIRST))

    items.sort(key=place)
