"""The review application over a small cohort, and browsers of several people on it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI
from numpy.typing import NDArray
from starlette.testclient import TestClient

from hyoid.app.cases.review import Review
from hyoid.app.cases.worker import WorkerStoppedError
from hyoid.app.security.accounts import Accounts
from hyoid.app.security.passwords import Scrypt
from hyoid.app.server import create_app
from hyoid.app.settings import Settings
from hyoid.cohort import Case

PASSWORD = "a long enough password, 17"  # noqa: S105 - of accounts that a test makes


class NoReviews:
    """In the place of the process that reviews cases in the background, which these tests need not."""

    def review(self, _case: Case, *_files: object) -> Review:
        raise WorkerStoppedError("no reviews here")

    def close(self) -> None:
        return


class Browser:
    """One person's browser: session, secret and origin are sent as the page sends them."""

    def __init__(self, app: FastAPI, name: str | None = None, password: str = PASSWORD) -> None:
        self.app, settings = app, app.state.settings
        self.origin = f"{settings.scheme}://127.0.0.1:{settings.port}"
        self.client = TestClient(app, base_url=self.origin, follow_redirects=False)
        if name is None:
            self.client.get("/", params={"token": app.state.token.renew()})
        else:
            sent = {"name": name, "password": password}
            self.client.post("/api/login", json=sent, headers={"Origin": self.origin}).raise_for_status()
        self.me = self.get("/api/me").json()

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, params=query)

    def send(self, method: str, path: str, *, voxels: bytes | None = None, json: Any = None, **query: Any) -> Any:
        headers = {"Origin": self.origin, "X-Hyoid-CSRF": self.me.get("csrf", "")}
        if voxels is not None:
            headers["Content-Type"] = "application/octet-stream"
        return self.client.request(method, path, params=query, content=voxels, json=json, headers=headers)

    def labels(self, path: str, case_id: str, **query: Any) -> NDArray[np.uint8]:
        """Return the label voxels of an answer on the canonical grid (z, y, x)."""
        answer = self.get(path, **query)
        answer.raise_for_status()
        return unpacked(answer, self.app, case_id)


def unpacked(answer: Any, app: FastAPI, case_id: str) -> NDArray[np.uint8]:
    """Return the label voxels of an answer on the canonical grid (z, y, x)."""
    assert answer.headers["X-Hyoid-Voxels"] == "gzip"
    raw = np.frombuffer(gzip.decompress(answer.content), np.uint8)
    return raw.reshape(app.state.library.canonical(case_id).canonical_grid.shape)


def packed(array: NDArray[np.uint8]) -> bytes:
    """Return label voxels of the canonical grid (z, y, x) as the page sends them."""
    return gzip.compress(np.ascontiguousarray(array).tobytes())


def review_app(
    cohort: Path, folder: Path, *, predictions: Path | None = None, people: dict[str, str] | None = None
) -> FastAPI:
    """Return the application over a cohort; with `people` (role by name) it asks for accounts."""
    settings = Settings(cohort, predictions=predictions, annotations=folder, accounts=people is not None)
    if people is not None:
        accounts = Accounts(folder / "accounts.json", Scrypt(n=16))
        for name, role in people.items():
            accounts.add(name, role, PASSWORD)
    return create_app(settings, NoReviews())
