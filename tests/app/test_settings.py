"""What is refused before a server starts."""

from dataclasses import replace
from pathlib import Path

import pytest

from hyoid.app.settings import Settings
from hyoid.errors import HyoidError


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path / "cert.pem", tmp_path / "key.pem"


def test_this_computer_needs_nothing() -> None:
    for host in ("127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"):
        settings = Settings(Path("c"), host=host)
        settings.check()
        assert settings.on_loopback
        assert not settings.with_accounts


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "petct.hospital.example", ""])  # noqa: S104
def test_other_computers_need_accounts_and_tls(tmp_path: Path, files: tuple[Path, Path], host: str) -> None:
    certificate, key = files
    open_to_all = Settings(Path("c"), host=host, names=("petct.hospital.example",))
    assert open_to_all.with_accounts
    with pytest.raises(HyoidError, match="--annotations"):
        open_to_all.check()
    with pytest.raises(HyoidError, match="without TLS"):
        replace(open_to_all, annotations=tmp_path).check()
    replace(open_to_all, annotations=tmp_path, certificate=certificate, key=key).check()


def test_everywhere_needs_a_name(tmp_path: Path, files: tuple[Path, Path]) -> None:
    certificate, key = files
    settings = Settings(Path("c"), annotations=tmp_path, host="0.0.0.0", certificate=certificate, key=key)  # noqa: S104
    with pytest.raises(HyoidError, match="--name"):
        settings.check()


def test_halves_are_refused(tmp_path: Path, files: tuple[Path, Path]) -> None:
    certificate, _ = files
    for settings, words in (
        (Settings(Path("c"), certificate=certificate), "both or none"),
        (Settings(Path("c"), certificate=certificate, key=tmp_path / "absent"), "no file"),
        (Settings(Path("c"), predictions=tmp_path / "absent"), "--predictions"),
        (Settings(Path("c"), database="postgresql://x/y"), "--annotations"),
        (Settings(Path("c"), accounts=True), "--annotations"),
    ):
        with pytest.raises(HyoidError, match=words):
            settings.check()


def test_names_that_are_answered_to(tmp_path: Path, files: tuple[Path, Path]) -> None:
    assert Settings(Path("c"), port=9).hosts() == {"127.0.0.1:9", "localhost:9", "[::1]:9"}
    assert "http://127.0.0.1:9" in Settings(Path("c"), port=9).origins()
    certificate, key = files
    away = Settings(
        Path("c"),
        annotations=tmp_path,
        host="0.0.0.0",  # noqa: S104
        port=443,
        names=("PET.example",),
        certificate=certificate,
        key=key,
    )
    assert away.hosts() == {"pet.example:443", "pet.example"}
    assert away.origins() == {"https://pet.example:443", "https://pet.example"}
    assert "[fe80::1]:9" in replace(away, host="fe80::1", port=9).hosts()
