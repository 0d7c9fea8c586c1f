"""Bodies: how much, of what kind, how fast. Requests are played message by message."""

import asyncio
import json
from typing import Any

import pytest

from hyoid.app.security import bodies
from hyoid.app.security.bodies import LARGE_AT_ONCE, LEAST_BYTES_A_SECOND, MOST_BYTES, STRANGER_BYTES, BodiesMiddleware

JSON, VOXELS = "application/json", "application/octet-stream"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(body)).encode()})


def scope_of(kind: str | None = JSON, length: object = None, chunked: bool = False, **more: str) -> dict[str, Any]:
    pairs = {
        "content-type": kind,
        "content-length": length,
        "transfer-encoding": "chunked" if chunked else None,
        **more,
    }
    headers = [
        (name.replace("_", "-").encode(), str(value).encode()) for name, value in pairs.items() if value is not None
    ]
    return {"type": "http", "method": "POST", "path": "/", "headers": headers, "client": ("1.1.1.1", 1)}


async def play(
    scope: dict[str, Any], pieces: list[bytes], known: bool = True, app: BodiesMiddleware | None = None
) -> tuple[int | None, bytes, int]:
    """Return status, body of the answer, and how many pieces were taken."""
    taken, answer = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        if taken == len(pieces):
            return {"type": "http.disconnect"}
        taken += 1
        return {"type": "http.request", "body": pieces[taken - 1], "more_body": taken < len(pieces)}

    async def send(message: Any) -> None:
        answer.append(message)

    await (app or BodiesMiddleware(echo, lambda _: known))(scope, receive, send)
    return (answer[0]["status"], answer[1]["body"], taken) if answer else (None, b"", taken)


def test_what_is_within_the_limits_comes_through() -> None:
    body = b"x" * 1000
    assert asyncio.run(play(scope_of(length=1000), [body])) == (200, b"1000", 1)
    assert asyncio.run(play(scope_of(VOXELS, chunked=True), [body] * 5)) == (200, b"5000", 5)
    assert asyncio.run(play(scope_of(None), [b""]))[0] == 200
    assert asyncio.run(play(scope_of(f"{JSON}; charset=utf-8", 2), [b"{}"]))[0] == 200


def test_an_announced_one_that_is_too_large_is_not_read() -> None:
    status, answer, taken = asyncio.run(play(scope_of(length=MOST_BYTES[JSON] + 1), [b"x"]))
    assert (status, taken) == (413, 0)
    assert "larger" in json.loads(answer)["error"]


def test_an_open_one_is_read_up_to_the_limit() -> None:
    piece = b"x" * 2**14
    status, _, taken = asyncio.run(play(scope_of(chunked=True), [piece] * 100))
    assert (status, taken) == (413, MOST_BYTES[JSON] // len(piece) + 1)


def test_one_that_lies_about_its_length() -> None:
    piece = b"x" * 2**14
    status, _, taken = asyncio.run(play(scope_of(length=10), [piece] * 100))
    assert (status, taken) == (413, MOST_BYTES[JSON] // len(piece) + 1)


def test_a_stranger_sends_less() -> None:
    for kind in (JSON, VOXELS):
        status, answer, taken = asyncio.run(play(scope_of(kind, STRANGER_BYTES + 1), [b"x"], known=False))
        assert (status, taken) == (401, 0)
        assert json.loads(answer)["error"].startswith("Log in")
    pieces = [b"x" * STRANGER_BYTES] * 9
    assert asyncio.run(play(scope_of(chunked=True), pieces, known=False))[::2] == (401, 2)
    assert asyncio.run(play(scope_of(length=STRANGER_BYTES), [b"x"], known=False))[0] == 200


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain", ""]
)
def test_other_kinds_are_refused(kind: str) -> None:
    assert asyncio.run(play(scope_of(kind, 5), [b"hello"]))[0] == 415


def test_packed_bodies_are_refused() -> None:
    assert asyncio.run(play(scope_of(length=5, content_encoding="gzip"), [b"hello"]))[0] == 415


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "ten", "\u0661"])
def test_a_length_that_is_no_number(length: str) -> None:
    assert asyncio.run(play(scope_of(length=length), [b"x"]))[0] == 400


def test_a_client_that_goes_away_gets_no_answer() -> None:
    assert asyncio.run(play(scope_of(length=5), []))[0] is None


def test_a_slow_body_is_refused() -> None:
    """First the waiting itself, with a short patience; then drops that come just too late, by a clock."""

    async def stalled() -> int:
        answer: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(30)
            raise AssertionError

        async def send(message: Any) -> None:
            answer.append(message)

        await BodiesMiddleware(echo, lambda _: True, patience=0.02)(scope_of(length=9), receive, send)
        return int(answer[0]["status"])

    assert asyncio.run(stalled()) == 408


@pytest.mark.parametrize(("bytes_a_second", "status"), [(LEAST_BYTES_A_SECOND // 2, 408), (LEAST_BYTES_A_SECOND, 200)])
def test_the_slower_the_less(bytes_a_second: int, status: int) -> None:
    clock = Clock()
    app = BodiesMiddleware(echo, lambda _: True, clock=clock, patience=5.0)
    answer: list[dict[str, Any]] = []
    seconds = 60

    async def receive() -> dict[str, Any]:
        clock.now += 1.0
        return {"type": "http.request", "body": b"x" * bytes_a_second, "more_body": clock.now < seconds}

    async def send(message: Any) -> None:
        answer.append(message)

    asyncio.run(app(scope_of(VOXELS, chunked=True), receive, send))
    assert answer[0]["status"] == status
    assert clock.now == (seconds if status == 200 else pytest.approx(11, abs=1))


def test_not_too_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    app = BodiesMiddleware(echo, lambda _: True)

    async def many() -> list[int | None]:
        gate = asyncio.Event()

        async def one() -> int | None:
            answer: list[dict[str, Any]] = []

            async def receive() -> dict[str, Any]:
                await gate.wait()
                return {"type": "http.request", "body": b"x", "more_body": False}

            async def send(message: Any) -> None:
                answer.append(message)

            await app(scope_of(VOXELS, 1), receive, send)
            return int(answer[0]["status"])

        tasks = [asyncio.create_task(one()) for _ in range(LARGE_AT_ONCE + 2)]
        small = await play(scope_of(length=1), [b"x"], app=app)
        gate.set()
        return [small[0], *await asyncio.gather(*tasks)]

    assert asyncio.run(many()) == [200] + [200] * LARGE_AT_ONCE + [429] * 2
    assert asyncio.run(play(scope_of(VOXELS, 1), [b"x"], app=app))[0] == 200  # the places are free again
    assert bodies.LARGE_AT_ONCE >= 2
