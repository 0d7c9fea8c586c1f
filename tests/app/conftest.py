"""A small cohort, its prediction, and a server of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from hyoid.app.settings import Settings
from support.viewed import PORT, Browser, running, write_cohort, write_prediction


@pytest.fixture(scope="session")
def viewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with `cohort` and `predictions`; nobody writes into it."""
    folder = tmp_path_factory.mktemp("viewed")
    write_cohort(folder)
    write_prediction(folder)
    return folder


@pytest.fixture
def settings(viewed: Path, tmp_path: Path) -> Settings:
    return Settings(
        cohort=viewed / "cohort", predictions=viewed / "predictions", annotations=tmp_path / "annotations", port=PORT
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    with running(settings) as started:
        yield started


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app).open_address()
