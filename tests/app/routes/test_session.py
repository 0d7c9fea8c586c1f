"""Coming in by the printed address or by an account, and going out."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.testclient import TestClient

from hyoid.app.security.throttle import LIMITS
from support.review_client import PASSWORD, Browser
from support.viewed import ORIGIN


def stranger(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=ORIGIN, follow_redirects=False)


def log_in(client: TestClient, name: str, password: str) -> int:
    sent = {"name": name, "password": password}
    return client.post("/api/login", json=sent, headers={"Origin": ORIGIN}).status_code


def test_the_address_opens_the_page_once(viewer: FastAPI, refusals: Callable[[], list[str]]) -> None:
    token = viewer.state.token.renew()
    first, second = stranger(viewer), stranger(viewer)
    answer = first.get("/", params={"token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie  # noqa: PT018
    assert token.lower() not in cookie
    assert first.get("/api/me").json()["role"] == "admin"
    again = second.get("/", params={"token": token})
    assert again.status_code == 403
    assert "Press Enter" in again.text
    assert "set-cookie" not in again.headers
    assert second.get("/api/me").status_code == 401
    assert first.get("/api/me").status_code == 200  # who is in stays in
    assert len(refusals()) == 1
    assert token not in refusals()[0]


def test_no_token_and_wrong_tokens(viewer: FastAPI, refusals: Callable[[], list[str]]) -> None:
    token = viewer.state.token.renew()
    client = stranger(viewer)
    for wrong in ("", "a" * 43, token[:-1], token.swapcase(), f" {token}", "é", "\0"):
        assert client.get("/", params={"token": wrong}).status_code == 403
        assert "set-cookie" not in client.get("/", params={"token": wrong}).headers
    assert client.get("/api/me").status_code == 401
    assert client.get("/api/cases").status_code == 401
    assert not any(token[:8] in line for line in refusals())
    assert client.get("/", params={"token": token}).status_code == 303  # tries do not use it up


def test_who_am_i(visitor: Browser) -> None:
    me = visitor.me
    assert (me["role"], me["accounts"], me["cohort"]) == ("admin", False, "cohort")
    assert (me["predictions"], me["annotations"]) == (True, True)
    assert me["disclaimer"] == "Research use only, not a medical device."
    assert len(me["csrf"]) >= 43


def test_no_login_without_accounts(viewer: FastAPI) -> None:
    assert log_in(stranger(viewer), "chief", PASSWORD) == 404


def test_logging_in_and_out(shared_viewer: FastAPI) -> None:
    browser = Browser(shared_viewer, "limited")
    assert (browser.me["name"], browser.me["role"], browser.me["accounts"]) == ("limited", "annotator", True)
    cookie = dict(browser.client.cookies)
    assert browser.client.post("/api/logout", headers={"Origin": ORIGIN}).status_code == 403  # without the secret
    assert browser.send("POST", "/api/logout").status_code == 200
    assert browser.get("/api/me").status_code == 401
    client = stranger(shared_viewer)
    client.cookies.update(cookie)
    assert client.get("/api/me").status_code == 401  # the old cookie opens nothing


def test_a_token_is_worth_nothing_where_there_are_accounts(shared_viewer: FastAPI) -> None:
    client = stranger(shared_viewer)
    answer = client.get("/", params={"token": shared_viewer.state.token.renew()})
    assert "set-cookie" not in answer.headers
    assert client.get("/api/me").json()["accounts"] is True


def test_wrong_passwords_are_slowed_down(shared_viewer: FastAPI, refusals: Callable[[], list[str]]) -> None:
    client = stranger(shared_viewer)
    answers = [log_in(client, "chief", f"wrong password {i}") for i in range(LIMITS["pair"] + 1)]
    assert answers == [401] * LIMITS["pair"] + [429]
    assert log_in(client, "chief", PASSWORD) == 429  # the right one too
    assert log_in(client, "guest", PASSWORD) == 200
    answer = client.post("/api/login", json={"name": "chief", "password": "x"}, headers={"Origin": ORIGIN})
    assert int(answer.headers["retry-after"]) > 60
    assert not any("wrong password" in line or PASSWORD in line or "chief" in line for line in refusals())


def test_a_removed_account_is_out_at_once(shared_viewer: FastAPI) -> None:
    browser, other = Browser(shared_viewer, "limited"), Browser(shared_viewer, "guest")
    shared_viewer.state.accounts.set_password("guest", "another good password")
    shared_viewer.state.accounts.remove("limited")
    assert browser.get("/api/cases").status_code == 401
    assert other.get("/api/cases").status_code == 401


def test_a_login_of_another_shape(shared_viewer: FastAPI) -> None:
    client, right = stranger(shared_viewer), {"name": "chief", "password": PASSWORD}
    wrong: tuple[object, ...] = (
        {},
        {"name": "chief"},
        {**right, "name": ["chief"]},
        [],
        {**right, "name": "x" * 65},
        {**right, "role": "admin"},
    )
    for sent in wrong:
        answer = client.post("/api/login", json=sent, headers={"Origin": ORIGIN})
        assert answer.status_code == 422
        assert PASSWORD not in answer.text
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    assert client.post("/api/login", content=b"{", headers=headers).status_code == 422
