"""A cohort of two hot-ball patients behind the server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from support.balls import ball_cohort
from support.review_client import Browser, review_app


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ball_cohort(tmp_path_factory.mktemp("cohort"), 2)


@pytest.fixture
def app(cohort: Path, tmp_path: Path) -> Iterator[FastAPI]:
    """A server on loopback: one user, who is admin."""
    app = review_app(cohort, tmp_path / "annotations")
    yield app
    app.state.annotations.close()


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


@pytest.fixture
def shared(cohort: Path, tmp_path: Path) -> Iterator[FastAPI]:
    """A server with accounts."""
    people = {"anna": "annotator", "ben": "annotator", "chief": "admin", "guest": "reader"}
    app = review_app(cohort, tmp_path / "annotations", people=people)
    yield app
    app.state.annotations.close()
