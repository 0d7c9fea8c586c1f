"""TLS on loopback, with certificates that openssl makes for the test."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from hyoid.dicom.network import Caller, Tls, echo, send_files
from hyoid.errors import NetworkError
from support.network import receiving, study_files

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate for 127.0.0.1 that is its own authority."""
    return certificate(tmp_path_factory.mktemp("tls"))


def certificate(folder: Path) -> Tls:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: there are no certificates to test with")
    key, made = folder / "key.pem", folder / "certificate.pem"
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    name = ("-subj", "/CN=hyoid test", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run(["openssl", *new, *name, "-keyout", key, "-out", made], check=True, capture_output=True)
    return Tls(made, key, made)


def test_instances_come_over_tls_from_those_with_a_certificate(tmp_path: Path, pair: Tls) -> None:
    files = study_files(tmp_path / "in")
    with receiving(tmp_path / "work", tls=pair) as (peer, placed, _):
        with socket.create_connection((peer.host, peer.port)):  # who shakes no hands holds up nobody
            assert all(one.ok for one in send_files(files, peer, Caller("A", pair)))
        for caller in (Caller("A"), Caller("A", Tls(None, None, pair.authorities))):
            with pytest.raises(NetworkError):
                echo(peer, caller)
    assert len(placed) == len(files)


def test_a_peer_whose_certificate_nobody_trusts_is_not_spoken_with(tmp_path: Path, pair: Tls) -> None:
    (tmp_path / "other").mkdir()
    other = certificate(tmp_path / "other")
    with receiving(tmp_path / "work", tls=Tls(pair.certificate, pair.key)) as (peer, _, _):
        echo(peer, Caller("A", Tls(None, None, pair.authorities)))
        with pytest.raises(NetworkError, match="nobody who answers"):
            echo(peer, Caller("A", Tls(None, None, other.authorities)))


def test_files_that_cannot_be_used_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(NetworkError, match="Check --certificate"):
        Tls(tmp_path / "text.pem", tmp_path / "text.pem").server()
    with pytest.raises(NetworkError, match="cannot be used"):
        Tls(None, None, tmp_path / "none.pem").client()
    with pytest.raises(NetworkError, match="no certificate to listen with"):
        Tls().server()
    with pytest.raises(NetworkError, match="both or neither"):
        Tls.of(tmp_path / "text.pem", None, None, wanted=True)
    assert Tls.of(None, None, None, wanted=False) is None
