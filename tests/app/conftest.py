"""A small cohort, its prediction, and a server of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from hyoid.app.security.accounts import Accounts
from hyoid.app.security.passwords import Scrypt
from hyoid.app.settings import Settings
from support.review_client import PASSWORD, Browser
from support.viewed import PORT, running, write_cohort, write_prediction


@pytest.fixture(scope="session")
def viewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with `cohort` and `predictions`; nobody writes into it."""
    folder = tmp_path_factory.mktemp("viewed")
    write_cohort(folder)
    write_prediction(folder)
    return folder


@pytest.fixture
def view_settings(viewed: Path, tmp_path: Path) -> Settings:
    return Settings(
        cohort=viewed / "cohort", predictions=viewed / "predictions", annotations=tmp_path / "annotations", port=PORT
    )


@pytest.fixture
def viewer(view_settings: Settings) -> Iterator[FastAPI]:
    """A server on loopback whose background runs."""
    with running(view_settings) as started:
        yield started


@pytest.fixture
def visitor(viewer: FastAPI) -> Browser:
    """A browser that has come in by the printed address."""
    return Browser(viewer)


@pytest.fixture
def shared_viewer(view_settings: Settings) -> Iterator[FastAPI]:
    """A server with accounts; `limited` may see one case."""
    settings = replace(view_settings, accounts=True)
    assert settings.accounts_file is not None
    accounts = Accounts(settings.accounts_file, Scrypt(n=16))
    for name, role in (("chief", "admin"), ("limited", "annotator"), ("guest", "reader")):
        accounts.add(name, role, PASSWORD)
    accounts.assign("limited", ["MDA-002"])
    with running(settings) as started:
        yield started


@pytest.fixture
def refusals(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the log of refusals holds so far."""
    caplog.set_level("WARNING", "hyoid.app.refusals")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "hyoid.app.refusals"]
