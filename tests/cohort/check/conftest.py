from __future__ import annotations

from collections.abc import Callable

import pytest

from cohort.check.dummy import Dummy, make_dummy
from hyoid.cohort import Case
from hyoid.cohort.check import check_case


@pytest.fixture(scope="session")
def dummy() -> Dummy:
    return make_dummy()


@pytest.fixture
def codes() -> Callable[[Case], list[str]]:
    """Return the function case -> codes of its findings, in order."""
    return lambda case: [finding.code for finding in check_case(case).findings]
