"""The real process: what it prints, what it answers to raw bytes, how it ends."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from support.review_client import PASSWORD

VIEW = "from hyoid.cli import main; main()"


class Running:
    """A server in a process of its own, with a terminal for its standard input."""

    def __init__(self, process: "subprocess.Popen[str]", terminal: int, log: Path) -> None:
        self.process, self.terminal, self.log = process, terminal, log

    def printed(self, pattern: str, count: int = 1) -> list[str]:
        """Wait until a pattern was printed so many times."""
        end = time.monotonic() + 60
        while len(found := re.findall(pattern, self.log.read_text(encoding="utf-8"))) < count:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")
            time.sleep(0.05)
        return [str(one) for one in found]


@contextmanager
def view(folder: Path, *arguments: str) -> Iterator[Running]:
    log = folder / "printed.txt"
    terminal, other_end = os.openpty()
    command = [sys.executable, "-c", VIEW, "view", *arguments, "--port", "0", "--no-open"]
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(command, stdin=other_end, stdout=stream, stderr=subprocess.STDOUT, text=True)
        try:
            yield Running(process, terminal, log)
        finally:
            process.kill()
            process.wait()
            os.close(terminal)
            os.close(other_end)


def raw(port: int, content: bytes) -> bytes:
    """Send bytes that no client library would, and return what comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        found = b""
        with suppress(ConnectionError):  # cut off in the middle is an answer too
            connection.sendall(content)
            while piece := connection.recv(65536):
                found += piece
    return found


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_what_the_server_makes_is_its_owner_s_alone(viewed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "annotations"
    arguments = (str(viewed / "cohort"), "--annotations", str(folder))
    with view(tmp_path, *arguments) as server:
        server.printed(r"Open (http://\S+)")
        assert "Other users" not in server.log.read_text(encoding="utf-8")
        made = [folder, *folder.rglob("*")]
        assert {"hyoid.sqlite", "versions", "refusals.log"} <= {path.name for path in made}
        assert [path for path in made if path.stat().st_mode & 0o077] == []
    folder.chmod(0o755)
    with view(tmp_path, *arguments) as server:
        server.printed(r"Open (http://\S+)")
        assert f"chmod -R go-rwx {folder}" in server.log.read_text(encoding="utf-8")


def test_a_whole_visit(viewed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "annotations"
    arguments = (str(viewed / "cohort"), "--predictions", str(viewed / "predictions"), "--annotations", str(folder))
    with view(tmp_path, *arguments) as server:
        (address,) = server.printed(r"Open (http://127\.0\.0\.1:\d+/\?token=\S+)")
        place, token = address.split("?token=")
        port = int(place.rsplit(":", 1)[1].strip("/"))
        with httpx2.Client(base_url=place) as client:
            assert client.get("/", params={"token": token}).status_code == 303
            assert client.get("/api/me").json()["role"] == "admin"
            assert len(client.get("/api/cases").json()["cases"]) == 5
            volume = client.get("/api/cases/MDA-001/volumes/ct.nii")
            assert len(volume.content) == int(volume.headers["content-length"]) > 352
            assert "server" not in volume.headers
            assert httpx2.get(address).status_code == 403
            os.write(server.terminal, b"\n")
            renewed = server.printed(r"\?token=(\S+)", 2)[1]
            assert renewed != token
            assert client.get("/", params={"token": renewed}).status_code == 303
        host = f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
        for path in (
            b"/../../etc/passwd",
            b"//etc/passwd",
            b"/..",
            b"/%2e%2e/%2e%2e/etc/passwd",
            b"/assets/../server.py",
        ):
            answer = raw(port, b"GET " + path + b" HTTP/1.1\r\n" + host)
            assert answer.split(b" ")[1] == b"404", path
        last = b"Connection: close\r\n\r\n"
        for wrong in (
            b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n" + last,
            b"GET / HTTP/1.1\r\n" + last,
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + last,
            b"\x16\x03\x01\x00\r\n\r\n",
        ):
            assert raw(port, wrong).split(b" ")[1:2] == [b"400"], wrong
        large = b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000 + b"\r\n" + host
        assert b"200" not in raw(port, large)[:12]
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 0
        printed = server.log.read_text(encoding="utf-8")
    assert printed.count(token) == printed.count(renewed) == 1
    assert "Traceback" not in printed
    log = (folder / "refusals.log").read_text(encoding="utf-8")
    assert "403 token" in log
    for secret in (token, renewed, "MDA-001", str(viewed)):
        assert secret not in log


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_with_accounts_and_tls(viewed: Path, tmp_path: Path) -> None:
    folder, certificate, key = (tmp_path / name for name in ("annotations", "cert.pem", "key.pem"))
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    account = [sys.executable, "-c", VIEW, "accounts", "add", "ann", "--role", "reader", "--password-stdin"]
    subprocess.run([*account, "--annotations", str(folder)], input=PASSWORD, text=True, check=True, capture_output=True)
    arguments = ["--annotations", str(folder), "--certificate", str(certificate), "--key", str(key)]
    with view(tmp_path, str(viewed / "cohort"), "--host", "0.0.0.0", "--name", "localhost", *arguments) as server:  # noqa: S104
        (place,) = server.printed(r"Open (https://localhost:\d+/)\n")
        trusted = ssl.create_default_context(cafile=str(certificate))
        with httpx2.Client(base_url=place, verify=trusted) as client:
            assert client.get("/api/cases").status_code == 401
            sent, origin = {"name": "ann", "password": PASSWORD}, {"Origin": place.rstrip("/")}
            assert client.post("/api/login", json=sent, headers={"Origin": "https://evil.example"}).status_code == 403
            answer = client.post("/api/login", json=sent, headers=origin)
            assert answer.status_code == 200
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("__Host-hyoid-")
            assert "; Secure" in cookie
            assert len(client.get("/api/cases").json()["cases"]) == 5
        assert PASSWORD not in server.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "--annotations"),  # noqa: S104
        (["--predictions", "absent"], "no folder at absent"),
        (["--accounts"], "hyoid accounts add"),
    ],
)
def test_what_is_refused_says_why(
    viewed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    from hyoid.cli import main

    monkeypatch.setattr("sys.argv", ["hyoid", "view", str(viewed / "cohort"), *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert words in capsys.readouterr().err


def test_a_port_that_is_taken(
    viewed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hyoid.cli import main

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        monkeypatch.setattr("sys.argv", ["hyoid", "view", str(viewed / "cohort"), "--port", port])
        with pytest.raises(SystemExit) as left:
            main()
    assert left.value.code == 2
    assert "cannot be listened on" in capsys.readouterr().err
